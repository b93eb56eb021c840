// One container: its head, its tabs. Each tab has a URL; what a tab shows is made when it is first opened.

import { $, button, empty, failure, h, icon, say } from "../dom.js";
import { act, CHANGING, confirmRemove } from "../actions.js";
import { get, part } from "../api.js";
import { familiar } from "../format.js";
import { subscribe } from "../live.js";
import { key } from "../keys.js";
import { Notes } from "../notes.js";
import { shell } from "../shell.js";
import { freeAbove, isTaken, portOf, swapPort } from "../other-port.js";
import { atRest, canStart, canStop, isBusy, isLive, showState, stateBadge } from "../state.js";
import { config, inspect, overview } from "./container-facts.js";
import { events } from "./container-events.js";
import { logs } from "./container-logs.js";
import { ports } from "./container-ports.js";
import { terminals } from "./container-terminals.js";

const TABS = { overview, terminal: terminals, logs, ports, config, events, inspect };
const FILLING = ["terminal", "logs"];
const [, , wanted, first = "overview"] = location.pathname.split("/").map(decodeURIComponent);

const head = $("#head");
const trouble = $("#trouble");
const badge = stateBadge();
const notes = new Notes();
const panes = new Map();
let container = null;
let pending = null;
let gone = false;
let shown = "overview";

shell({ back: "/containers" });

/** What every tab is given: the container as it is now, and how to act on it. */
const page = {
  get container() {
    return container;
  },
  act: run,
  /** Its addresses have another name in them now. */
  renamed(after) {
    container = after;
    draw();
    show(shown, false);
    history.replaceState(null, "", `/containers/${part(container.name)}/${shown}${location.search}`);
  },
};

async function begin() {
  try {
    container = await get(`/containers/${part(wanted)}`);
  } catch (error) {
    $("#title").textContent = wanted;
    $("#crumb-name").textContent = wanted;
    $("#loading").hidden = true;
    trouble.replaceChildren(error.status === 404
      ? empty("containers", `There is no container called ${wanted}`, "It may have been removed or renamed.", h("a.button.primary", { href: "/containers", text: "All containers" }))
      : failure(error, button("Try again", () => location.reload(), { kind: "small" })));
    return;
  }
  $("#loading").hidden = true;
  $("#tabs").hidden = false;
  $("#badge").append(badge);
  draw();
  show(TABS[first] ? first : "overview", false);
  subscribe("containers", (kind, data) => {
    const now = kind === "snapshot" ? data.find((it) => it.id === container.id) : data.id === container.id ? data : undefined;
    if (kind === "removed" ? data.id === container.id : kind === "snapshot" && !now) return removed();
    if (!now) return;
    container = now;
    notes.seen(now.id, atRest(now));
    if (!isBusy(now)) pending = null;
    draw();
  });
}

function removed() {
  gone = true;
  head.replaceChildren();
  container = { ...container, state: "removed" };
  showState(badge, container);
  panes.forEach((pane) => pane.removed?.());
  trouble.replaceChildren(h("div.message", { role: "status" }, icon("remove"), h("div", { text: `${container.name} was removed.` }), h("a.button.small", { href: "/containers", text: "All containers" })));
}

function draw() {
  if (gone) return;
  const it = pending ? { ...container, state: pending } : container;
  document.title = `${it.name} · Berth`;
  say($("#title"), it.name);
  say($("#crumb-name"), it.name);
  say($("#image"), familiar(it.image));
  showState(badge, it);
  const stopping = it.state === "stopping" || it.state === "restarting";
  const buttons = `${it.state === "paused"} ${it.state === "running"} ${canStart(it)} ${canStop(it)} ${isLive(it)} ${isBusy(it)} ${stopping}`;
  if (head.dataset.shown !== buttons) {
    head.dataset.shown = buttons;
    const focused = document.activeElement?.dataset?.verb;
    head.replaceChildren(
      button("Remove…", removeIt, { kind: "danger", symbol: "remove", "data-verb": "remove" }),
      button("Restart", () => run("restart").catch(() => {}), { symbol: "restart", disabled: !isLive(it) || isBusy(it), "data-verb": "restart" }),
      it.state === "paused"
        ? button("Go on", () => run("unpause").catch(() => {}), { kind: "primary", symbol: "start", "data-verb": "pause" })
        : button("Pause", () => run("pause").catch(() => {}), { symbol: "pause", disabled: it.state !== "running", "data-verb": "pause", title: "Freezes all that runs in it" }),
      canStart(it)
        ? button("Start", () => run("start").catch(() => {}), { kind: "primary", symbol: "start", "data-verb": "toggle" })
        : stopping ? button("Kill now", () => run("kill").catch(() => {}), { kind: "danger", symbol: "stop", "data-verb": "toggle", title: "Does not wait for the program to end by itself" })
        : button("Stop", () => run("stop").catch(() => {}), { symbol: "stop", disabled: !canStop(it), "data-verb": "toggle" }));
    if (focused) head.querySelector(`[data-verb=${focused}]`)?.focus();
  }
  const failed = (isLive(it) ? null : it.error) ?? it.ports.find((port) => port.state === "failed")?.error;
  if (!notes.get(it.id)) tell(failed ?? "");
  panes.forEach((pane) => pane.update?.(it));
}

