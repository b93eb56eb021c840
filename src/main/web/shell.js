// What every page has: keys, palette, theme, sign-out. Each page imports this once.

import { $ } from "./dom.js";
import { key, showKeys } from "./keys.js";
import { begin } from "./live.js";
import { showPalette } from "./palette.js";
import { signOut } from "./session.js";
import { nextTheme, theme, toggleDensity } from "./theme.js";

const WORDS = { system: "System colours", light: "Light", dark: "Dark" };

export function shell({ search = null, back = null } = {}) {
  begin();
  key("?", "Show these keys", showKeys);
  key("Ctrl-K", "Find anything, do anything", showPalette, { typing: true });
  if (search) key("/", "Search this list", () => search.select());
  key("n", "Create a container", () => location.assign("/containers/new"));
  for (const [second, path, words] of [["c", "/containers", "Containers"], ["i", "/images", "Images"], ["v", "/volumes", "Volumes"], ["p", "/ports", "Ports"], ["s", "/system", "System"]]) {
    key(`g ${second}`, `Go to ${words}`, () => location.assign(path));
  }
  key("d", "Dense rows, or roomy ones", toggleDensity);
  if (back) key("Escape", "Go back", () => location.assign(back));
  const themeButton = $("#theme");
  const label = () => ($("span", themeButton).textContent = WORDS[theme()]);
  label();
  themeButton.addEventListener("click", nextTheme);
  addEventListener("berth-theme", label);
  $("#keys").addEventListener("click", showKeys);
  $("#find").addEventListener("click", showPalette);
  $("#sign-out").addEventListener("click", signOut);
}

/** The search field of a list: Enter opens the first row, the arrow goes to it, Escape empties the field, then leaves it. */
export function searchField(input, changed) {
  input.addEventListener("input", changed);
  input.addEventListener("keydown", (event) => {
    const first = event.key === "Enter" || event.key === "ArrowDown" ? $("#list:not([hidden]) tbody a") : null;
    if (first) {
      event.preventDefault();
      if (event.key === "Enter") first.click();
      else first.focus();
      return;
    }
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (input.value) {
      input.value = "";
      changed();
    } else input.blur();
  });
}
