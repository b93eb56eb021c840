// One table of keys per page, shown by "?". A key does nothing while one types; Escape ends that.

import { $, h } from "./dom.js";

const table = [];

/** keys: what the user presses ("/", "g c", "Ctrl-K"); words: what it does. */
export function key(keys, words, act, { typing = false } = {}) {
  table.push({ keys, words, act, typing });
}

let prefix = "";
let prefixTimer = null;

function named(event) {
  const name = event.key.length === 1 ? event.key : event.key;
  return event.ctrlKey || event.metaKey ? `Ctrl-${name.toUpperCase()}` : name;
}

export function isTyping(target) {
  return target.closest?.("input:not([type=checkbox]):not([type=radio]), textarea, select, .xterm, [contenteditable]") != null;
}

document.addEventListener("keydown", (event) => {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const typing = isTyping(event.target);
  const dialog = $("dialog[open]");
  const pressed = named(event);
  const sequence = prefix ? `${prefix} ${pressed}` : pressed;
  const found = table.find((entry) => entry.keys === sequence && (!typing || entry.typing) && (!dialog || entry.typing));
  clearTimeout(prefixTimer);
  prefix = "";
  if (typing && !dialog && pressed === "Escape" && !event.target.closest(".xterm")) {
    // The page's keys work again, and Tab goes on from here.
    event.target.blur();
  } else if (found) {
    event.preventDefault();
    found.act(event);
  } else if (!typing && !dialog && table.some((entry) => entry.keys.startsWith(`${pressed} `))) {
    prefix = pressed;
    prefixTimer = setTimeout(() => (prefix = ""), 1200);
  }
});

const CAPS = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc", Delete: "Del" };

export function showKeys() {
  const list = h("dl.keys");
  for (const { keys, words } of [...table, { keys: "Escape", words: "Leave a field, close what is open" }]) {
    list.append(h("dt", {}, ...keys.split(" ").flatMap((one) => [h("kbd", { text: CAPS[one] ?? one }), " "])), h("dd", { text: words }));
  }
  const box = h("dialog", { "aria-labelledby": "keys-title" }, h("div.stack", {}, h("h2", { id: "keys-title", text: "Keys" }), list,
    h("form", { method: "dialog" }, h("div.actions", {}, h("button.button", { text: "Close" })))));
  document.body.append(box);
  box.addEventListener("close", () => box.remove());
  box.showModal();
}