/** Only when it is another sentence: each time that it is put there it is read aloud. */
function tell(sentence, ...next) {
  if (trouble.dataset.told === sentence && !next.length) return;
  trouble.dataset.told = sentence;
  trouble.replaceChildren(...(sentence ? [failure(new Error(sentence), ...next)] : []));
}

async function run(verb) {
  const before = container;
  notes.delete(container.id);
  tell("");
  pending = CHANGING[verb];
  draw();
  try {
    const after = await act(verb, container);
    if (verb === "remove") return location.assign("/containers");
    if (after?.id) container = after;
    pending = null;
    draw();
    return container;
  } catch (error) {
    pending = null;
    notes.set(container.id, error.message, atRest(container) ?? atRest(before));
    draw();
    const other = await otherPort(error);
    if (!gone && notes.get(container.id)) tell(error.message, other);
    throw error;
  }
}

async function otherPort(error) {
  const port = isTaken(error) ? portOf(container, error) : null;
  const free = port && (await freeAbove(port.hostPort, port.protocol));
  return free && button(`Use ${free} instead`, async () => {
    try {
      await swapPort(container, port, free);
      await run("start");
    } catch (again) {
      tell(again.message);
    }
  }, { kind: "small" });
}

async function removeIt() {
  if (await confirmRemove(container)) await run("remove").catch(() => {});
}

/* tabs */
function show(name, push = true) {
  shown = name;
  document.body.toggleAttribute("data-fill", FILLING.includes(name));
  for (const link of $("#tabs").children) {
    if (link.dataset.tab === name) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
    link.href = `/containers/${part(container.name)}/${link.dataset.tab}`;
  }
  if (push) history.pushState(null, "", `/containers/${part(container.name)}/${name}`);
  panes.forEach((pane, other) => (pane.element.hidden = other !== name));
  if (!panes.has(name)) {
    const pane = TABS[name](page);
    panes.set(name, pane);
    $("#panes").append(pane.element);
    pane.begin?.();
  }
  const pane = panes.get(name);
  pane.update?.(container);
  pane.shown?.();
  $(`#tabs [data-tab=${name}]`).scrollIntoView({ block: "nearest", inline: "nearest" });
}

$("#tabs").addEventListener("click", (event) => {
  const link = event.target.closest("[data-tab]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  show(link.dataset.tab);
});
addEventListener("popstate", () => show(location.pathname.split("/")[3] ?? "overview", false));
/** By a key: the next Tab is in it. */
function enter(name) {
  if (!container) return;
  if (name !== shown) show(name);
  const pane = panes.get(name);
  if (pane.enter) return pane.enter();
  pane.element.tabIndex = -1;
  pane.element.focus();
}

Object.keys(TABS).forEach((name, index) => key(String(index + 1), `Tab ${name}`, () => enter(name)));
key("/", "Search the log", () => {
  enter("logs");
  panes.get("logs")?.search();
});
key("s", "Start or stop", () => {
  if (container && canStart(container)) run("start").catch(() => {});
  else if (container && canStop(container)) run("stop").catch(() => {});
});
key("r", "Restart", () => container && isLive(container) && run("restart").catch(() => {}));
key("Delete", "Remove it, once its name was typed", () => container && !gone && removeIt());

begin();
setInterval(() => container && !document.hidden && draw(), 10000);
