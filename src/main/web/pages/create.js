// The create form. What was typed stays when something fails; each refusal of the service stands beside its field.

import { $, button, command, copyable, failure, h, icon, iconButton, sentence } from "../dom.js";
import { get, part, post, Problem } from "../api.js";
import { asked, berthLine, blank, lean, parseRun, unseen, words } from "../docker-run.js";
import { familiar, parseSize, quote, sizeText } from "../format.js";
import { freeAbove, isTaken, portOf, swapPort } from "../other-port.js";
import { pullInto } from "../pull.js";
import { shell } from "../shell.js";

const DRAFT = "berth.create";
const form = $("#create");
const trouble = $("#trouble");
const field = (name) => form.elements[name];
let images = [];
/** What this version of the service refuses, by the name of its field: said beside it before anything is sent. */
const refused = {};

shell({ back: "/containers" });

/* rows of env, ports, mounts */
const SOURCES = { bind: "/home/me/site", volume: "a new volume, or a name", tmpfs: "" };

const ROWS = {
  env: {
    make: (it = ["", ""]) => [text("Variable", it[0], "NAME"), text("Value", it[1], "value")],
    read: ([name, value]) => (name.value.trim() ? [name.value.trim(), value.value] : null),
  },
  port: {
    make: (it = {}) => [
      choice("Listen on", [["127.0.0.1", "this machine"], ["0.0.0.0", "every address"]], it.hostAddress ?? "127.0.0.1"),
      text("Host port", it.hostPort ?? "", "free", { inputmode: "numeric" }),
      text("Container port", it.containerPort ?? "", "80", { inputmode: "numeric" }),
      choice("Protocol", [["tcp", "TCP"], ["udp", "UDP"]], it.protocol ?? "tcp"),
    ],
    read: ([address, host, inside, protocol]) => (inside.value.trim() || host.value.trim() ? { hostAddress: address.value, hostPort: host.value.trim() ? Number(host.value) : null, containerPort: Number(inside.value || host.value), protocol: protocol.value } : null),
  },
  mount: {
    make: (it = {}) => {
      const readOnly = h("input", { type: "checkbox", checked: Boolean(it.readOnly) });
      const kind = choice("Kind", [["bind", "Folder"], ["volume", "Volume"], ["tmpfs", "Memory"]], it.type ?? "bind");
      const source = text("Folder or volume", it.source ?? "", SOURCES[kind.value], { list: "known-volumes" });
      kind.addEventListener("change", () => (source.placeholder = SOURCES[kind.value]));
      return [
        kind,
        source,
        text("Path in the container", it.target ?? "", "/srv"),
        h("label.check", {}, readOnly, "read-only"),
      ];
    },
    read: ([type, source, target, label]) => (target.value.trim() || source.value.trim() ? { type: type.value, source: source.value.trim() || null, target: target.value.trim(), readOnly: label.firstElementChild.checked } : null),
  },
};

function text(label, value, placeholder, extra = {}) {
  return h("input.input.mono", { type: "text", "aria-label": label, placeholder, value: String(value), autocomplete: "off", spellcheck: "false", ...extra });
}

function choice(label, options, value) {
  const all = options.some(([known]) => known === value) ? options : [...options, [value, value]];
  const select = h("select.input", { "aria-label": label }, ...all.map(([it, words]) => h("option", { value: it, text: words })));
  select.value = value;
  return select;
}

/** On a phone, where a row has no captions above it, each control has its own. */
function named(control) {
  return control.tagName === "LABEL" ? control : h("span.cell", {}, h("span.cell-name", { "aria-hidden": "true", text: control.getAttribute("aria-label") }), control);
}

function addRow(kind, value, focus = false) {
  const controls = ROWS[kind].make(value);
  const row = h(`div.row.${kind}`, {}, ...controls.map(named), iconButton("close", "Take this row away", () => {
    row.remove();
    changed();
  }), h("span.error"));
  row.controls = controls;
  $(`#${kind}-rows`).append(row);
  if (focus) controls[0].focus();
}

const readRows = (kind) => [...$(`#${kind}-rows`).children].map((row) => ROWS[kind].read(row.controls)).filter(Boolean);

for (const kind of Object.keys(ROWS)) {
  $(`#${kind}-add`).addEventListener("click", () => {
    addRow(kind, undefined, true);
    changed();
  });
}

