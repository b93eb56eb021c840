// What failed stays beside what it is about for as long as it is true. Pure: tested under Node.

export class Notes {
  #all = new Map();

  get(id) {
    return this.#all.get(id)?.message ?? "";
  }

  /** state: of what it is about, as text; null while it is changing. */
  set(id, message, state) {
    this.#all.set(id, { message, state });
  }

  delete(id) {
    this.#all.delete(id);
  }

  /** It is in this state now: a note that was made in another one is over. */
  seen(id, state) {
    if (state !== null && this.#all.has(id) && this.#all.get(id).state !== state) this.#all.delete(id);
  }
}
