// The keys that a phone's own keyboard lacks. They leave the focus where it is, so that the keyboard stays.

import { h } from "./dom.js";

const ARROWS = [["←", "Left", "D"], ["↑", "Up", "A"], ["↓", "Down", "B"], ["→", "Right", "C"]];

/** What a terminal sends for a letter with Ctrl; the text itself where there is no such thing. */
export function controlled(text) {
  if (text.length !== 1) return text;
  if (text === " ") return "\0";
  if (text === "?") return "\u007f";
  const code = text.toUpperCase().charCodeAt(0);
  return code >= 0x40 && code <= 0x5f ? String.fromCharCode(code & 0x1f) : text;
}

/** Programs that draw the whole screen ask for arrows of another kind. */
export const arrow = (letter, application) => `\u001b${application ? "O" : "["}${letter}`;

export class KeyBar {
  #control;

  /** type(text): as if it were typed. paste(): the clipboard. application(): whether the program wants its own arrows. */
  constructor({ type, paste, application }) {
    const press = (text, label, act, extra = {}) => h("button.button.quiet", { type: "button", text, "aria-label": label, tabindex: "-1", onpointerdown: (event) => event.preventDefault(), onmousedown: (event) => event.preventDefault(), onclick: act, ...extra });
    this.#control = press("Ctrl", "Ctrl with the next key", () => this.#hold(!this.#held), { "aria-pressed": "false" });
    this.element = h("div.term-keys", { role: "toolbar", "aria-label": "Keys of the terminal" },
      press("Esc", "Esc", () => type("\u001b")),
      press("Tab", "Tab", () => type("\t")),
      this.#control,
      ...ARROWS.map(([sign, label, letter]) => press(sign, label, () => type(arrow(letter, application())))),
      press("Paste", "Paste", paste));
  }

  get #held() {
    return this.#control.getAttribute("aria-pressed") === "true";
  }

  #hold(on) {
    this.#control.setAttribute("aria-pressed", String(on));
  }

  /** What was typed, with Ctrl if that is held. */
  apply(text) {
    if (!this.#held) return text;
    this.#hold(false);
    return controlled(text);
  }
}
