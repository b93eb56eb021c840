// Asks before what cannot be undone, by typing the name.

import { h } from "./dom.js";

/** Resolves to true when the name was typed and the button pressed. */
export function confirmByName({ title, text, name, verb, extra = null }) {
  return new Promise((resolve) => {
    const input = h("input.input.mono", { id: "confirm-name", autocomplete: "off", spellcheck: "false", autofocus: true });
    const yes = h("button.button.danger", { value: "yes", disabled: true, text: verb });
    const no = h("button.button", { type: "button", text: "Keep it" });
    const form = h("form", { method: "dialog" },
      h("h2", { id: "confirm-title", text: title }),
      h("p", { text }),
      extra,
      h("div.field", {}, h("label", { for: "confirm-name" }, "Type ", h("code", { text: name }), " to confirm"), input),
      h("div.actions", {}, no, yes));
    const box = h("dialog", { "aria-labelledby": "confirm-title" }, form);
    input.addEventListener("input", () => (yes.disabled = input.value !== name));
    form.addEventListener("submit", (event) => {
      if (input.value !== name) event.preventDefault();
    });
    no.addEventListener("click", () => box.close(""));
    box.addEventListener("close", () => {
      box.remove();
      resolve(box.returnValue === "yes");
    });
    document.body.append(box);
    box.showModal();
    input.focus();
  });
}
