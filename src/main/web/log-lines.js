// A log of a million lines as rows: only what is in view is in the page. Heights are counted, not measured: letters are of one width.
// Browsers lay out elements only so high: a longer log is scrolled through in larger steps.

import { h, keyed } from "./dom.js";
import { bytes, clock, exact } from "./format.js";

const LINE = 20;
const MOST = 1_000_000;
/** Letters: long lines fill a browser's memory before they are a million. */
const LARGEST = 100_000_000;
/** So many too many before the oldest go: taking away a few of a million at a time costs as much as taking many. */
const SLACK = 50_000;
const HIGHEST = 10_000_000;
/** Not a stream of the program's: what Berth says between its lines. */
const NOTE = "note";
// eslint-disable-next-line no-control-regex
const CONTROL = /\u001b\[[0-9;?]*[ -/]*[@-~]|\u001b\][^\u0007\u001b]*(?:\u0007|\u001b\\)|\u001b[@-_]|[\u0000-\u0008\u000b-\u001f\u007f]/g;

export const plainText = (text) => text.replace(CONTROL, "");

/** Where a line stands, or one like it in a log that was read again, or else what follows in time; -1 when nothing does. */
export function placeOf(lines, line) {
  const itself = lines.indexOf(line);
  if (itself >= 0) return itself;
  const alike = lines.findIndex((it) => isAlike(it, line));
  return alike >= 0 ? alike : lines.findIndex((it) => it.time >= line.time);
}

/** A line as it is shown; or what is said where the log has lost some. */
function shownAs(line) {
  const time = Date.parse(line.time);
  if (line.skipped) return { time, stream: NOTE, text: `${bytes(line.skipped)} of output are missing here` };
  return { time, stream: line.stream, text: plainText(line.data ?? "") };
}

const isAlike = (one, other) => one.time === other.time && one.text === other.text;

export class LogLines {
  #all = [];
  #held = 0;
  #shown = [];
  #tops = new Float64Array(1);
  /** So many of the shown ones have their place; those behind get it with the next picture. */
  #placed = 0;
  #view;
  #space = h("div.log-space", { role: "presentation" });
  #wrap = false;
  #times = true;
  #filter = null;
  #pattern = null;
  #waiting = 0;
  #following = true;
  /** The line at the top for one who has scrolled up, and how much of it is above the view. */
  #reading = null;
  /** That line has not come again since the log was emptied. */
  #seeking = false;
  /** Where the view was put, not by its reader. */
  #put = -1;
  #columns = 80;
  #dropped = 0;
  #changed;
  #drawing = false;

