// All forwards in one view, and what else listens on this machine.

import { $, button, empty, failure, h, keyed, say, sentence } from "../dom.js";
import { get, part } from "../api.js";
import { onHealed, open, subscribe } from "../live.js";
import { keyOf, listed } from "../port-list.js";
import { searchField, shell } from "../shell.js";
import { portLink } from "../state.js";

const STATES = { active: "open", pending: "opens when its container runs" };
const search = $("#search");
const table = $("#table");
let ports = [];
let arrived = false;

shell({ search });
searchField(search, draw);

async function load() {
  try {
    ports = listed(await get("/ports"));
    arrived = true;
    tell(null);
  } catch (error) {
    tell(error);
  }
  draw();
}

/** Only when it is another sentence: each time that it is put there it is read aloud. */
function tell(error) {
  const trouble = $("#trouble");
  if (trouble.dataset.told === (error?.message ?? "")) return;
  trouble.dataset.told = error?.message ?? "";
  trouble.replaceChildren(...(error ? [failure(error)] : []));
}

function draw() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  const rows = ports.filter((it) => words.every((word) => `${it.hostPort} ${it.hostAddress} ${it.name ?? ""} ${it.holder ?? ""}`.toLowerCase().includes(word)));
  $("#loading").hidden = arrived || $("#trouble").childElementCount > 0;
  $("#none").hidden = !arrived || ports.length > 0;
  $("#no-match").hidden = !ports.length || rows.length > 0;
  $("#list").hidden = !rows.length;
  keyed(table, rows, keyOf, () => h("tr", {}, h("td"), h("td.mono.d-less"), h("td"), h("td")), (row, it) => {
    const text = JSON.stringify(it);
    if (row.shown === text) return;
    row.shown = text;
    const [forward, address, holder, state] = row.children;
    forward.replaceChildren(it.containerPort ? portLink(it) : h("span.mono", { text: `${it.hostPort}/${it.protocol}` }));
    say(address, it.hostAddress || "–");
    holder.replaceChildren(it.container ? h("a.cut", { href: `/containers/${part(it.name ?? it.container)}/ports`, text: it.name ?? it.container, title: it.name ?? it.container }) : it.holder);
    state.classList.toggle("error", Boolean(it.error));
    say(state, it.container ? it.error ? sentence(it.error) : (STATES[it.state] ?? it.state) : "taken");
  });
}

$("#none").append(empty("ports", "No ports in use", "A container's ports appear here as soon as they are forwarded."));
$("#no-match").append(empty("search", "No port has these words", "The search looks at ports, addresses and who holds them.", button("Show all", () => {
  search.value = "";
  draw();
})));
/** A change of many containers at once is looked at once. */
let soon = null;
subscribe("containers", () => {
  soon ??= setTimeout(() => {
    soon = null;
    load();
  }, 150);
});
onHealed(load);

/** Nobody tells when another program takes a port or lets it go. */
const LOOK_EVERY = 5000;
const look = () => !document.hidden && open() && load();
setInterval(look, LOOK_EVERY);
document.addEventListener("visibilitychange", look);
load();
