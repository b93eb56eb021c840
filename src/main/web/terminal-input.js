// What is typed, and what the terminal itself answers. Pure: tested under Node.

/**
 * Whether it is not a person's but the terminal's own: an answer to a question found in the output (cursor position, colours, what it
 * is). In a replay those were answered long ago.
 */
export function isAnswer(data) {
  // eslint-disable-next-line no-control-regex
  return /^(?:\u001b\[[?>=]?[\d;]*[cnRtuy]|\u001b\[\?[\d;]*\$y|\u001b\]|\u001bP|\u001b\[[IO]$)/.test(data);
}

/** What was typed before the connection stood, in order and bounded: no key is lost in silence. */
export class Waiting {
  #pieces = [];
  #most;
  length = 0;

  constructor(most = 64 * 1024) {
    this.#most = most;
  }

  /** False: there is no more room, and it was not taken. */
  add(bytes) {
    if (this.length + bytes.length > this.#most) return false;
    this.#pieces.push(bytes);
    this.length += bytes.length;
    return true;
  }

  /** All of it, which waits no longer. */
  take() {
    const all = new Uint8Array(this.length);
    let at = 0;
    for (const piece of this.#pieces) {
      all.set(piece, at);
      at += piece.length;
    }
    this.clear();
    return all;
  }

  clear() {
    this.#pieces = [];
    this.length = 0;
  }
}

/**
 * Whose size the program has. Several viewers may look at it through windows of different size: it has that of the one who asked last,
 * and the others show it as it is.
 */
export class Sizes {
  #asked = [];
  #now;
  mine = true;

  constructor(now = () => performance.now()) {
    this.#now = now;
  }

  /** This viewer asks for a size. */
  ask(columns, rows) {
    this.#asked.push({ columns, rows, time: this.#now() });
    this.mine = true;
  }

  /** The program has this size now. Returns whether this viewer must follow; not while a newer wish of its own is under way. */
  told(columns, rows) {
    this.#asked = this.#asked.filter((it) => this.#now() - it.time < 2000);
    const at = this.#asked.findIndex((it) => it.columns === columns && it.rows === rows);
    if (at >= 0) this.#asked.splice(0, at + 1);
    if (this.#asked.length) return false;
    this.mine = at >= 0;
    return true;
  }

  forget() {
    this.#asked = [];
  }
}
