// Light, dark, or what the system says. Runs before the first paint (a classic script of its own, see theme-first.js).

const ORDER = ["system", "light", "dark"];

export function theme() {
  return localStorage.getItem("berth.theme") ?? "system";
}

export function nextTheme() {
  const next = ORDER[(ORDER.indexOf(theme()) + 1) % ORDER.length];
  if (next === "system") {
    localStorage.removeItem("berth.theme");
    delete document.documentElement.dataset.theme;
  } else {
    localStorage.setItem("berth.theme", next);
    document.documentElement.dataset.theme = next;
  }
  dispatchEvent(new Event("berth-theme"));
  return next;
}

export function toggleDensity() {
  const dense = document.documentElement.dataset.density !== "dense";
  if (dense) document.documentElement.dataset.density = "dense";
  else delete document.documentElement.dataset.density;
  localStorage.setItem("berth.density", dense ? "dense" : "");
}
