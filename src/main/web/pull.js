// A pull as one watches it: each layer's bar, the rate, the time left, Cancel.

import { button, failure, h, icon, keyed, say, sentence } from "./dom.js";
import { remove } from "./api.js";
import { bytes, duration, familiar, short } from "./format.js";
import { post } from "./api.js";
import { subscribe } from "./live.js";

const WORDS = { waiting: "waiting", downloading: "downloading", verifying: "verifying", unpacking: "unpacking", done: "done", cached: "already here" };

/** Bytes per second over the last few seconds: honest when the line stalls. */
export class Rate {
  #marks = [];

  add(total, now = performance.now()) {
    this.#marks.push([now, total]);
    while (this.#marks.length > 2 && now - this.#marks[0][0] > 5000) this.#marks.shift();
  }

  perSecond(now = performance.now()) {
    if (this.#marks.length < 2) return 0;
    const [from, first] = this.#marks[0];
    const last = this.#marks.at(-1)[1];
    return now - from < 300 ? 0 : ((last - first) * 1000) / (now - from);
  }
}

/** Starts a pull in the service (it goes on when this page is left). */
export async function startPull(reference) {
  return (await post("/images/pull?detach=true", { reference })).id;
}

/**
 * Shows a running pull in the place given. Resolves with the last line when it is done; rejects with its problem when it failed or was cancelled.
 */
export function watchPull(id, reference, place) {
  return new Promise((resolve, reject) => {
    const layers = new Map();
    const rate = new Rate();
    const title = h("h3", { text: `Pulling ${familiar(reference)}` });
    const line = h("span.sub", { text: "waiting for the registry…" });
    const cancel = button("Cancel", stop, { kind: "small" });
    const whole = h("i");
    const list = h("ul.layers", { "aria-label": "Layers" });
    const progress = h("div.bar", { role: "progressbar", "aria-label": `Pull of ${familiar(reference)}`, "aria-valuemin": "0", "aria-valuemax": "100" }, whole);
    const box = h("div.panel.padded", {}, h("div.panel-head", {}, h("div.push-left", {}, title, line), h("span.push", {}, cancel)), progress, list);
    place.replaceChildren(box);

    async function stop() {
      cancel.disabled = true;
      say(line, "cancelling…");
      await remove(`/images/pulls/${id}`).catch(() => {});
    }

    const ticker = setInterval(draw, 250);
    const end = subscribe(`pull:${id}`, (kind, data) => {
      if (kind === "error") return finish(() => reject(new Error(data.detail)));
      for (const it of kind === "snapshot" ? data.layers ?? [] : [data]) if (it.layer) layers.set(it.layer, it);
      const last = kind === "snapshot" ? data.result : data.layer ? null : data;
      if (last?.status === "done") finish(() => resolve(last));
      else if (last?.status === "error") finish(() => reject(Object.assign(new Error(last.error.detail ?? last.error.title), { cancelled: last.error.title === "Cancelled" })));
    });

    function finish(tell) {
      clearInterval(ticker);
      draw();
      end();
      cancel.remove();
      tell();
    }

    function draw() {
      const all = [...layers.values()];
      const moving = all.filter((it) => it.status !== "cached");
      const total = moving.reduce((sum, it) => sum + (it.total ?? 0), 0);
      const current = moving.reduce((sum, it) => sum + (["waiting", "downloading"].includes(it.status) ? it.current ?? 0 : it.total ?? 0), 0);
      rate.add(current);
      if (!all.length) return;
      const part = total ? current / total : 1;
      whole.style.transform = `scaleX(${part})`;
      progress.setAttribute("aria-valuenow", String(Math.round(part * 100)));
      const speed = rate.perSecond();
      const left = speed > 0 ? duration((total - current) / speed) : null;
      if (!cancel.disabled) {
        say(line, current >= total ? (all.some((it) => it.status === "unpacking") ? "unpacking…" : "verifying…") : `${bytes(current)} of ${bytes(total)}${speed > 0 ? `, ${bytes(speed)}/s, ${left} left` : ", waiting for the registry…"}`);
      }
      keyed(list, all, (it) => it.layer, makeLayer, updateLayer);
    }
  });
}

function makeLayer(it) {
  const parts = { bar: h("span.bar", {}, h("i")), word: h("span"), amount: h("span.amount.sub") };
  const row = h("li", {}, h("span.mono", { text: short(it.layer), title: it.layer }), parts.bar, parts.word, parts.amount);
  row.parts = parts;
  return row;
}

function updateLayer(row, it) {
  const finished = it.status === "done" || it.status === "cached";
  const part = finished ? 1 : it.total ? (it.current ?? 0) / it.total : 0;
  row.parts.bar.firstElementChild.style.transform = `scaleX(${part})`;
  row.parts.bar.dataset.tone = finished ? "done" : "";
  say(row.parts.word, WORDS[it.status] ?? it.status);
  say(row.parts.amount, it.status === "downloading" ? `${bytes(it.current)} of ${bytes(it.total)}` : it.total ? bytes(it.total) : "");
}

/**
 * Pulls with progress in the place given. That it failed or was cancelled is shown there, with a button to try again, and rethrown.
 * begun(id): which pull it is, perhaps one that runs already.
 */
export async function pullInto(place, reference, { id = null, begun = () => {} } = {}) {
  try {
    const known = id ?? (await startPull(reference));
    begun(known);
    const result = await watchPull(known, reference, place);
    place.replaceChildren();
    return result;
  } catch (error) {
    const again = button("Try again", () => pullInto(place, reference).catch(() => {}), { kind: "small" });
    place.replaceChildren(error.cancelled ? h("div.message", { role: "status" }, icon("stopped"), h("div", { text: sentence(error.message) }), again) : failure(error, again));
    throw error;
  }
}
