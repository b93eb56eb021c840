// Images: what is here, pulls under way, and the way to pull one.

import { $, button, command, copyable, empty, failure, h, icon, iconButton, keyed, say, sentence } from "../dom.js";
import { get, part, remove } from "../api.js";
import { confirmByName } from "../confirm.js";
import { ago, bytes, exact, familiar, plural, short } from "../format.js";
import { key } from "../keys.js";
import { subscribe } from "../live.js";
import { Notes } from "../notes.js";
import { pullInto } from "../pull.js";
import { searchField, shell } from "../shell.js";

let images = [];
let arrived = false;
const notes = new Notes();
/** Where each is shown, by its id: two that want the same image share one. */
const shownPulls = new Map();
const table = $("#table");
const search = $("#search");
const form = $("#pull");
const reference = $("#reference");

shell({ search });
searchField(search, draw);

key("p", "Pull an image", () => reference.select());

const asked = new URLSearchParams(location.search);
if (asked.has("pull")) {
  reference.value = asked.get("pull");
  reference.focus();
}

subscribe("images", (kind, data) => {
  $("#trouble").replaceChildren(...(kind === "error" ? [failure(new Error(data.detail))] : []));
  if (kind === "error") return;
  if (kind === "snapshot") images = data;
  else if (kind === "removed") images = images.filter((it) => it.id !== data.id);
  else images = [...images.filter((it) => it.id !== data.id), data];
  arrived = true;
  for (const row of rows()) notes.seen(row.key, state(row.it));
  draw();
});

/** Pulls that were under way before this page was opened. */
async function resume() {
  for (const it of await get("/images/pulls").catch(() => [])) follow(it.reference, it.id);
}

function follow(name, id = null) {
  const place = h("div");
  $("#pulls").prepend(place);
  const begun = (it) => {
    shownPulls.get(it)?.remove();
    shownPulls.set(it, place);
  };
  return pullInto(place, name, { id, begun }).then((result) => {
    place.replaceChildren(h("div.message", { role: "status" }, icon("check"), h("div", { text: `${familiar(result.reference)} is here.` }), h("a.button.small", { href: `/containers/new?image=${part(familiar(result.reference))}`, text: "Create a container from it" }), iconButton("close", "Close this message", () => place.remove())));
  }, () => {});
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const name = reference.value.trim();
  const wrong = !name ? "which image? such as alpine, or localhost:5000/site:2" : /\s/.test(name) ? "an image's name has no spaces" : "";
  reference.setAttribute("aria-invalid", String(Boolean(wrong)));
  $("#reference-error").textContent = sentence(wrong);
  if (wrong) return reference.focus();
  reference.value = "";
  follow(name);
});

/** What may keep an image from being removed. */
const state = (it) => JSON.stringify([it?.usedBy, it?.references]);

const rows = () => images.flatMap((it) => (it.references.length ? it.references : [null]).map((name) => ({ key: name ?? it.id, name, it })));

function rowsWanted() {
  const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
  return rows()
    .filter((row) => words.every((word) => `${row.name ?? ""} ${row.it.id}`.toLowerCase().includes(word)))
    .sort((a, b) => (a.name ?? "~").localeCompare(b.name ?? "~"));
}

function draw() {
  const wanted = rowsWanted();
  $("#loading").hidden = arrived;
  $("#none").hidden = !arrived || images.length > 0;
  $("#no-match").hidden = !images.length || wanted.length > 0;
  $("#list").hidden = !wanted.length;
  $("#toolbar").hidden = arrived && !images.length;
  keyed(table, wanted, (row) => row.key, makeRow, updateRow);
  const size = images.reduce((sum, it) => sum + it.size, 0);
  say($("#count"), arrived ? `${plural(images.length, "image")}, ${bytes(size)}` : "");
}

function makeRow({ key, name, it }) {
  const parts = {
    id: h("td.d-less"), created: h("td.d-less"), size: h("td.num"), used: h("td.d-less"),
    note: h("span.error", { role: "alert" }),
  };
  const link = h("a.cut", { href: `/images/one?reference=${part(name ?? it.id)}`, text: name ? familiar(name) : "untagged", title: name ?? it.id });
  const row = h("tr", {},
    h("td.d-name", {}, link, parts.note),
    parts.id, parts.created, parts.size, parts.used,
    h("td.acts", {}, h("a.button.small", { href: `/containers/new?image=${part(familiar(name ?? it.id))}`, text: "Create…", "aria-label": `Create a container from ${familiar(name ?? short(it.id))}` }), iconButton("remove", `Remove ${familiar(name ?? short(it.id))}`, () => drop(key, name, it.id))));
  row.parts = parts;
  return row;
}

function updateRow(row, { key, it }) {
  // A name stays and leads to another image: it was pulled or given anew.
  if (row.image !== it.id) row.parts.id.replaceChildren(copyable(it.id, short(it.id)));
  row.image = it.id;
  say(row.parts.created, it.created ? ago(it.created) : "–");
  row.parts.created.title = it.created ? exact(it.created) : "";
  say(row.parts.size, bytes(it.size));
  say(row.parts.used, it.usedBy?.length ? plural(it.usedBy.length, "container") : "not used");
  say(row.parts.note, sentence(notes.get(key)));
}

async function drop(key, name, id) {
  notes.delete(key);
  draw();
  const shown = familiar(name ?? short(id));
  if (!(await confirmByName({ title: `Remove ${shown}?`, text: "It can be pulled again, as long as its registry has it.", name: shown, verb: "Remove" }))) return;
  try {
    await remove(`/images/one?reference=${part(name ?? id)}`);
  } catch (error) {
    notes.set(key, error.message, state(rows().find((row) => row.key === key)?.it));
    draw();
  }
}

$("#none").append(empty("images", "No images yet", "Pull one above, or type in a shell:", command("berth pull alpine")));
$("#no-match").append(empty("search", "No image has these words", "", button("Show all", () => {
  search.value = "";
  draw();
})));
resume();
draw();
