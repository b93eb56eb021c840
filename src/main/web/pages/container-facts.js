// Overview, Config and Inspect: what a container is.

import { button, command, copy, copyable, h, say, sentence } from "../dom.js";
import { part, post } from "../api.js";
import { asked, berthLine } from "../docker-run.js";
import { bytes, exact, familiar, quote, short } from "../format.js";
import { ending, lasting, portLink } from "../state.js";
import { usage } from "./container-usage.js";

/** Facts whose values change in place: [[label, value(it)]…]; a value is text or nodes. */
export function facts(rows) {
  const list = h("dl.facts");
  const shown = new Map();
  return {
    element: list,
    update(it) {
      for (const [label, value] of rows) {
        const now = value(it);
        const absent = now === null || now === undefined || now === "" || (Array.isArray(now) && !now.length);
        if (!shown.has(label)) {
          const pair = [h("dt", { text: label }), h("dd")];
          list.append(...pair);
          shown.set(label, pair);
        }
        const [term, place] = shown.get(label);
        term.hidden = absent;
        place.hidden = absent;
        if (absent) continue;
        if (typeof now === "string") {
          say(place, now, { glow: true });
          continue;
        }
        const key = [now].flat().map((node) => node.outerHTML ?? node).join();
        if (place.dataset.key === key) continue;
        place.dataset.key = key;
        place.replaceChildren(...[now].flat());
      }
    },
  };
}

const stamp = (time) => (time ? h("time", { datetime: time, title: time, text: exact(time) }) : null);
const listed = (texts) => (texts.length ? h("ul", {}, ...texts.map((text) => h("li.mono", {}, text))) : null);
const shellLine = (list) => (list?.length ? h("code", { text: list.map(quote).join(" ") }) : null);

export function overview() {
  const state = facts([
    ["State", (it) => [it.state, lasting(it)].filter(Boolean).join(" ")],
    ["Ended", (it) => ending(it)],
    ["Health", (it) => (it.health && it.health !== "none" ? it.health : null)],
    ["Restarts", (it) => (it.restarts ? String(it.restarts) : null)],
    ["Started", (it) => stamp(it.started)],
    ["Finished", (it) => stamp(it.finished)],
    ["Created", (it) => stamp(it.created)],
    ["Process", (it) => (it.pid ? copyable(String(it.pid)) : null)],
  ]);
  const place = facts([
    ["Id", (it) => copyable(it.id, short(it.id))],
    ["Image", (it) => h("a", { href: `/images/one?reference=${part(it.image)}`, text: familiar(it.image) })],
    ["Program", (it) => shellLine([...(it.config?.entrypoint ?? []), ...(it.config?.command ?? [])])],
    ["Address", (it) => (it.address ? copyable(it.address) : null)],
    ["Ports", (it) => (it.ports.length ? h("ul", {}, ...it.ports.map((port) => h("li", {}, portLink(port)))) : null)],
    ["Mounts", (it) => listed((it.config?.mounts ?? []).map((mount) => `${mount.source ?? mount.type} → ${mount.target}${mount.readOnly ? " (read-only)" : ""}`))],
  ]);
  const used = usage();
  const element = h("div.columns.live", {},
    h("section.panel.padded", { "aria-label": "State" }, h("h2", { text: "State" }), state.element),
    h("section.panel.padded", { "aria-label": "What it is" }, h("h2", { text: "What it is" }), place.element),
    used.element);
  return {
    element,
    update(it) {
      state.update(it);
      place.update(it);
      used.update(it);
    },
  };
}

function renaming(page) {
  const name = h("input.input.mono", { id: "rename", autocomplete: "off", spellcheck: "false", "aria-describedby": "rename-error" });
  const wrong = h("span.error", { id: "rename-error", role: "alert" });
  const form = h("form.field", { novalidate: true }, h("label", { for: "rename", text: "Name" }), h("div.actions.nowrap", {}, name, h("button.button", { text: "Rename" })), wrong);
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    try {
      say(wrong, "");
      page.renamed(await post(`/containers/${part(page.container.id)}/rename`, { name: name.value.trim() }));
    } catch (error) {
      say(wrong, sentence(error.message));
    }
    name.setAttribute("aria-invalid", String(Boolean(wrong.textContent)));
    name.focus();
  });
  let last = "";
  return {
    element: form,
    update(it) {
      // What is being typed stays; a name given elsewhere shows.
      if (it.name !== last) name.value = it.name;
      last = it.name;
    },
  };
}

export function config(page) {
  const rename = renaming(page);
  const list = facts([
    ["Image", (it) => copyable(it.image)],
    ["Entrypoint", (it) => shellLine(it.config?.entrypoint)],
    ["Command", (it) => shellLine(it.config?.command)],
    ["Environment", (it) => listed(Object.entries(it.config?.env ?? {}).map(([name, value]) => `${name}=${value}`))],
    ["Working directory", (it) => it.config?.workingDir],
    ["User", (it) => it.config?.user],
    ["Host name", (it) => it.config?.hostname],
    ["Terminal", (it) => (it.config?.tty ? "yes" : "no")],
    ["Input kept open", (it) => (it.config?.openStdin ? "yes" : "no")],
    ["Network", (it) => it.config?.network],
    ["Read-only root", (it) => (it.config?.readOnly ? "yes" : null)],
    ["Memory limit", (it) => (it.config?.resources?.memory ? bytes(it.config.resources.memory) : null)],
    ["CPU limit", (it) => (it.config?.resources?.cpus ? `${it.config.resources.cpus} cores` : null)],
    ["Process limit", (it) => (it.config?.resources?.pids ? String(it.config.resources.pids) : null)],
    ["Restart", (it) => it.config?.restart?.policy],
    ["Stop time-out", (it) => (it.config?.stopTimeout ? `${it.config.stopTimeout} s` : null)],
    ["Removed when it ends", (it) => (it.config?.autoRemove ? "yes" : "no")],
    ["Labels", (it) => listed(Object.entries(it.config?.labels ?? {}).map(([name, value]) => `${name}=${value}`))],
  ]);
  const line = h("div");
  const clone = h("a.button", { text: "Create another like this" });
  const element = h("div.columns", {},
    h("section.panel.padded.live", { "aria-label": "Configuration" }, h("div.panel-head", {}, h("h2", { text: "Configuration" }), clone), rename.element, list.element),
    h("section.panel.padded", { "aria-label": "The equal command line" }, h("h2", { text: "The equal command line" }), line));
  return {
    element,
    update(it) {
      list.update(it);
      rename.update(it);
      clone.href = `/containers/new?from=${part(it.name)}`;
      const text = berthLine({ ...asked(it), image: familiar(it.image), ports: it.ports });
      if (line.dataset.text === text) return;
      line.dataset.text = text;
      line.replaceChildren(command(text));
    },
  };
}

export function inspect(page) {
  const text = h("pre.json", { tabindex: 0, "aria-label": "The container as JSON" });
  const path = h("code");
  const element = h("section.panel", { "aria-label": "Inspect" },
    h("div.panel-head.inline-toolbar", {}, path, h("span.push", {}, button("Copy", () => copy(text.textContent), { kind: "small", symbol: "copy" }))), text);
  return {
    element,
    update(it) {
      path.textContent = `GET /api/v1/containers/${it.name}`;
      say(text, JSON.stringify(page.container, null, 2));
    },
  };
}

