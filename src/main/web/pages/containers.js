// The list: pushed, never polled.

import { $, button, command, empty, failure, h, icon, iconButton, keyed, say, sentence } from "../dom.js";
import { act, CHANGING, confirmRemove } from "../actions.js";
import { part } from "../api.js";
import { confirmByName } from "../confirm.js";
import { bytes, cores, exact, familiar, plural, short } from "../format.js";
import { subscribe } from "../live.js";
import { key } from "../keys.js";
import { Notes } from "../notes.js";
import { searchField, shell } from "../shell.js";
import { appearance, atRest, canStart, canStop, isBusy, isLive, lasting, portLink, showState, stateBadge } from "../state.js";

/** Two lines of a row. */
const SHOWN_PORTS = 2;

const containers = new Map();
const pending = new Map();
const notes = new Notes();
const stats = new Map();
const statsEnds = new Map();
const chosen = new Set();
const parameters = new URLSearchParams(location.search);

const search = $("#search");
const filter = $("#filter");
const table = $("#table");
const bulk = $("#bulk");
let arrived = false;

shell({ search });
search.value = parameters.get("q") ?? "";
filter.value = parameters.get("state") ?? "all";
searchField(search, narrowed);
filter.addEventListener("change", narrowed);

function narrowed() {
  const query = new URLSearchParams();
  if (search.value) query.set("q", search.value);
  if (filter.value !== "all") query.set("state", filter.value);
  history.replaceState(null, "", `${location.pathname}${query.size ? `?${query}` : ""}`);
  draw();
}

subscribe("containers", (kind, data) => {
  $("#trouble").replaceChildren(...(kind === "error" ? [failure(new Error(data.detail))] : []));
  if (kind === "error") {
    $("#loading").hidden = true;
    return;
  }
  if (kind === "snapshot") {
    containers.clear();
    data.forEach(met);
    arrived = true;
  } else if (kind === "removed") {
    forgetContainer(data.id);
  } else {
    met(data);
    const optimistic = pending.get(data.id);
    if (optimistic && !isBusy(data)) pending.delete(data.id);
  }
  watchStats();
  schedule();
});

function met(it) {
  containers.set(it.id, it);
  notes.seen(it.id, atRest(it));
}

function forgetContainer(id) {
  for (const known of [containers, pending, notes, stats, chosen]) known.delete(id);
}

function watchStats() {
  for (const it of containers.values()) {
    if (it.state === "running" && !statsEnds.has(it.id)) {
      statsEnds.set(it.id, subscribe(`stats:${it.id}`, (kind, data) => {
        if (kind === "error") return;
        stats.set(it.id, data);
        schedule();
      }));
    }
  }
  for (const [id, end] of statsEnds) {
    if (containers.get(id)?.state !== "running") {
      end();
      statsEnds.delete(id);
      stats.delete(id);
    }
  }
}

let scheduled = false;
function schedule() {
  if (scheduled) return;
  scheduled = true;
  requestAnimationFrame(() => {
    scheduled = false;
    draw();
  });
}

const seen = (it) => (pending.has(it.id) ? { ...it, state: pending.get(it.id) } : it);

function wanted(it) {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const text = `${it.name} ${it.id} ${it.image} ${it.ports.map((port) => `${port.hostPort} ${port.containerPort}`).join(" ")}`.toLowerCase();
  const group = filter.value === "all" || (filter.value === "running" ? isLive(it) || it.state === "starting" : filter.value === "failed" ? appearance(it)[0] === "failed" : !isLive(it));
  return group && words.every((word) => text.includes(word));
}

function draw() {
  const all = [...containers.values()].sort((a, b) => (a.created < b.created ? 1 : a.created > b.created ? -1 : 0));
  const rows = all.filter(wanted);
  const inView = new Set(rows.map((it) => it.id));
  for (const id of chosen) if (!inView.has(id)) chosen.delete(id);
  $("#list").hidden = !rows.length;
  $("#loading").hidden = arrived;
  $("#toolbar").hidden = arrived && !all.length;
  $("#none").hidden = !arrived || all.length > 0;
  $("#no-match").hidden = !all.length || rows.length > 0;
  keyed(table, rows, (it) => it.id, makeRow, updateRow);
  const running = all.filter(isLive).length;
  say($("#count"), !arrived ? "" : rows.length === all.length ? `${plural(all.length, "container")}, ${running} running` : `${rows.length} of ${plural(all.length, "container")}`);
  $("#all").checked = rows.length > 0 && chosen.size === rows.length;
  $("#all").indeterminate = chosen.size > 0 && chosen.size < rows.length;
  bulk.hidden = chosen.size === 0;
  $("#filters").hidden = chosen.size > 0;
  say($("#chosen"), `${chosen.size} chosen`);
}

