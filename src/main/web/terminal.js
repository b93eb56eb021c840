// A terminal on a server's session: the server keeps the output, this shows it. Reload, sleep and a restarted service heal by replay.

import { Terminal } from "./vendor/xterm.mjs";
import { FitAddon } from "./vendor/addon-fit.mjs";
import { SearchAddon } from "./vendor/addon-search.mjs";
import { WebLinksAddon } from "./vendor/addon-web-links.mjs";
import { WebglAddon } from "./vendor/addon-webgl.mjs";
import { button, copy, h, say, sentence } from "./dom.js";
import { acknowledged, decode, FROM_SERVER, input, resize, signal } from "./frames.js";
import { bytes, plural } from "./format.js";
import { showPalette } from "./palette.js";
import { secret } from "./session.js";
import { findBox } from "./terminal-find.js";
import { isAnswer, Sizes, Waiting } from "./terminal-input.js";
import { KeyBar } from "./terminal-keys.js";
import { scrollByTouch } from "./terminal-touch.js";

const ACK_EVERY = 8 * 1024;
const TAIL = 1024 * 1024;
const PAUSES = [300, 1000, 2000, 5000, 10000];
const encoder = new TextEncoder();

export class TerminalView {
  #path;
  #tty;
  #terminal;
  #fit = new FitAddon();
  #search = new SearchAddon();
  #socket = null;
  #unacknowledged = 0;
  #pending = 0;
  #live = false;
  #waiting = new Waiting();
  #sizes = new Sizes();
  #viewers = 1;
  #pasting = false;
  #failures = 0;
  #timer = null;
  #ended = false;
  #closed = false;
  #listeners;
  #observer;
  #sized = "";

  /**
   * path: of the socket, below /api/v1. listeners: exited(code), gone(problem), leave().
   * A session without a terminal (pipes) is shown too, with line ends as a terminal wants them.
   */
  constructor(path, { tty = true, listeners = {} } = {}) {
    this.#path = path;
    this.#tty = tty;
    this.#listeners = listeners;
    this.#build();
  }