/* form ↔ request */
function fill(request) {
  const set = (name, value) => {
    const control = field(name);
    if (control.type === "checkbox") control.checked = Boolean(value);
    else control.value = value ?? "";
  };
  const line = (list) => (list ?? []).map(quote).join(" ");
  const known = { ...blank(), ...request };
  set("image", familiar(known.image));
  for (const name of ["name", "workingDir", "user", "hostname", "autoRemove", "readOnly"]) set(name, known[name]);
  set("command", line(known.command));
  set("entrypoint", known.entrypoint && (line(known.entrypoint) || "''"));
  set("interactive", known.tty && known.openStdin);
  set("network", known.network ?? "");
  set("policy", known.restart?.policy ?? "no");
  set("memory", known.resources?.memory ? sizeText(known.resources.memory) : "");
  set("cpus", known.resources?.cpus);
  set("pids", known.resources?.pids);
  form.extra = { labels: known.labels ?? {}, capAdd: known.capAdd ?? [], capDrop: known.capDrop ?? [], noNewPrivileges: Boolean(known.noNewPrivileges), stopTimeout: known.stopTimeout ?? null, pull: known.pull };
  form.carried = {
    tty: known.tty && !known.openStdin,
    openStdin: known.openStdin && !known.tty,
    memorySwap: known.resources?.memorySwap ?? null,
    maxRetries: known.restart?.maxRetries ?? 0,
  };
  for (const kind of Object.keys(ROWS)) $(`#${kind}-rows`).replaceChildren();
  Object.entries(known.env ?? {}).forEach((it) => addRow("env", it));
  (known.ports ?? []).forEach((it) => addRow("port", it));
  (known.mounts ?? []).forEach((it) => addRow("mount", it));
  for (const name of Object.keys(CHECKS)) complain(name, isWanted(name) ? refused[name] ?? "" : "");
  $("#more").open = Boolean(known.entrypoint || known.workingDir || known.user || known.hostname || known.network || known.readOnly || known.resources?.memory || known.resources?.cpus || known.resources?.pids || (known.restart?.policy ?? "no") !== "no");
  changed();
}

function request() {
  const value = (name) => field(name).value.trim() || null;
  const list = (name) => (value(name) ? words(value(name)) : null);
  const entrypoint = list("entrypoint");
  const terminal = field("interactive").checked;
  const { tty, openStdin, memorySwap, maxRetries } = form.carried;
  return {
    ...blank(),
    ...form.extra,
    image: value("image") ?? "",
    name: value("name"),
    command: list("command"),
    entrypoint: entrypoint?.join("") === "" ? [] : entrypoint,
    env: Object.fromEntries(readRows("env")),
    workingDir: value("workingDir"),
    user: value("user"),
    tty: terminal || tty,
    openStdin: terminal || openStdin,
    hostname: value("hostname"),
    ports: readRows("port"),
    mounts: readRows("mount"),
    resources: { memory: parseSize(field("memory").value) ?? null, memorySwap, cpus: value("cpus") ? Number(value("cpus")) : null, pids: value("pids") ? Number(value("pids")) : null },
    restart: { policy: field("policy").value, maxRetries: field("policy").value === "on-failure" ? maxRetries : 0 },
    autoRemove: field("autoRemove").checked,
    network: value("network"),
    readOnly: field("readOnly").checked,
  };
}

const isWanted = (name) => Boolean(field(name)?.value.trim()) && !(name === "policy" && field(name).value === "no");

/* validation speaks when a field is left */
const whole = (text) => /^\d+$/.test(text.trim());
const CHECKS = {
  image: (it) => (it.trim() ? (/\s/.test(it.trim()) ? "an image's name has no spaces" : "") : "an image is needed, such as alpine or localhost:5000/site:2"),
  name: (it) => (!it || /^[a-zA-Z0-9][a-zA-Z0-9_.-]*$/.test(it) ? "" : "letters, digits, “_”, “.” and “-”; the first is a letter or digit"),
  command: shellWords,
  entrypoint: shellWords,
  memory: (it) => (parseSize(it) === undefined ? "a size such as 256m or 1.5g" : ""),
  cpus: (it) => (!it.trim() || Number(it) > 0 ? "" : "a number of cores such as 1.5"),
  pids: (it) => (!it.trim() || (whole(it) && Number(it) > 0) ? "" : "a whole number"),
  workingDir: (it) => (!it.trim() || it.trim().startsWith("/") ? "" : "a path that starts with /"),
  policy: () => "",
};

function shellWords(text) {
  try {
    words(text);
    return "";
  } catch (error) {
    return error.message;
  }
}

function complain(name, message) {
  const control = field(name);
  const place = $(`#${name}-error`);
  if (!control || !place) return false;
  control.setAttribute("aria-invalid", String(Boolean(message)));
  place.textContent = sentence(message);
  return true;
}