function makeRow(it) {
  const id = it.id;
  const check = h("input", { type: "checkbox", "aria-label": `Choose ${it.name}`, onchange: () => {
    if (check.checked) chosen.add(id);
    else chosen.delete(id);
    draw();
  } });
  const row = h("tbody.row");
  const parts = {
    check,
    name: h("a.name.cut"),
    id: h("span.mono"),
    state: stateBadge(),
    lasting: h("span.sub"),
    image: h("span.cut"),
    ports: h("div.ports"),
    cpu: h("span"),
    memory: h("span"),
    toggle: iconButton("start", "Start", () => run(canStart(seen(containers.get(id))) ? "start" : "stop", id)),
    restart: iconButton("restart", "Restart", () => run("restart", id)),
    terminal: h("a.button.quiet.only-icon", {}, icon("terminal")),
    remove: iconButton("remove", `Remove ${it.name}`, () => removeOne(id)),
    note: h("tr.row-note", { hidden: true }, h("td.d-check"), h("td", { colspan: 7, role: "alert" })),
  };
  row.parts = parts;
  row.append(
    h("tr", {},
      h("td.d-check", {}, check),
      h("td.d-name", {}, parts.name, h("span.sub.cut", {}, parts.id)),
      h("td.d-state", {}, parts.state, parts.lasting),
      h("td.d-image", {}, parts.image),
      h("td.d-ports", {}, parts.ports),
      h("td.num.d-num", {}, parts.cpu),
      h("td.num.d-num", {}, parts.memory),
      h("td.acts", {}, parts.toggle, parts.restart, parts.terminal, parts.remove)),
    parts.note);
  return row;
}

function updateRow(row, actual) {
  const it = seen(actual);
  const parts = row.parts;
  parts.check.checked = chosen.has(it.id);
  if (parts.name.textContent !== it.name) {
    parts.name.textContent = it.name;
    parts.name.title = it.name;
    parts.name.href = `/containers/${part(it.name)}`;
    parts.terminal.href = `/containers/${part(it.name)}/terminal`;
    parts.terminal.title = `Terminal of ${it.name}`;
    parts.terminal.setAttribute("aria-label", `Terminal of ${it.name}`);
    parts.restart.setAttribute("aria-label", `Restart ${it.name}`);
    parts.id.textContent = short(it.id);
  }
  showState(parts.state, it);
  say(parts.lasting, lasting(it));
  parts.lasting.title = exact(it.state === "running" ? it.started : it.finished ?? it.created);
  say(parts.image, familiar(it.image));
  parts.image.title = it.image;
  const ports = JSON.stringify(it.ports);
  if (row.ports !== ports) {
    row.ports = ports;
    const shown = it.ports.length > SHOWN_PORTS ? SHOWN_PORTS - 1 : it.ports.length;
    const more = it.ports.length - shown;
    parts.ports.replaceChildren(...it.ports.slice(0, shown).map(portLink));
    if (more) parts.ports.append(h("a.sub", { href: `/containers/${part(it.name)}/ports`, text: `${more} more` }));
  }
  const figures = stats.get(it.id);
  say(parts.cpu, figures?.cpu ? cores(figures.cpu.cores) : "–");
  say(parts.memory, figures?.memory ? bytes(figures.memory.used) : "–");
  const startable = canStart(it);
  const verb = startable ? "Start" : "Stop";
  if (parts.toggle.title !== verb) {
    parts.toggle.title = verb;
    parts.toggle.replaceChildren(icon(startable ? "start" : "stop"));
  }
  parts.toggle.setAttribute("aria-label", `${verb} ${it.name}`);
  parts.toggle.disabled = !startable && !canStop(it);
  parts.restart.disabled = !isLive(it) || isBusy(it);
  parts.remove.disabled = it.state === "removing";
  const note = notes.get(it.id) || (it.error && !isLive(it) ? it.error : null) || it.ports.find((port) => port.state === "failed")?.error;
  parts.note.hidden = !note;
  row.firstElementChild.classList.toggle("noted", Boolean(note));
  if (note) say(parts.note.lastElementChild, sentence(note));
}