  #build() {
    this.screen = h("div.term-screen");
    this.over = h("div.term-over", { hidden: true, role: "status" });
    this.find = findBox(this.#search, () => this.focus());
    this.host = h("div.term-host", {}, this.screen, this.find.element);
    this.size = h("span");
    this.viewers = h("span");
    this.connection = h("span", { text: "connecting…" });
    this.note = h("span");
    this.status = h("div.term-status", {}, this.connection, this.size, this.viewers, this.note, h("span.push", { text: "Ctrl+Shift: F search · C copy · V paste · K find anything · ↑ leave" }));
    this.keys = new KeyBar({ type: (text) => this.#terminal.input(text, true), paste: () => this.#paste(), application: () => this.#terminal.modes.applicationCursorKeysMode });
    this.element = h("div.pane-fill", {}, this.host, this.over, this.keys.element, this.status);
  }

  /** To be called once the element is in the page: a terminal measures its letters. */
  open() {
    const style = getComputedStyle(document.documentElement);
    this.#terminal = new Terminal({
      allowProposedApi: true,
      convertEol: !this.#tty,
      cursorBlink: true,
      fontFamily: style.getPropertyValue("--mono"),
      fontSize: 14,
      // Without it a row cuts off the underscores of some fonts.
      lineHeight: 1.2,
      scrollback: 10000,
      minimumContrastRatio: 4.5,
      theme: { background: style.getPropertyValue("--term-surface").trim(), foreground: style.getPropertyValue("--term-text").trim(), selectionBackground: "#3d5a73" },
    });
    const terminal = this.#terminal;
    for (const addon of [this.#fit, this.#search, new WebLinksAddon((event, uri) => window.open(uri, "_blank", "noopener,noreferrer"))]) terminal.loadAddon(addon);
    terminal.open(this.screen);
    scrollByTouch(this.screen, terminal);
    this.#accelerate();
    terminal.onData((data) => (isAnswer(data) ? this.#typed(encoder.encode(data), true) : this.#typed(encoder.encode(this.keys.apply(data)), false)));
    terminal.onBinary((data) => this.#typed(Uint8Array.from(data, (c) => c.charCodeAt(0)), false));
    terminal.textarea.addEventListener("focus", () => this.#sizes.mine || this.fit());
    // The search marks what it finds: that is not to take the place of what one has copied.
    terminal.onSelectionChange(() => this.find.element.hidden && this.#copyMarked());
    terminal.attachCustomKeyEventHandler((event) => this.#key(event));
    this.#observer = new ResizeObserver(() => {
      clearTimeout(this.resizing);
      this.resizing = setTimeout(() => this.#sizes.mine && this.fit(), 80);
    });
    this.#observer.observe(this.host);
    this.fit();
    this.#connect();
  }

  /** WebGL draws fastest; where it is missing or lost, the plain renderer goes on. */
  #accelerate() {
    try {
      if (!hasGraphics()) return;
      const webgl = new WebglAddon();
      webgl.onContextLoss(() => webgl.dispose());
      this.#terminal.loadAddon(webgl);
    } catch {
      // the plain renderer is in place already
    }
  }

  /** Takes the size of its window, and tells the program. */
  fit() {
    const wanted = this.host.offsetParent ? this.#fit.proposeDimensions() : null;
    if (!wanted || !(wanted.cols > 1)) return;
    delete this.screen.dataset.follows;
    this.#terminal.resize(wanted.cols, wanted.rows);
    this.#sendSize(wanted.cols, wanted.rows);
    this.#showSize();
  }

  /** Shows the program as wide and high as it is, for another viewer's window. */
  #follow(columns, rows) {
    if (!this.#tty || !columns || !rows) return;
    if (columns !== this.#terminal.cols || rows !== this.#terminal.rows) this.#terminal.resize(columns, rows);
    this.screen.toggleAttribute("data-follows", !this.#sizes.mine);
    if (!this.#sizes.mine) this.#sized = "";
    this.#showSize();
  }

  #showSize() {
    if (!this.#tty) return;
    const { cols, rows } = this.#terminal;
    say(this.size, `${cols} × ${rows}${this.#sizes.mine ? "" : ", the size of another viewer's window: type to take it over"}`);
  }

  focus() {
    this.#terminal?.focus();
  }

  /** What is on the screen and above it, as text. */
  text() {
    const buffer = this.#terminal.buffer.active;
    return Array.from({ length: buffer.length }, (_, row) => buffer.getLine(row).translateToString(true)).join("\n");
  }

  #connect() {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    const socket = attach(this.#path, TAIL);
    this.#socket = socket;
    socket.onopen = () => {
      this.#failures = 0;
      this.#unacknowledged = 0;
      this.#sized = "";
      this.#sizes.forget();
      // Before the program starts it is the size to start with.
      if (!document.hidden) this.fit();
    };
    socket.onmessage = ({ data }) => this.#received(decode(data));
    socket.onclose = () => {
      if (this.#closed || this.#socket !== socket) return;
      // What came before, the end perhaps, may still be on its way to the screen: a browser's timers are late in a tab that nobody looks at.
      this.#live = false;
      this.#inOrder(() => this.#lost());
    };
  }

  #lost() {
    this.#socket = null;
    this.#live = false;
    say(this.viewers, "");
    if (this.#closed || this.#ended) return say(this.connection, "ended");
    const pause = PAUSES[Math.min(this.#failures, PAUSES.length - 1)];
    this.#failures += 1;
    say(this.connection, this.#failures > 1 ? `not connected; trying again every ${Math.ceil(pause / 1000)} s` : "connecting again…");
    this.#timer = setTimeout(() => this.#connect(), pause);
  }

  #received(frame) {
    const { STDOUT, STDERR, REPLAY_BEGINS, REPLAY_ENDS, SIZE, EXITED, SKIPPED, ERROR, VIEWERS } = FROM_SERVER;
    switch (frame.opcode) {
      case STDOUT:
      case STDERR:
        return this.#write(frame.payload);
      case REPLAY_BEGINS:
        return this.#inOrder(() => {
          this.#terminal.reset();
          this.#follow(frame.columns, frame.rows);
        });
      case REPLAY_ENDS:
        return this.#inOrder(() => this.#goLive());
      case SIZE:
        return this.#inOrder(() => (this.#sizes.told(frame.columns, frame.rows) || !this.#live) && this.#follow(frame.columns, frame.rows));
      case VIEWERS:
        this.#viewers = frame.count;
        return say(this.viewers, plural(frame.count, "viewer"));
      case SKIPPED:
        return say(this.note, `${bytes(frame.bytes)} of earlier output are no longer kept`);
      case EXITED:
        return this.#inOrder(() => this.#end(frame.code));
      case ERROR:
        this.#ended = true;
        return this.#listeners.gone?.(frame.problem);
      default:
        return undefined;
    }
  }

  /** Once everything before it is on the screen. */
  #inOrder(act) {
    const socket = this.#socket;
    this.#terminal.write("", () => socket === this.#socket && act());
  }

  /** The past is on the screen: what is typed from now on goes to the program, behind what waited. */
  #goLive() {
    if (this.#socket.readyState !== WebSocket.OPEN) return;
    this.#live = true;
    say(this.connection, "connected");
    if (!document.hidden) this.fit();
    if (this.#waiting.length) {
      this.#send(this.#waiting.take());
      say(this.note, "");
    }
    this.#listeners.ready?.();
  }

  /** Acknowledges what the screen has taken in, so that the server never runs ahead of it. */
  #write(payload) {
    const socket = this.#socket;
    this.#pending += 1;
    this.#terminal.write(payload, () => {
      this.#pending -= 1;
      if (socket !== this.#socket) return;
      this.#unacknowledged += payload.length;
      if (this.#unacknowledged < ACK_EVERY && this.#pending > 0) return;
      if (socket?.readyState === WebSocket.OPEN) socket.send(acknowledged(this.#unacknowledged));
      this.#unacknowledged = 0;
    });
  }

  #end(code) {
    this.#ended = true;
    this.#live = false;
    say(this.connection, "ended");
    this.#waiting.clear();
    this.#terminal.options.cursorBlink = false;
    this.#listeners.exited?.(code);
  }

  /** Shows what has ended and, where it can start again, the key for it. */
  showEnd(words, again = null, act = null) {
    const offer = again ? [button(again, act, { kind: "small.primary" }), h("span.sub", {}, "or press ", h("kbd", { text: "Enter" }))] : [];
    this.over.replaceChildren(h("span", { text: words }), ...offer);
    this.over.hidden = false;
    this.restart = act;
  }

  /** Nothing can start again here: the container is gone. */
  withdraw() {
    if (this.restart) this.showEnd(this.over.firstElementChild.textContent);
  }

  showProblem(problem) {
    this.over.replaceChildren(h("span.error", { text: sentence(problem.detail ?? problem.title) }));
    this.over.hidden = false;
  }

  /** Attach anew, after the program was started again. */
  again() {
    this.#ended = false;
    this.#live = false;
    this.restart = null;
    this.over.hidden = true;
    this.#terminal.options.cursorBlink = true;
    this.#socket?.close();
    this.#socket = null;
    this.#connect();
    this.focus();
  }

  /** The program was started again from elsewhere: follow it. */
  restarted() {
    if (this.#ended) this.again();
  }

  get #connected() {
    return this.#live && this.#socket.readyState === WebSocket.OPEN;
  }

  #typed(data, answer) {
    // Of several viewers one answers the program's questions; those found in a replay were answered long ago.
    if (this.#ended || (answer && (!this.#connected || (this.#viewers > 1 && !this.#sizes.mine)))) return;
    if (!this.#connected || this.#pasting) {
      const taken = this.#waiting.add(data);
      if (!this.#connected || !taken) say(this.note, taken ? `${plural(this.#waiting.length, "typed byte")} wait for the connection` : "more was typed than can wait for the connection: the last of it is lost");
      return;
    }
    if (!answer && !this.#sizes.mine) this.fit();
    this.#send(data);
  }

  #send(data) {
    for (const frame of input(data)) this.#socket.send(frame);
  }

  #sendSize(columns, rows) {
    if (!this.#tty || this.#socket?.readyState !== WebSocket.OPEN || this.#sized === `${columns} ${rows}`) return;
    this.#sized = `${columns} ${rows}`;
    this.#sizes.ask(columns, rows);
    this.#socket.send(resize(columns, rows));
  }

  #copyMarked() {
    const selected = this.#terminal.getSelection();
    if (selected && document.hasFocus()) copy(selected).catch(() => {});
  }

  #key(event) {
    if (event.type !== "keydown") return true;
    if (this.#ended && event.key === "Enter" && this.restart) {
      this.restart();
      return false;
    }
    if (!event.ctrlKey || event.altKey || !event.shiftKey) return true;
    const act = { F: () => this.find.open(), C: () => this.#copyMarked(), V: () => this.#paste(), K: showPalette, ARROWUP: () => this.#listeners.leave?.() }[event.key.toUpperCase()];
    if (!act) return true;
    event.preventDefault();
    act();
    return false;
  }

  /** What is typed while the browser still looks at the clipboard comes behind what is pasted. */
  async #paste() {
    this.#pasting = true;
    const text = await navigator.clipboard.readText().catch(() => null);
    this.#pasting = false;
    if (text === null) say(this.note, "the browser does not allow reading the clipboard: use its own paste");
    else this.#terminal.paste(text);
    if (this.#connected && this.#waiting.length) this.#send(this.#waiting.take());
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#observer?.disconnect();
    this.#socket?.close();
    this.#terminal?.dispose();
    this.element.remove();
  }
}

function attach(path, tail) {
  const scheme = location.protocol === "https:" ? "wss" : "ws";
  const socket = new WebSocket(`${scheme}://${location.host}/api/v1${path}?tail=${tail}&viewers=true`, ["berth.v1", `secret.${secret()}`]);
  socket.binaryType = "arraybuffer";
  return socket;
}

/** Gives the program what closing a terminal's window gives it. */
export function hangUp(path) {
  const socket = attach(path, 0);
  socket.onmessage = ({ data }) => {
    if (decode(data).opcode !== FROM_SERVER.REPLAY_ENDS) return;
    socket.send(signal("HUP"));
    socket.close();
  };
}

/** A WebGL that is only imitated by the processor is slower than the plain renderer. */
function hasGraphics() {
  const context = document.createElement("canvas").getContext("webgl2", { failIfMajorPerformanceCaveat: true });
  const names = context?.getExtension("WEBGL_debug_renderer_info");
  const name = names ? context.getParameter(names.UNMASKED_RENDERER_WEBGL) : "";
  context?.getExtension("WEBGL_lose_context")?.loseContext();
  return context !== null && !/swiftshader|llvmpipe|software/i.test(name);
}
