// Named volumes: what outlives containers.

import { $, button, command, empty, failure, h, iconButton, keyed, say, sentence } from "../dom.js";
import { get, part, post, remove } from "../api.js";
import { confirmByName } from "../confirm.js";
import { ago, bytes, exact, plural } from "../format.js";
import { onHealed, subscribe } from "../live.js";
import { Notes } from "../notes.js";
import { searchField, shell } from "../shell.js";

const search = $("#search");
const table = $("#table");
const name = $("#name");
const notes = new Notes();
let volumes = [];
let arrived = false;

shell({ search });
search.value = new URLSearchParams(location.search).get("q") ?? "";
searchField(search, draw);

/** What may keep a volume from being removed. */
const users = (it) => JSON.stringify(it?.usedBy);

async function load() {
  try {
    volumes = await get("/volumes");
    arrived = true;
    for (const it of volumes) notes.seen(it.name, users(it));
    $("#trouble").replaceChildren();
  } catch (error) {
    $("#trouble").replaceChildren(failure(error));
  }
  draw();
}

$("#create").addEventListener("submit", async (event) => {
  event.preventDefault();
  const place = $("#name-error");
  place.textContent = "";
  name.removeAttribute("aria-invalid");
  try {
    await post("/volumes", { name: name.value.trim() || null, labels: {} });
    name.value = "";
    await load();
  } catch (error) {
    name.setAttribute("aria-invalid", "true");
    place.textContent = sentence(error.message);
    name.focus();
  }
});

function draw() {
  const rows = volumes.filter((it) => it.name.toLowerCase().includes(search.value.trim().toLowerCase()));
  $("#loading").hidden = arrived || $("#trouble").childElementCount > 0;
  $("#none").hidden = !arrived || volumes.length > 0;
  $("#no-match").hidden = !volumes.length || rows.length > 0;
  $("#list").hidden = !rows.length;
  keyed(table, rows, (it) => it.name, makeRow, (row, it) => {
    const [, created, size, used] = row.children;
    say(created, it.created ? ago(it.created) : "–");
    created.title = it.created ? exact(it.created) : "";
    say(size, it.size === undefined || it.size === null ? "–" : bytes(it.size));
    say(used, it.usedBy?.length ? plural(it.usedBy.length, "container") : "not used");
    say(row.note, sentence(notes.get(it.name)));
  });
}

function makeRow(it) {
  const note = h("span.error", { role: "alert" });
  const row = h("tr", {}, h("td.mono.d-name", {}, h("span.cut", { text: it.name, title: it.name }), note), h("td.d-less"), h("td.num"), h("td"), h("td.acts", {}, iconButton("remove", `Remove ${it.name}`, () => drop(it.name))));
  row.note = note;
  return row;
}

async function drop(volume) {
  if (!(await confirmByName({ title: `Remove volume ${volume}?`, text: "All files in it are lost.", name: volume, verb: "Remove" }))) return;
  try {
    notes.delete(volume);
    await remove(`/volumes/${part(volume)}`);
    await load();
  } catch (error) {
    notes.set(volume, error.message, users(volumes.find(({ name }) => name === volume)));
    draw();
  }
}

$("#none").append(empty("volumes", "No volumes", "A volume keeps files when its container goes. Make one above, or name one when you create a container:", command("berth run -v data:/var/lib/data alpine")));
$("#no-match").append(empty("search", "No volume has these words", "", button("Show all", () => {
  search.value = "";
  draw();
})));
/** Containers that come and go begin and end to use them. */
const CONCERNS = /^volume\.|^container\.(created|removed)$/;
subscribe("events", (kind, data) => kind === "change" && CONCERNS.test(data.type) && load());
onHealed(load);
load();
