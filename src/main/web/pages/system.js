// The machine: doctor, versions, disk.

import { $, button, command, failure, h, icon } from "../dom.js";
import { get } from "../api.js";
import { bytes, exact } from "../format.js";
import { onHealed } from "../live.js";
import { shell } from "../shell.js";
import { showPalette } from "../palette.js";
import { signOut } from "../session.js";
import { nextTheme, toggleDensity } from "../theme.js";
import { facts } from "./container-facts.js";

shell();

const TONES = { ok: ["running", "check", "Good"], warning: ["changing", "warning", "Look at"], failed: ["failed", "failed", "Failed"] };

async function into(place, load) {
  try {
    place.replaceChildren(...[await load()].flat().filter(Boolean));
  } catch (error) {
    place.replaceChildren(failure(error, button("Try again", () => into(place, load), { kind: "small" })));
  }
}

async function doctor() {
  const answer = await get("/system/doctor");
  const checks = answer;
  const order = ["failed", "warning", "ok"];
  const level = (check) => check.verdict;
  const sorted = [...checks].sort((a, b) => order.indexOf(level(a)) - order.indexOf(level(b)));
  const bad = sorted.filter((check) => level(check) !== "ok").length;
  $("#verdict").textContent = bad ? `${bad} of ${sorted.length} checks want a look` : `all ${sorted.length} checks are good`;
  return h("ul.checks", {}, ...sorted.map((check) => {
    const [tone, symbol, word] = TONES[level(check)] ?? TONES.warning;
    const fix = check.remedy;
    return h(level(check) === "ok" ? "li.good" : "li", {}, h("span", {}, h("span.state", { data: { tone } }, icon(symbol), h("span", { text: word }))), h("h3", { text: NAMES[check.name] ?? label(check.name.replaceAll("-", " ")) }),
      check.detail && h("p.hint.detail", { text: check.detail }), fix && level(check) !== "ok" && h("div.detail", {}, command(fix)));
  }));
}

/** Names that are not words. */
const NAMES = { dns: "DNS", selinux: "SELinux", newuidmap: "newuidmap", newgidmap: "newgidmap", slirp4netns: "slirp4netns", tun: "/dev/net/tun", start: "Start of a container" };

const label = (name) => name.replace(/([a-z])([A-Z])/g, "$1 $2").replace(/^./, (c) => c.toUpperCase()).toLowerCase().replace(/^./, (c) => c.toUpperCase());

function table(object, shown = (value) => String(value)) {
  const rows = Object.entries(object).filter(([, value]) => value !== null && typeof value !== "object").map(([name, value]) => [label(name), () => shown(value, name)]);
  const list = facts(rows);
  list.update(object);
  return list.element;
}

async function versions() {
  const [version, info] = await Promise.all([get("/system/version"), get("/system/info").catch(() => ({}))]);
  return table({ ...version, ...info }, (value, name) => (/^\d{4}-\d\d-\d\dT/.test(value) ? exact(value) : /bytes|size|memory$/i.test(name) && typeof value === "number" ? bytes(value) : String(value)));
}

async function disk() {
  const answer = await get("/system/df");
  const rows = Object.entries(answer).map(([name, value]) => {
    const one = typeof value === "object" && value !== null ? value : { size: value };
    return h("tr", {}, h("td", { text: label(name) }), h("td.num", { text: String(one.count ?? one.total ?? "–") }), h("td.num", { text: bytes(one.size) }), h("td.num", { text: one.reclaimable === undefined ? "–" : bytes(one.reclaimable) }));
  });
  return h("div.table-wrap", { tabindex: 0 }, h("table.table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col", text: "What" }), h("th.num", { scope: "col", text: "Count" }), h("th.num", { scope: "col", text: "Size" }), h("th.num", { scope: "col", text: "Can be freed" }))), h("tbody", {}, ...rows)));
}

function load() {
  into($("#doctor"), doctor);
  into($("#versions"), versions);
  into($("#disk"), disk);
}

$("#browser").append(
  button("Find anything", showPalette, { symbol: "search" }),
  button("Other colours", nextTheme, { symbol: "theme" }),
  button("Dense or roomy rows", toggleDensity, { symbol: "logs" }),
  button("Sign out", signOut, { symbol: "leave" }));
$("#again").addEventListener("click", () => into($("#doctor"), doctor));
onHealed(load);
load();
