// One socket per tab. Topics are subscribed by name; after a reconnect everything is subscribed again and the snapshots heal the page.

import { secret, signIn } from "./session.js";
import { $, button, h, icon } from "./dom.js";
import { duration } from "./format.js";

const PAUSES = [500, 1000, 2000, 4000, 8000, 15000];
const topics = new Map();
let socket = null;
let failures = 0;
let timer = null;
let countdown = null;
let everOpen = false;
const healed = new Set();

/** Connects, unless that is done or under way: a page that watches nothing says all the same when Berth is not there. */
export function begin() {
  if (!socket && !timer) connect();
}

/** Calls back with (kind, data) for each message of a topic. Returns the function that ends it. */
export function subscribe(topic, listener) {
  let listeners = topics.get(topic);
  if (!listeners) {
    listeners = new Set();
    topics.set(topic, listeners);
    if (open()) socket.send(JSON.stringify({ subscribe: [topic] }));
    else begin();
  }
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0 && topics.delete(topic) && open()) socket.send(JSON.stringify({ unsubscribe: [topic] }));
  };
}

/** Called each time the connection is back after it was lost. */
export function onHealed(listener) {
  healed.add(listener);
}

export const open = () => socket?.readyState === WebSocket.OPEN;

function connect() {
  clearTimeout(timer);
  timer = null;
  if (!secret()) return signIn();
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const opening = new WebSocket(`${scheme}://${location.host}/api/v1/live`, ["berth.v1", `secret.${secret()}`]);
  socket = opening;
  opening.onopen = () => {
    failures = 0;
    settle();
    if (topics.size) opening.send(JSON.stringify({ subscribe: [...topics.keys()] }));
    if (everOpen) healed.forEach((listener) => listener());
    everOpen = true;
  };
  opening.onmessage = ({ data }) => {
    const message = JSON.parse(data);
    topics.get(message.topic)?.forEach((listener) => listener(message.kind, message.data));
  };
  opening.onclose = (event) => {
    if (socket === opening) lost(event);
  };
}

async function lost(event) {
  socket = null;
  if (event.code === 4401 || (await refused())) return signIn();
  const pause = PAUSES[Math.min(failures, PAUSES.length - 1)];
  failures += 1;
  complain(Date.now() + pause);
  timer = setTimeout(connect, pause);
}

/** A browser does not tell why an upgrade failed: ask the cheapest call whether the session still stands. */
async function refused() {
  try {
    const response = await fetch("/session", { headers: { "X-Berth-Session": secret() ?? "" } });
    return response.status === 401 || response.status === 403;
  } catch {
    return false;
  }
}

function complain(until) {
  document.body.dataset.stale = "";
  const line = $("#link-line");
  if (line.hidden) {
    // Said once: the seconds that pass are to be seen, not to be read aloud.
    line.replaceChildren(icon("changing"), h("span", {}, "The connection to Berth is lost; what you see may be old. ", h("span.countdown", { "aria-hidden": "true" })), button("Try now", connect, { kind: "small" }));
    line.hidden = false;
  }
  clearInterval(countdown);
  const tick = () => {
    const left = Math.max(0, until - Date.now()) / 1000;
    $(".countdown", line).textContent = left < 0.5 ? "Trying now…" : `Next try in ${duration(left)}.`;
  };
  tick();
  countdown = setInterval(tick, 500);
}

function settle() {
  clearInterval(countdown);
  delete document.body.dataset.stale;
  $("#link-line").hidden = true;
}

addEventListener("online", () => timer && connect());
document.addEventListener("visibilitychange", () => {
  if (!document.hidden && timer) connect();
});