function check(name) {
  const message = CHECKS[name](field(name).value) || (isWanted(name) && refused[name]) || "";
  complain(name, message);
  return !message;
}

const inRange = (text, zero = false) => whole(text) && Number(text) <= 65535 && (zero || Number(text) > 0);

function checkRow(row) {
  const [first, second, third] = row.controls.map((control) => control.value?.trim() ?? "");
  let message = "";
  if (row.classList.contains("port") && (second || third)) {
    if (second && !inRange(second)) message = "a host port is a number from 1 to 65535";
    else if (third && !inRange(third)) message = "a container port is a number from 1 to 65535";
  } else if (row.classList.contains("mount") && (second || third)) {
    if (!third.startsWith("/")) message = "the path in the container starts with /";
    else if (first === "bind" && !second.startsWith("/")) message = "a folder's path starts with /";
  } else if (row.classList.contains("env")) {
    if (!first && second) message = "a variable needs a name";
    else if (first.includes("=")) message = "a variable's name has no “=”";
  }
  row.lastElementChild.textContent = sentence(message);
  return !message;
}

const rowsIn = (place) => [...place.querySelectorAll(".row")];

form.addEventListener("focusout", ({ target, relatedTarget }) => {
  if (CHECKS[target.name] && target.value) check(target.name);
  const row = target.closest?.(".row");
  if (row && !row.contains(relatedTarget)) checkRow(row);
});
form.addEventListener("change", ({ target }) => target.name === "policy" && check("policy"));
form.addEventListener("input", ({ target }) => {
  if (target.getAttribute("aria-invalid") === "true" && CHECKS[target.name]) check(target.name);
  changed();
});

/* the equal command line and call, and the draft */
function changed() {
  let it;
  try {
    it = request();
  } catch {
    return;
  }
  sessionStorage.setItem(DRAFT, JSON.stringify(it));
  const hidden = unseen(it);
  $("#unseen").replaceChildren(...(hidden.length ? ["Also: ", h("code", { text: hidden.join(" ") })] : []));
  $("#line").replaceChildren(command(berthLine(it)));
  $("#call").replaceChildren(command(`POST /api/v1/containers\n${JSON.stringify(lean(it), null, 2)}`));
  $("#image-hint").textContent = imageHint(it);
}

function imageHint(it) {
  if (!it.image) return "From any registry; docker.io when none is named.";
  if (it.pull === "always") return "The newest one is pulled first.";
  const local = images.some((image) => image.references.some((reference) => reference === it.image || familiar(reference) === familiar(withTag(it.image))));
  return local ? "This image is here already." : it.pull === "never" ? "This image is not here." : "This image is not here yet: it is pulled first.";
}

function withTag(reference) {
  return /[:@][^/]*$/.test(reference) ? reference : `${reference}:latest`;
}

$("#paste").addEventListener("input", ({ target }) => {
  const place = $("#paste-result");
  if (!target.value.trim()) return place.replaceChildren();
  try {
    const { request: parsed, left } = parseRun(target.value);
    fill(parsed);
    place.replaceChildren(h("span.hint", { text: left.length ? "The form is filled in. Berth has no equal of: " : "The form is filled in." }), ...left.map((it) => h("code", { text: `${it}  ` })));
  } catch (error) {
    place.replaceChildren(h("span.error", { text: sentence(error.message) }));
  }
});

/* send */
async function create(start) {
  if ($("#go").disabled) return;
  trouble.replaceChildren();
  $("#progress").replaceChildren();
  const fine = [...Object.keys(CHECKS).map(check), ...rowsIn(form).map(checkRow)].every(Boolean);
  if (!fine) {
    const first = form.querySelector("[aria-invalid=true]") ?? rowsIn(form).find((row) => row.lastElementChild.textContent)?.controls[0];
    if (first?.closest("details")) first.closest("details").open = true;
    return first?.focus();
  }
  busy(true);
  try {
    const it = request();
    await fetchImage(it);
    const made = await post("/containers", { ...lean(it), pull: it.pull === "never" ? "never" : "missing" });
    sessionStorage.removeItem(DRAFT);
    const page = `/containers/${part(made.name)}`;
    if (!start) return location.assign(page);
    try {
      await post(`/containers/${made.id}/start`);
    } catch (error) {
      if (made.config?.autoRemove) throw error; // it is gone again: what the form has can be changed, and tried anew
      await showUnstarted(made, error);
      return busy(false);
    }
    location.assign(startedPage(made));
  } catch (error) {
    showFailure(error);
    busy(false);
  }
}

const startedPage = (made) => `/containers/${part(made.name)}${made.config?.tty ? "/terminal" : ""}`;