async function run(verb, id) {
  const it = containers.get(id);
  if (!it) return;
  notes.delete(id);
  pending.set(id, CHANGING[verb]);
  schedule();
  try {
    const after = await act(verb, it);
    pending.delete(id);
    if (verb === "remove") forgetContainer(id);
    else if (after?.id) containers.set(id, after);
  } catch (error) {
    pending.delete(id);
    notes.set(id, error.message, atRest(containers.get(id) ?? it) ?? atRest(it));
  }
  schedule();
}

async function removeOne(id) {
  const it = containers.get(id);
  if (await confirmRemove(it)) await run("remove", id);
}

async function runAll(verb, may) {
  const ids = [...chosen].filter((id) => may(containers.get(id)));
  await Promise.all(ids.map((id) => run(verb, id)));
}

async function removeAll() {
  const names = [...chosen].map((id) => containers.get(id).name);
  if (names.length === 1) return removeOne([...chosen][0]);
  const phrase = plural(names.length, "container");
  const sure = await confirmByName({
    title: `Remove ${phrase}?`,
    text: "Running programs are ended at once. What they wrote outside of volumes and folders of yours is lost.",
    extra: h("p.mono", { text: names.length > 12 ? `${names.slice(0, 12).join(", ")} and ${names.length - 12} more` : names.join(", ") }),
    name: phrase,
    verb: "Remove them",
  });
  if (sure) await runAll("remove", () => true);
}

$("#all").addEventListener("change", ({ target }) => {
  chosen.clear();
  if (target.checked) [...containers.values()].filter(wanted).forEach((it) => chosen.add(it.id));
  draw();
});
$("#bulk-actions").append(
  button("Start", () => runAll("start", canStart), { symbol: "start", kind: "small" }),
  button("Stop", () => runAll("stop", canStop), { symbol: "stop", kind: "small" }),
  button("Restart", () => runAll("restart", isLive), { symbol: "restart", kind: "small" }),
  button("Remove…", removeAll, { symbol: "remove", kind: "small.danger" }),
  button("Choose none", () => {
    chosen.clear();
    draw();
  }, { kind: "small.quiet" }));

$("#no-match").append(empty("search", "No container has these words", "The search looks at names, ids, images and ports.", button("Show all", () => {
  search.value = "";
  filter.value = "all";
  narrowed();
})));
$("#none").append(empty("containers", "No containers yet", "Create one here, or type in a shell:", command("berth alpine"), h("a.button.primary", { href: "/containers/new", text: "Create a container" })));

/* keys: up and down walk the names, Enter opens (it is a link), s and r act on the row with the focus */
function focused() {
  const row = document.activeElement?.closest("tbody.row");
  return row ? [...(table.berthRows ?? new Map())].find(([, known]) => known === row)?.[0] : null;
}

function walk(step) {
  const names = [...table.querySelectorAll("a.name")];
  const row = document.activeElement?.closest("tbody.row");
  const at = row ? names.indexOf(row.parts.name) : step > 0 ? -1 : names.length;
  names[Math.max(0, Math.min(names.length - 1, at + step))]?.focus();
}

key("ArrowDown", "Next container", () => walk(1));
key("ArrowUp", "Previous container", () => walk(-1));
key("s", "Start or stop the container with the focus", () => {
  const id = focused();
  if (id) run(canStart(seen(containers.get(id))) ? "start" : "stop", id);
});
key("r", "Restart the container with the focus", () => {
  const id = focused();
  if (id && isLive(containers.get(id))) run("restart", id);
});
key("Delete", "Remove the container with the focus, once its name was typed", () => {
  const id = focused();
  if (id) removeOne(id);
});
key("x", "Choose the container with the focus", () => {
  const id = focused();
  if (id && !chosen.delete(id)) chosen.add(id);
  draw();
});

setInterval(() => !document.hidden && schedule(), 10000);
draw();
