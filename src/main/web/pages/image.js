// One image: what it holds and how it starts.

import { $, button, copyable, empty, failure, h } from "../dom.js";
import { get, part, remove } from "../api.js";
import { confirmByName } from "../confirm.js";
import { bytes, exact, familiar, quote, short } from "../format.js";
import { subscribe } from "../live.js";
import { facts } from "./container-facts.js";
import { shell } from "../shell.js";

const reference = new URLSearchParams(location.search).get("reference") ?? "";
shell({ back: "/images" });

const listed = (texts) => (texts?.length ? h("ul", {}, ...texts.map((text) => h("li.mono", {}, text))) : null);
const line = (list) => (list?.length ? h("code", { text: list.map(quote).join(" ") }) : null);
const pairs = (map) => (Array.isArray(map) ? map : Object.entries(map ?? {}).map(([name, value]) => `${name}=${value}`));

let drawn = null;

async function load() {
  try {
    const [image, containers] = await Promise.all([get(`/images/one?reference=${part(reference)}`), get("/containers?all=true").catch(() => [])]);
    const names = containers.filter(({ id }) => image.usedBy?.includes(id)).map(({ id, name }) => [id, name]);
    const now = JSON.stringify([image, names]);
    if (now === drawn) return;
    drawn = now;
    show(image, new Map(names));
  } catch (error) {
    if (error.status === 404) showGone();
    else if (!drawn) $("#body").replaceChildren(failure(error, button("Try again", load, { kind: "small" })));
  }
}

function showGone() {
  const name = familiar(reference);
  const words = drawn ? `${name} was removed` : "This image is not here";
  if ($("#body").querySelector(".empty")) return;
  drawn = null;
  $("#head").replaceChildren();
  $("#trouble").replaceChildren();
  $("#body").replaceChildren(empty("images", words, "", h("a.button.primary", { href: `/images?pull=${part(name)}`, text: `Pull ${name}` })));
}

function show(it, names) {
  $("#trouble").replaceChildren();
  const what = facts([
    ["Names", () => listed(it.references)],
    ["Id", () => copyable(it.id, short(it.id))],
    ["Manifest", () => copyable(it.digest, short(it.digest))],
    ["Platform", () => it.platform],
    ["Created", () => (it.created ? exact(it.created) : null)],
    ["Size", () => bytes(it.size)],
    ["Shared with others", () => (it.sharedSize ? bytes(it.sharedSize) : null)],
    ["Used by", () => (it.usedBy?.length ? h("ul", {}, ...it.usedBy.map((id) => h("li", {}, h("a", { href: `/containers/${part(names.get(id) ?? id)}`, text: names.get(id) ?? short(id) })))) : "no container")],
  ]);
  const how = facts([
    ["Entrypoint", () => line(it.config?.entrypoint)],
    ["Command", () => line(it.config?.command)],
    ["Environment", () => listed(pairs(it.config?.env))],
    ["User", () => it.config?.user],
    ["Working directory", () => it.config?.workingDir],
    ["Ports", () => listed(pairs(it.config?.exposedPorts))],
    ["Volumes", () => listed(pairs(it.config?.volumes))],
    ["Stop signal", () => it.config?.stopSignal],
    ["Labels", () => listed(pairs(it.config?.labels))],
  ]);
  what.update(it);
  how.update(it);
  $("#head").replaceChildren(
    button("Remove…", () => drop(), { kind: "danger", symbol: "remove" }),
    h("a.button.primary", { href: `/containers/new?image=${part(familiar(reference))}`, text: "Create a container" }));
  const layers = (it.layerDetails ?? []).map((layer) => h("tr", {}, h("td", {}, copyable(layer.digest, short(layer.digest))), h("td", {}, copyable(layer.diffId, short(layer.diffId))), h("td.num", { text: bytes(layer.size) }), h("td.num", { text: bytes(layer.unpackedSize) })));
  const history = (it.history ?? []).map((step) => h("tr", {}, h("td", { text: step.created ? exact(step.created) : "–" }), h("td.mono", { text: step.createdBy ?? step.created_by ?? step.comment ?? "" })));
  $("#body").replaceChildren(
    h("div.columns", {}, section("What it is", what.element), section("How it starts", how.element)),
    layers.length && table("Layers", ["Digest", "Unpacked (diff id)", "Size", "Unpacked size"], layers, [2, 3]),
    history.length && table("How it was built", ["Time", "Step"], history, []));
}

const section = (title, content) => h("section.panel.padded", { "aria-label": title }, h("h2", { text: title }), content);

function table(title, heads, rows, numeric) {
  return h("section.panel", { "aria-label": title }, h("div.panel-head.inline-toolbar", {}, h("h2", { text: title })),
    h("div.table-wrap", { tabindex: 0 }, h("table.table", {}, h("thead", {}, h("tr", {}, ...heads.map((text, index) => h(numeric.includes(index) ? "th.num" : "th", { scope: "col", text })))), h("tbody", {}, ...rows))));
}

async function drop() {
  const shown = familiar(reference);
  if (!(await confirmByName({ title: `Remove ${shown}?`, text: "It can be pulled again, as long as its registry has it.", name: shown, verb: "Remove" }))) return;
  try {
    await remove(`/images/one?reference=${part(reference)}`);
    location.assign("/images");
  } catch (error) {
    $("#trouble").replaceChildren(failure(error));
  }
}

$("#title").textContent = familiar(reference);
subscribe("images", (kind) => kind === "snapshot" && load());
load();
