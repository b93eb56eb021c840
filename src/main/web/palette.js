// Ctrl-K: finds anything, does anything.

import { $, failure, h, icon, iconButton } from "./dom.js";
import { act, confirmRemove } from "./actions.js";
import { get, part } from "./api.js";
import { familiar, short } from "./format.js";
import { signOut } from "./session.js";
import { canStart, canStop, isLive, portUrl } from "./state.js";
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
  const [containers, images, volumes] = await Promise.all(["/containers?all=true", "/images", "/volumes"].map((path) => get(path).catch(() => [])));
  const found = [...FIXED, ...containers.flatMap(ofContainer)];
  for (const reference of images.flatMap((it) => it.references)) {
    found.push(["images", familiar(reference), "image", go(`/images/one?reference=${part(reference)}`)]);
    found.push(["plus", `Create a container from ${familiar(reference)}`, "do", go(`/containers/new?image=${part(familiar(reference))}`)]);
  }
  for (const { name } of volumes) found.push(["volumes", name, "volume", go(`/volumes?q=${part(name)}`)]);
  return found;
}

function ofContainer(it) {
  const at = `/containers/${part(it.name)}`;
  const doIt = (verb) => () => act(verb, it);
  const found = [["containers", it.name, `container, ${it.state}`, go(at)]];
  for (const [symbol, tab] of [["terminal", "Terminal"], ["logs", "Logs"], ["ports", "Ports"], ["system", "Config"], ["events", "Events"]]) {
    found.push([symbol, `${tab} of ${it.name}`, short(it.id), go(`${at}/${tab.toLowerCase()}`)]);
  }
  if (canStart(it)) found.push(["start", `Start ${it.name}`, "do", doIt("start")]);
  if (canStop(it)) found.push(["stop", `Stop ${it.name}`, "do", doIt("stop")]);
  if (it.state === "running") found.push(["pause", `Pause ${it.name}`, "do", doIt("pause")]);
  if (it.state === "paused") found.push(["start", `Let ${it.name} go on`, "do", doIt("unpause")]);
  if (isLive(it)) found.push(["restart", `Restart ${it.name}`, "do", doIt("restart")]);
  if (it.state === "stopping") found.push(["stop", `Kill ${it.name} now`, "do", doIt("kill")]);
  found.push(["plus", `Create another like ${it.name}`, "do", go(`/containers/new?from=${part(it.name)}`)]);
  found.push(["remove", `Remove ${it.name}…`, "do", async () => (await confirmRemove(it)) && act("remove", it)]);
  for (const port of it.ports.filter(({ protocol, hostPort }) => protocol === "tcp" && hostPort)) {
    found.push(["ports", `Open port ${port.hostPort} of ${it.name}`, `→ ${port.containerPort}`, () => window.open(portUrl(port), "_blank", "noopener,noreferrer")]);
  }
  return found;
}

/** What one chose may take a while: the page shows how it goes, and whatever page it is, why it failed. */
async function run([, words, , act]) {
  const place = $("#notice");
  place.replaceChildren();
  try {
    await act();
  } catch (error) {
    place.replaceChildren(failure(new Error(`${words.replace("…", "")}: ${error.message}`), iconButton("close", "Close this message", () => place.replaceChildren())));
  }
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
  const choose = (entry) => {
    box.close();
    run(entry);
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
