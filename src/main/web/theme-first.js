// Before the first paint, so that no page flashes in the wrong colours.
(() => {
  const theme = localStorage.getItem("berth.theme");
  if (theme) document.documentElement.dataset.theme = theme;
  if (localStorage.getItem("berth.density")) document.documentElement.dataset.density = "dense";
})();
