// What a container uses of the machine: the last minutes as the service remembers them, then each second as it is measured.

import { h, say } from "../dom.js";
import { get, part } from "../api.js";
import { bytes, cores } from "../format.js";
import { SPAN, rate, remember, shown, trace } from "../graph.js";
import { subscribe } from "../live.js";

const WIDTH = 300;
const HEIGHT = 40;
const IDLE = "Measured while the container runs.";

/** A panel whose update(container) watches while it runs. */
export function usage() {
  const meters = { cpu: meter("CPU, cores"), memory: meter("Memory"), pids: meter("Processes"), network: meter("Network, received and sent") };
  const none = h("p.hint", { text: IDLE });
  const span = h("span.hint");
  const grid = h("div.meters", { hidden: true }, ...Object.values(meters).map((it) => it.element));
  let end = null;
  let before = null;
  return {
    element: h("section.panel.padded.wide", { "aria-label": "Use of the machine" },
      h("div.panel-head", {}, h("h2", { text: "Use of the machine" }), span), none, grid),
    update(it) {
      if (it.state === "running" && !end) end = watch(it.id);
      if (it.state !== "running" && end) {
        end();
        end = null;
        before = null;
        Object.values(meters).forEach((one) => one.clear());
        grid.hidden = true;
        none.hidden = false;
        none.textContent = IDLE;
        say(span, "");
      }
    },
  };

  /** The past first, then the present; without the past where it cannot be had. Returns the function that ends it. */
  function watch(id) {
    const gone = new AbortController();
    let leave = null;
    get(`/containers/${part(id)}/stats?history=${SPAN}`, { signal: gone.signal })
      .then((past) => past.forEach(measured))
      .catch(() => {})
      .finally(() => {
        if (!gone.signal.aborted) leave = subscribe(`stats:${id}`, (kind, data) => (kind === "error" ? say(none, data.detail) : measured(data)));
      });
    return () => {
      gone.abort();
      leave?.();
    };
  }

  function measured(data) {
    none.hidden = true;
    grid.hidden = false;
    const seconds = Date.parse(data.time) / 1000;
    const { cpu, memory, pids, network: { received = 0, sent = 0 } = {} } = data;
    meters.cpu.add(seconds, cpu?.cores, cores(cpu?.cores));
    meters.memory.add(seconds, memory?.used, memory?.limit ? `${bytes(memory.used)} of ${bytes(memory.limit)}` : bytes(memory?.used));
    meters.pids.add(seconds, pids?.current, pids?.limit ? `${pids.current} of ${pids.limit}` : String(pids?.current ?? "–"));
    meters.network.add(seconds, rate(before, seconds, received + sent), `↓ ${bytes(received)}  ↑ ${bytes(sent)}`);
    before = { seconds, total: received + sent };
    const minutes = Math.round(meters.cpu.seconds() / 60);
    say(span, minutes > 1 ? `last ${minutes} minutes` : "last minute");
  }
}

function meter(label) {
  const value = h("div.value", { text: "–" });
  const [svg, line] = ["svg", "path"].map((name) => document.createElementNS("http://www.w3.org/2000/svg", name));
  svg.setAttribute("class", "spark");
  svg.setAttribute("viewBox", `0 0 ${WIDTH} ${HEIGHT}`);
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("aria-hidden", "true");
  svg.append(line);
  const past = [];
  let due = false;
  return {
    element: h("div.meter", {}, h("div.sub", { text: label }), value, svg),
    add(seconds, number, text) {
      say(value, text);
      if (number === null || number === undefined) return;
      remember(past, seconds, number);
      if (due) return;
      due = true;
      requestAnimationFrame(() => {
        due = false;
        line.setAttribute("d", trace(past, WIDTH, HEIGHT));
      });
    },
    /** So much of the past is shown. */
    seconds: () => shown(past),
    clear() {
      past.length = 0;
    },
  };
}