/** It is there, and only its start failed: with another port it may do. */
async function showUnstarted(made, error) {
  const port = isTaken(error) ? portOf(made, error) : null;
  const free = port && (await freeAbove(port.hostPort, port.protocol));
  const other = free && button(`Use ${free} instead`, async () => {
    try {
      await swapPort(made, port, free);
      await post(`/containers/${made.id}/start`);
      location.assign(startedPage(made));
    } catch (again) {
      await showUnstarted(await get(`/containers/${made.id}`), again);
    }
  }, { kind: "small" });
  trouble.replaceChildren(failure(new Error(`${made.name} is created, but it did not start: ${error.message}`), other, h("a.button.small", { href: `/containers/${part(made.name)}`, text: `Open ${made.name}` })));
  trouble.querySelector("button, a").focus();
}

/** A pull is a step of its own, so that it can be watched and cancelled. */
async function fetchImage(it) {
  if (it.pull === "never") return;
  images = await get("/images");
  const here = images.some((image) => image.references.some((reference) => familiar(reference) === familiar(withTag(it.image)))) || images.some((image) => image.id.replace("sha256:", "").startsWith(it.image) && it.image.length >= 12);
  if (!here || it.pull === "always") await pullInto($("#progress"), it.image);
}

/** Until there is an answer, and while the page is being left: a second press would make a second container. */
function busy(on) {
  for (const control of [$("#go"), $("#only")]) control.disabled = on;
}

addEventListener("pageshow", () => busy(false));

const FIELD_OF = { workingDir: "workingDir", "resources.memory": "memory", "resources.cpus": "cpus", "resources.pids": "pids", "restart.policy": "policy" };

function showFailure(error, ...next) {
  if ($("#progress").querySelector(".message")) return;
  const name = error instanceof Problem && error.field ? FIELD_OF[error.field] ?? error.field.replace(/\[.*|\..*/, "") : null;
  const row = rowFor(error.field);
  if (row) {
    row.lastElementChild.textContent = sentence(error.message);
    row.controls[0].focus();
  } else if (name && complain(name, error.message)) {
    if (field(name).closest("details")) field(name).closest("details").open = true;
    field(name).focus();
  } else trouble.replaceChildren(failure(error, ...next));
}

/** The service names a row as ports[1].hostPort; a busy host port has only the name of the field. */
function rowFor(name) {
  const match = /^(ports|mounts)(?:\[(\d+)\])?/.exec(name ?? "");
  if (match) return $(`#${match[1].slice(0, -1)}-rows`).children[Number(match[2] ?? 0)];
  return name === "hostPort" ? $("#port-rows").children[0] : null;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  create(true);
});
$("#only").addEventListener("click", () => create(false));
form.addEventListener("keydown", (event) => {
  if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) create(true);
});

/** Said at once, not after all was typed: the service's own sentences. */
async function showRefused() {
  const info = await get("/system/info").catch(() => ({}));
  for (const [name, sentenceOf] of Object.entries(info.refused ?? {})) {
    const control = FIELD_OF[name] ?? name;
    const place = $(`#${control}-error`);
    if (!place) continue;
    refused[control] = sentenceOf;
    const hint = h("span.hint", { id: `${control}-hint`, text: "Not in this version yet." });
    place.before(hint);
    field(control).setAttribute("aria-describedby", `${hint.id} ${place.id}`);
    if (isWanted(control)) check(control);
  }
}

/** A reload shows what was made of it, not once more what this page began with. */
function draftFromNowOn() {
  history.replaceState(null, "", location.pathname);
}

async function begin() {
  showRefused();
  get("/volumes").then((all) => $("#known-volumes").append(...all.map((it) => h("option", { value: it.name }))), () => {});
  const from = new URLSearchParams(location.search);
  const draft = sessionStorage.getItem(DRAFT);
  fill(from.get("image") ? { image: from.get("image") } : draft ? JSON.parse(draft) : blank());
  if (from.get("image")) draftFromNowOn();
  // At once: what one has begun to type in must not lose the focus.
  field(field("image").value || from.get("from") ? "name" : "image").focus();
  try {
    images = await get("/images");
    $("#known-images").append(...images.flatMap((it) => it.references).map((it) => h("option", { value: familiar(it) })));
    if (from.get("from")) {
      const source = await get(`/containers/${part(from.get("from"))}`);
      fill({ ...asked(source), image: source.image, name: `${source.name}-copy`, ports: (source.config.ports ?? source.ports).map((it) => ({ ...it, hostPort: null })) });
      draftFromNowOn();
    }
    changed();
  } catch (error) {
    trouble.replaceChildren(failure(error));
  }
}

begin();
