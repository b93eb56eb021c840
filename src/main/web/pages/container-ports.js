// Ports of a container, added and removed while it runs.

import { button, empty, failure, h, icon, iconButton, keyed, say, sentence } from "../dom.js";
import { part, post, remove } from "../api.js";
import { freeAbove, isTaken } from "../other-port.js";
import { portLink } from "../state.js";

export function ports(page) {
  const address = h("select.input", { id: "port-address" }, h("option", { value: "127.0.0.1", text: "this machine only (127.0.0.1)" }), h("option", { value: "0.0.0.0", text: "every address (0.0.0.0)" }));
  const host = h("input.input.mono", { id: "port-host", inputmode: "numeric", placeholder: "a free one", autocomplete: "off" });
  const inside = h("input.input.mono", { id: "port-inside", inputmode: "numeric", placeholder: "80", autocomplete: "off" });
  const protocol = h("select.input", { id: "port-protocol" }, h("option", { value: "tcp", text: "TCP" }), h("option", { value: "udp", text: "UDP" }));
  const errors = { hostPort: h("span.error", { role: "alert", id: "port-host-error" }), containerPort: h("span.error", { role: "alert", id: "port-inside-error" }) };
  const trouble = h("div.wide");
  const add = h("button.button.primary", { text: "Add port" });
  const form = h("form.form-grid", { novalidate: true },
    field("Container port", inside, errors.containerPort), field("Host port", host, errors.hostPort), field("Protocol", protocol), field("Reachable from", address),
    trouble, h("div.actions.wide", {}, add));
  const rows = h("tbody");
  const none = empty("ports", "No ports", "Add one here: it works at once, also while the container runs.");
  const table = h("div.table-wrap", {}, h("table.table", {}, h("thead", {}, h("tr", {}, ...["Forward", "Reachable from", "State", ""].map((text) => h("th", { scope: "col", text }, text ? null : h("span.visually-hidden", { text: "Actions" })))))
    , rows));
  const undone = h("div.wide");
  const element = h("div.pane", {}, undone, h("section.panel.live", { "aria-label": "Ports" }, none, table), h("section.panel.padded", { "aria-label": "Add a port" }, h("h2", { text: "Add a port" }), form));
  element.className = "columns";

  function field(label, control, error = null) {
    if (error) control.setAttribute("aria-describedby", error.id);
    return h("div.field", {}, h("label", { for: control.id, text: label }), control, error);
  }

  const inRange = (text) => /^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= 65535;
  const check = {
    containerPort: () => complain("containerPort", inside, inRange(inside.value.trim()) ? "" : "a number from 1 to 65535"),
    hostPort: () => complain("hostPort", host, !host.value.trim() || inRange(host.value.trim()) ? "" : "a number from 1 to 65535, or nothing for a free one"),
  };
  // What the service said of a value stands until the value is another: leaving the field must not take away the button beside it.
  inside.addEventListener("blur", () => inside.value && !inRange(inside.value.trim()) && check.containerPort());
  host.addEventListener("blur", () => host.value.trim() && !inRange(host.value.trim()) && check.hostPort());
  inside.addEventListener("input", () => complain("containerPort", inside, ""));
  host.addEventListener("input", () => complain("hostPort", host, ""));

  function complain(name, control, message, next = null) {
    control.setAttribute("aria-invalid", String(Boolean(message)));
    errors[name].replaceChildren(sentence(message), ...(next ? [" ", next] : []));
    return !message;
  }

  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    trouble.replaceChildren();
    if (![check.containerPort(), check.hostPort()].every(Boolean)) return form.querySelector("[aria-invalid=true]").focus();
    add.disabled = true;
    try {
      await post(`/containers/${part(page.container.id)}/ports`, { hostAddress: address.value, hostPort: host.value.trim() ? Number(host.value) : null, containerPort: Number(inside.value), protocol: protocol.value });
      host.value = "";
      inside.value = "";
      inside.focus();
    } catch (error) {
      await failed(error);
    } finally {
      add.disabled = false;
    }
  });

  async function failed(error) {
    const name = isTaken(error) ? "hostPort" : error.field?.split(".").pop();
    if (!errors[name]) return trouble.replaceChildren(failure(error));
    const free = isTaken(error) ? await freeAbove(Number(host.value), protocol.value) : null;
    const other = free && button(`Use ${free} instead`, () => {
      host.value = free;
      complain("hostPort", host, "");
      form.requestSubmit();
    }, { kind: "small" });
    const control = name === "hostPort" ? host : inside;
    complain(name, control, error.message, other);
    control.focus();
  }

  function makeRow() {
    const parts = { link: h("td"), address: h("td.mono"), state: h("td"), note: h("span.error", { role: "alert" }) };
    const row = h("tr", {}, parts.link, parts.address, parts.state, h("td.acts", {}, iconButton("remove", "Remove", () => drop(row))));
    row.parts = parts;
    return row;
  }

  function updateRow(row, it) {
    row.port = it;
    const text = JSON.stringify(it);
    if (row.shown === text) return;
    row.shown = text;
    row.parts.link.replaceChildren(portLink(it));
    row.parts.address.textContent = it.hostAddress === "127.0.0.1" ? "this machine" : it.hostAddress === "0.0.0.0" ? "every address" : it.hostAddress;
    const running = page.container.state === "running";
    row.parts.note.textContent = sentence(it.error ?? "");
    row.parts.state.replaceChildren(it.state === "active" ? "open" : it.state === "failed" ? "failed" : running ? "opening…" : "opens when the container runs", " ", row.parts.note);
    row.querySelector("button").setAttribute("aria-label", `Remove port ${it.hostPort ?? it.containerPort}/${it.protocol}`);
  }

  async function drop(row) {
    const it = row.port;
    const press = row.querySelector("button");
    press.disabled = true;
    try {
      await remove(`/containers/${part(page.container.id)}/ports/${it.protocol}/${it.hostPort ?? 0}?hostAddress=${part(it.hostAddress)}`);
      offerUndo(it);
    } catch (error) {
      say(row.parts.note, sentence(error.message));
    } finally {
      press.disabled = false;
    }
  }

  /** What one took away by mistake is back with one press. */
  function offerUndo(it) {
    const words = h("div", { text: `Port ${it.hostPort ? `${it.hostPort} → ` : ""}${it.containerPort} is removed.` });
    const undo = button("Undo", async () => {
      undo.disabled = true;
      try {
        await post(`/containers/${part(page.container.id)}/ports`, { hostAddress: it.hostAddress, hostPort: it.hostPort, containerPort: it.containerPort, protocol: it.protocol });
        undone.replaceChildren();
        inside.focus();
      } catch (error) {
        undone.replaceChildren(failure(error));
      }
    }, { kind: "small" });
    undone.replaceChildren(h("div.message", { role: "status" }, icon("check"), words, undo));
    undo.focus();
  }

  return {
    element,
    update(it) {
      none.hidden = it.ports.length > 0;
      table.hidden = !it.ports.length;
      keyed(rows, it.ports, (port) => `${port.protocol} ${port.hostAddress} ${port.hostPort} ${port.containerPort}`, makeRow, updateRow);
    },
  };
}
