// What happened to one container, newest first.

import { empty, h, keyed, say } from "../dom.js";
import { exact } from "../format.js";
import { subscribe } from "../live.js";

const KEPT = 500;

const WORDS = {
  created: "was created", started: "started", exited: "ended", oom: "ran out of memory", paused: "was paused", unpaused: "goes on", renamed: "was renamed", updated: "was changed", removed: "was removed", health: "changed its health",
  added: "a port was added", failed: "a port failed",
};

export function inWords(event) {
  const [kind, what] = event.type.split(".");
  const details = Object.entries(event.attributes ?? {}).map(([name, value]) => `${name} ${value}`).join(", ");
  const words = kind === "exec" ? `a shell ${what === "started" ? "started" : "ended"}` : kind === "port" && what === "removed" ? "a port was removed" : WORDS[what] ?? event.type;
  return details ? `${words}: ${details}` : words;
}

export function events(page) {
  const rows = h("tbody");
  const table = h("table.table", {}, h("thead", {}, h("tr", {}, h("th", { scope: "col", text: "Time" }), h("th", { scope: "col", text: "What happened" }))), rows);
  const none = empty("events", "Nothing happened yet", "Starts, ends, ports and shells are listed here as they happen, for as long as the service runs.");
  const wrap = h("div.table-wrap", { hidden: true, tabindex: 0, role: "group", "aria-label": "List of events" }, table);
  const element = h("section.panel.live", { "aria-label": "Events" }, none, wrap);
  let all = [];
  const mine = (event) => event.object === page.container.id || event.attributes?.container === page.container.id;

  function draw() {
    none.hidden = all.length > 0;
    wrap.hidden = !all.length;
    keyed(rows, all, (event) => event.sequence, make, () => {});
  }

  function make(event) {
    const row = h("tr", {}, h("td.when", {}, h("time", { datetime: event.time, title: event.time })), h("td", { text: inWords(event) }));
    say(row.querySelector("time"), exact(event.time));
    return row;
  }

  return {
    element,
    begin() {
      subscribe("events", (kind, data) => {
        if (kind === "error") return;
        all = kind === "snapshot" ? data.filter(mine).reverse() : mine(data) ? [data, ...all] : all;
        all = all.slice(0, KEPT);
        draw();
      });
    },
  };
}