  constructor(view, changed) {
    this.#view = view;
    this.#changed = changed;
    view.append(this.#space);
    view.addEventListener("scroll", () => this.#scrolled());
    new ResizeObserver(() => this.#layout()).observe(view);
  }

  get total() {
    return this.#all.length;
  }

  get matching() {
    return this.#shown.length;
  }

  get waiting() {
    return this.#waiting;
  }

  get following() {
    return this.#following;
  }

  get dropped() {
    return this.#dropped;
  }

  clear() {
    this.#all = [];
    this.#held = 0;
    this.#waiting = 0;
    this.#dropped = 0;
    this.#seeking = !this.#following;
    this.#refilter();
  }

  add(lines) {
    if (!lines.length) return this.#changed();
    for (const line of lines) {
      const shown = shownAs(line);
      this.#all.push(shown);
      this.#held += shown.text.length;
    }
    if (this.#all.length > MOST + SLACK || this.#held > LARGEST * 1.05) {
      let extra = 0;
      while (this.#all.length - extra > MOST || this.#held > LARGEST) {
        this.#held -= this.#all[extra].text.length;
        extra += 1;
      }
      this.#all.splice(0, extra);
      this.#dropped += extra;
      return this.#refilter();
    }
    const fresh = this.#filter ? this.#all.slice(-lines.length).filter((line) => this.#filter(line)) : this.#all.slice(-lines.length);
    this.#shown.push(...fresh);
    if (!this.#following) this.#waiting += fresh.length;
    this.#soon();
    return undefined;
  }

  /** Many batches that arrive at once are drawn once. */
  #soon() {
    if (this.#drawing) return;
    this.#drawing = true;
    requestAnimationFrame(() => {
      this.#drawing = false;
      this.#measure(this.#placed);
      this.#settle();
    });
  }

  /** words: plain text, or /a regular expression/. Null shows everything. Returns what is wrong with it, or "". */
  search(words, stream) {
    try {
      const expression = /^\/(.+)\/(i?)$/.exec(words);
      this.#pattern = words ? new RegExp(expression ? expression[1] : words.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"), `g${expression && !expression[2] ? "" : "i"}`) : null;
    } catch (error) {
      return error.message;
    }
    const pattern = this.#pattern;
    this.#forgetRows();
    this.#filter = pattern || stream ? (line) => (!stream || line.stream === stream || line.stream === NOTE) && (!pattern || line.text.search(pattern) >= 0) : null;
    this.#refilter();
    return "";
  }

  wrap(on) {
    this.#wrap = on;
    this.#view.classList.toggle("wrap", on);
    this.#layout();
  }

  times(on) {
    this.#times = on;
    this.#forgetRows();
    this.#layout();
  }

  /** To the first line at or after a time. */
  jump(time) {
    const index = this.#shown.findIndex((line) => line.time >= time);
    if (index < 0) return this.toEnd();
    this.#following = false;
    this.#seeking = false;
    this.#reading = { line: this.#shown[index], above: 0 };
    this.#measure(this.#placed);
    this.#settle(true);
    return undefined;
  }

  /** When the first line was written that is held here. */
  get begins() {
    return this.#all.length ? this.#all[0].time : Infinity;
  }

  /** How much of the log one pixel of the scroll bar's way stands for. */
  get #scale() {
    const whole = this.#tops[this.#placed] + 8;
    const seen = this.#view.clientHeight;
    return whole > HIGHEST ? (whole - seen) / (HIGHEST - seen) : 1;
  }

  toEnd() {
    this.#following = true;
    this.#waiting = 0;
    this.#measure(this.#placed);
    this.#settle();
  }

  #refilter() {
    this.#shown = this.#filter ? this.#all.filter((line) => this.#filter(line)) : this.#all.slice();
    this.#waiting = 0;
    this.#measure(0);
    this.#settle(true);
  }

  #layout() {
    const probe = h("span", { text: "0".repeat(100) });
    probe.style.position = "absolute";
    this.#view.append(probe);
    const width = probe.getBoundingClientRect().width / 100;
    probe.remove();
    const taken = 32 + (this.#times ? 12 * width + 12 : 0);
    this.#columns = Math.max(10, Math.floor((this.#view.clientWidth - taken) / (width || 8)));
    this.#measure(0);
    this.#settle(true);
  }

  #height(line) {
    if (!this.#wrap) return LINE;
    if (line.text.length * 2 <= this.#columns && !line.text.includes("\t")) return LINE;
    let wide = 0;
    for (const c of line.text) wide += c.codePointAt(0) > 0x10ff ? 2 : c === "\t" ? 8 : 1;
    return LINE * Math.max(1, Math.ceil(wide / this.#columns));
  }

  #measure(from) {
    const count = this.#shown.length;
    if (this.#tops.length < count + 1) {
      const larger = new Float64Array(Math.max(1024, (count + 1) * 2));
      larger.set(this.#tops);
      this.#tops = larger;
    }
    for (let i = from; i < count; i++) this.#tops[i + 1] = this.#tops[i] + this.#height(this.#shown[i]);
    this.#placed = count;
    this.#space.style.height = `${Math.min(HIGHEST, this.#tops[count] + 8)}px`;
  }

  #settle(rebuilt = false) {
    if (this.#following) this.#scrollTo(this.#space.offsetHeight);
    else if (this.#reading && (rebuilt || this.#seeking)) this.#resume();
    this.#draw();
    this.#changed();
  }

  /** The line that is being read is at the top again, as soon as it is here. */
  #resume() {
    const { line, above } = this.#reading;
    const index = placeOf(this.#shown, line);
    const there = this.#shown[index];
    this.#scrollTo(there ? (this.#tops[index] + above) / this.#scale : this.#space.offsetHeight);
    if (there && (isAlike(there, line) || this.#shown.at(-1).time > line.time)) this.#seeking = false;
  }

  #scrollTo(top) {
    this.#view.scrollTop = top;
    this.#put = this.#view.scrollTop;
  }

  /** By the reader; or by the browser, to the end of a log that became shorter, which no reader who goes up comes to. */
  #scrolled() {
    const { scrollTop, clientHeight } = this.#view;
    if (scrollTop < this.#put && scrollTop + clientHeight >= this.#space.offsetHeight) this.#put = scrollTop;
    else if (scrollTop !== this.#put && clientHeight) this.#read();
    this.#draw();
  }

  #read() {
    this.#put = -1;
    this.#seeking = false;
    const { scrollTop, clientHeight } = this.#view;
    const atEnd = scrollTop + clientHeight >= this.#space.offsetHeight - LINE;
    const index = this.#indexAt(scrollTop * this.#scale);
    this.#reading = atEnd || index >= this.#placed ? null : { line: this.#shown[index], above: scrollTop * this.#scale - this.#tops[index] };
    if (atEnd === this.#following) return;
    this.#following = atEnd;
    if (atEnd) this.#waiting = 0;
    this.#changed();
  }

  #indexAt(top) {
    let low = 0;
    let high = this.#placed;
    while (low < high) {
      const middle = (low + high) >> 1;
      if (this.#tops[middle + 1] <= top) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #draw() {
    const { scrollTop, clientHeight } = this.#view;
    const top = scrollTop * this.#scale;
    const first = Math.max(0, this.#indexAt(top) - 10);
    const inView = [];
    for (let i = first; i < this.#placed && this.#tops[i] < top + clientHeight + 10 * LINE; i++) inView.push(i);
    const place = (row, index) => {
      const at = `${this.#tops[index] + scrollTop - top}px`;
      if (row.style.top !== at) row.style.top = at;
    };
    // What stays in view is not touched: text of it may be selected.
    keyed(this.#space, inView, (index) => this.#shown[index], (index) => this.#row(this.#shown[index]), place);
  }

  #row(line) {
    return h("div.log-line", { data: { stream: line.stream }, title: line.stream === "stderr" ? "stderr" : null }, this.#times && h("time", { text: clock(line.time, true), title: exact(line.time) }), h("span.text", {}, ...this.#marked(line.text)));
  }

  /** What a row shows is another thing from now on. */
  #forgetRows() {
    keyed(this.#space, [], (row) => row);
  }

  #marked(text) {
    if (!this.#pattern) return [text];
    const out = [];
    let from = 0;
    for (const match of text.matchAll(this.#pattern)) {
      if (!match[0]) continue;
      out.push(text.slice(from, match.index), h("mark", { text: match[0] }));
      from = match.index + match[0].length;
    }
    out.push(text.slice(from));
    return out;
  }
}
