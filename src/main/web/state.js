// A container's state as people see it: icon, word, colour; and what may be done in it.

import { h, icon, say } from "./dom.js";
import { duration, since } from "./format.js";

const SHOWN = {
  created: ["stopped", "created", "Created"],
  starting: ["changing", "changing", "Starting…"],
  running: ["running", "running", "Running"],
  paused: ["changing", "pause", "Paused"],
  stopping: ["changing", "changing", "Stopping…"],
  removing: ["changing", "changing", "Removing…"],
  restarting: ["changing", "changing", "Restarting…"],
  exited: ["stopped", "stopped", "Exited"],
  dead: ["failed", "failed", "Dead"],
};

/** [tone, icon, word] */
export function appearance(container) {
  const [tone, symbol, word] = SHOWN[container.state] ?? ["stopped", "stopped", container.state];
  if (container.state === "exited") {
    if (container.oomKilled) return ["failed", "failed", "Out of memory"];
    // Its code says nothing then: it was ended because something of its start could not be done.
    if (container.error?.startsWith("cannot ")) return ["failed", "failed", "Failed"];
    if (container.exitCode) return ["failed", "failed", `Exited (${container.exitCode})`];
  }
  if (container.state === "created" && container.error) return ["failed", "failed", "Did not start"];
  if (container.state === "running" && container.health === "unhealthy") return ["failed", "failed", "Unhealthy"];
  return [tone, symbol, word];
}

export function stateBadge() {
  return h("span.state", {}, icon("stopped"), h("span.word"));
}

export function showState(badge, container) {
  const [tone, symbol, word] = appearance(container);
  const key = `${tone} ${symbol} ${word}`;
  if (badge.dataset.shown === key) return;
  badge.dataset.shown = key;
  badge.dataset.tone = tone;
  badge.firstElementChild.firstElementChild.setAttribute("href", `#i-${symbol}`);
  say(badge.lastElementChild, word, { glow: true });
}

/** "for 3 min", "2 h ago": beside the state. */
export function lasting(container) {
  if (container.state === "running" || container.state === "paused") return container.started ? `for ${since(container.started)}` : "";
  const time = container.finished ?? container.created;
  return time ? `${since(time)} ago` : "";
}

/** One that is removed when it ends starts once only. */
export const canStartAgain = ({ state, config }) => state !== "removed" && !config?.autoRemove;
export const canStart = (container) => container.state === "created" || (container.state === "exited" && canStartAgain(container));
export const canStop = ({ state }) => state === "running" || state === "starting" || state === "paused";
export const isLive = ({ state }) => state === "running" || state === "paused" || state === "stopping";
export const isBusy = ({ state }) => ["starting", "stopping", "removing", "restarting"].includes(state);

/** What state it is in, as text; null while it is changing. One that ran in between is in another. */
export const atRest = (container) => (isBusy(container) ? null : `${container.state} ${container.started}`);

export function portUrl(port) {
  const host = !port.hostAddress || port.hostAddress === "0.0.0.0" || port.hostAddress === "127.0.0.1" ? "localhost" : port.hostAddress;
  return `http://${host}:${port.hostPort}/`;
}

/** Where a forward leads: a link for TCP, plain words otherwise. */
export function portLink(port) {
  const words = `${port.hostPort} → ${port.containerPort}${port.protocol === "udp" ? "/udp" : ""}`;
  if (port.state === "failed") return h("span.error.mono", { title: port.error ?? "", text: `${words} failed` });
  if (port.protocol === "udp" || !port.hostPort) return h("span.mono", { text: port.hostPort ? words : `a free port → ${port.containerPort}` });
  const link = h("a.mono", { href: portUrl(port), target: "_blank", rel: "noopener noreferrer", text: words });
  link.title = port.state === "active" ? `Open ${portUrl(port)}` : "Forwarded while the container runs";
  return link;
}

/** What the program ended with, in words. */
export function ending(container) {
  if (container.state !== "exited" && container.state !== "dead") return "";
  const ran = container.started && container.finished ? (Date.parse(container.finished) - Date.parse(container.started)) / 1000 : null;
  const code = container.exitCode ?? 0;
  const how = container.oomKilled ? "was killed: out of memory" : code > 128 && code < 160 ? `was ended by signal ${code - 128}` : `ended with code ${code}`;
  return `The program ${how}${ran === null ? "" : ` after ${duration(ran)}`}`;
}
