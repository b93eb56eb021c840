// The search in a terminal's screen and scrollback.

import { h, iconButton } from "./dom.js";

const SHOWN = { decorations: { matchBackground: "#6b5f1d", activeMatchBackground: "#b58900", matchOverviewRuler: "#b58900", activeMatchColorOverviewRuler: "#ffffff" } };

/** addon: xterm's search. done: called when it is closed. */
export function findBox(addon, done) {
  const field = h("input.input", { type: "search", "aria-label": "Search in the terminal", placeholder: "Search" });
  const count = h("span.count", { role: "status" });
  const later = () => addon.findNext(field.value, SHOWN);
  const earlier = () => addon.findPrevious(field.value, SHOWN);
  const element = h("div.term-find.panel", { hidden: true, role: "search" }, field, count, iconButton("up", "Earlier match", earlier), iconButton("down", "Later match", later), iconButton("close", "Close the search", close));
  addon.onDidChangeResults(({ resultIndex, resultCount }) => {
    count.textContent = !field.value ? "" : resultCount ? `${resultIndex < 0 ? "many" : resultIndex + 1} of ${resultCount}` : "none";
  });
  field.addEventListener("input", () => addon.findPrevious(field.value, { ...SHOWN, incremental: true }));
  field.addEventListener("keydown", (event) => {
    if (event.key === "Enter") (event.shiftKey ? later : earlier)();
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  function close() {
    element.hidden = true;
    addon.clearDecorations();
    done();
  }

  return {
    element,
    open() {
      element.hidden = false;
      field.focus();
      field.select();
    },
  };
}
