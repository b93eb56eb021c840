// Ctrl-K: finds anything, does anything.

import { $, h, icon } from "./dom.js";
import { get, part, post } from "./api.js";
import { familiar, short } from "./format.js";
import { signOut } from "./session.js";
import { nextTheme } from "./theme.js";

const go = (path) => () => location.assign(path);

const FIXED = [
  ["containers", "Containers", "page", go("/containers")],
  ["plus", "Create a container", "do", go("/containers/new")],
  ["images", "Images", "page", go("/images")],
  ["download", "Pull an image", "do", go("/images?pull=")],
  ["volumes", "Volumes", "page", go("/volumes")],
  ["ports", "Ports", "page", go("/ports")],
  ["system", "System and doctor", "page", go("/system")],
  ["theme", "Change between light, dark and the system's colours", "do", nextTheme],
  ["leave", "Sign out", "do", signOut],
];

async function everything() {
  const [containers, images] = await Promise.all([get("/containers?all=true").catch(() => []), get("/images").catch(() => [])]);
  const found = [...FIXED];
  for (const it of containers) {
    const at = `/containers/${part(it.name)}`;
    found.push(["containers", it.name, `container, ${it.state}`, go(at)]);
    found.push(["terminal", `Terminal of ${it.name}`, short(it.id), go(`${at}/terminal`)]);
    found.push(["logs", `Logs of ${it.name}`, short(it.id), go(`${at}/logs`)]);
    const running = it.state === "running";
    const verb = running ? "stop" : "start";
    found.push([verb, `${running ? "Stop" : "Start"} ${it.name}`, "do", async () => {
      await post(`/containers/${it.id}/${verb}`);
    }]);
  }
  for (const it of images) {
    for (const reference of it.references) found.push(["images", familiar(reference), "image", go(`/images/one?reference=${part(reference)}`)]);
  }
  return found;
}

/** All words must occur; what starts with them comes first. */
export function matches(entries, query) {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  return entries
    .map((entry) => [entry, `${entry[1]} ${entry[2]}`.toLowerCase()])
    .filter(([, text]) => words.every((word) => text.includes(word)))
    .sort(([, a], [, b]) => Number(b.startsWith(words[0] ?? "")) - Number(a.startsWith(words[0] ?? "")))
    .map(([entry]) => entry)
    .slice(0, 40);
}

export function showPalette() {
  if ($("dialog[open]")) return;
  const input = h("input.input", { role: "combobox", "aria-expanded": "true", "aria-controls": "palette-list", "aria-label": "Find anything", placeholder: "Find anything, do anything", autocomplete: "off", spellcheck: "false" });
  const list = h("ul", { id: "palette-list", role: "listbox", "aria-label": "Results" });
  const box = h("dialog.palette", { "aria-label": "Find anything" }, input, list);
  let entries = FIXED;
  let shown = [];
  let at = 0;
  const mark = () => {
    [...list.children].forEach((row, index) => row.setAttribute("aria-selected", String(index === at)));
    list.children[at]?.scrollIntoView({ block: "nearest" });
    if (list.children[at]) input.setAttribute("aria-activedescendant", list.children[at].id);
  };
  const choose = async (entry) => {
    try {
      await entry[3]();
      box.close();
    } catch (error) {
      list.replaceChildren(h("li", { role: "option", "aria-selected": "false", text: error.message }));
    }
  };
  const draw = () => {
    shown = matches(entries, input.value);
    at = Math.min(at, Math.max(0, shown.length - 1));
    list.replaceChildren(...shown.map((entry, index) => h("li", { id: `palette-${index}`, role: "option", onclick: () => choose(entry) }, icon(entry[0]), h("span", { text: entry[1] }), h("span.sub", { text: entry[2] }))));
    if (!shown.length) list.append(h("li", { role: "option", "aria-selected": "false", text: "Nothing has these words in its name" }));
    mark();
  };
  input.addEventListener("input", () => {
    at = 0;
    draw();
  });
  input.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      at = (at + step + shown.length) % Math.max(1, shown.length);
      mark();
    } else if (event.key === "Enter" && shown[at]) {
      event.preventDefault();
      choose(shown[at]);
    }
  });
  box.addEventListener("click", (event) => event.target === box && box.close());
  box.addEventListener("close", () => box.remove());
  document.body.append(box);
  box.showModal();
  draw();
  everything().then((all) => {
    entries = all;
    if (box.isConnected) draw();
  });
}
