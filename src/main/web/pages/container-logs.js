// The log: follow, search, filter, wrap, jump, download.

import { button, failure, h, icon, say } from "../dom.js";
import { blob, part } from "../api.js";
import { plural } from "../format.js";
import { subscribe } from "../live.js";
import { LogLines } from "../log-lines.js";

export function logs(page) {
  const view = h("div.log-view", { tabindex: 0, role: "log", "aria-label": "Log", "aria-live": "off" });
  const search = h("input.input", { type: "search", placeholder: "Search", title: "Words, or an /expression/", "aria-label": "Search the log", "aria-describedby": "log-error", spellcheck: "false" });
  const stream = h("select.input", { "aria-label": "Stream" }, h("option", { value: "", text: "Both streams" }), h("option", { value: "stdout", text: "stdout" }), h("option", { value: "stderr", text: "stderr" }));
  const wrap = h("input", { type: "checkbox" });
  const times = h("input", { type: "checkbox", checked: true });
  const jump = h("input.input", { type: "datetime-local", step: "1", "aria-label": "Jump to a time" });
  const count = h("span.count", { role: "status" });
  const wrong = h("span.error", { id: "log-error" });
  const more = button("", () => lines.toEnd(), { kind: "primary.log-more" });
  more.hidden = true;
  const earlier = h("div.log-earlier", { hidden: true }, h("span"), button("Show them", showAll, { kind: "small" }));
  const trouble = h("div");
  const waiting = h("p.hint.inline-toolbar", { text: "Nothing was written yet. Lines appear here as the program writes them." });
  const element = h("section.panel.pane-fill", { "aria-label": "Logs" },
    h("div.toolbar.inline-toolbar", {}, h("span.search", {}, icon("search"), search), stream,
      h("label.check", {}, wrap, "Wrap"), h("label.check", {}, times, "Times"), jump, wrong, h("span.push", {}, count), button("Download", download, { kind: "small", symbol: "download" })),
    trouble, waiting, earlier,
    h("div.log-frame.live", {}, view, more));

  const lines = new LogLines(view, () => {
    more.hidden = lines.following;
    say(more, lines.waiting ? `${plural(lines.waiting, "new line")} below` : "Paused: follow again");
    waiting.hidden = lines.total > 0;
    const cut = lines.dropped ? `, ${lines.dropped} older ones are in the download` : "";
    say(count, lines.matching === lines.total ? `${plural(lines.total, "line")}${cut}` : `${lines.matching} of ${plural(lines.total, "line")}${cut}`);
  });

  const narrow = () => say(wrong, lines.search(search.value, stream.value));
  search.addEventListener("input", narrow);
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.preventDefault();
    if (!search.value) return view.focus();
    search.value = "";
    narrow();
  });
  stream.addEventListener("change", narrow);
  wrap.addEventListener("change", () => lines.wrap(wrap.checked));
  times.addEventListener("change", () => lines.times(times.checked));
  jump.addEventListener("change", () => {
    if (!jump.value) return;
    const time = new Date(jump.value).getTime();
    if (time >= lines.begins || earlier.hidden) return lines.jump(time);
    wanted = time;
    showAll();
  });

  let end = null;
  let wanted = null;

  function follow(topic) {
    end?.();
    end = subscribe(topic, (kind, data) => {
      if (kind === "error") return trouble.replaceChildren(failure(new Error(data.detail)));
      if (kind === "snapshot") {
        lines.clear();
        earlier.hidden = data.earlier === 0;
        say(earlier.firstElementChild, `${plural(data.earlier, "earlier line")} not shown.`);
      }
      lines.add(data.lines);
      if (!data.complete || wanted === null) return;
      lines.jump(wanted);
      wanted = null;
    });
  }

  /** From the first line that is kept. */
  function showAll() {
    follow(`logs:${page.container.id}/all`);
  }

  async function download() {
    trouble.replaceChildren();
    try {
      const url = URL.createObjectURL(await blob(`/containers/${part(page.container.id)}/logs?timestamps=true`));
      h("a", { href: url, download: `${page.container.name}.log` }).click();
      setTimeout(() => URL.revokeObjectURL(url), 10000);
    } catch (error) {
      trouble.replaceChildren(failure(error));
    }
  }

  return {
    element,
    begin() {
      follow(`logs:${page.container.id}`);
    },
    /** The arrows scroll it then. */
    enter: () => view.focus(),
    search: () => search.select(),
    shown() {
      if (lines.following) requestAnimationFrame(() => lines.toEnd());
    },
  };
}
