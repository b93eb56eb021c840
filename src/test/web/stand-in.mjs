// As much of a browser's page as a list of rows needs: a tree, heights in pixels, and a view whose scroll position is kept within it.

class Element {
  style = {};
  dataset = {};
  childNodes = [];
  textContent = "";
  classList = { toggle() {} };
  #listeners = new Map();

  get children() {
    return this.childNodes.filter((it) => it instanceof Element);
  }

  get firstElementChild() {
    return this.children[0] ?? null;
  }

  get nextElementSibling() {
    const all = this.parent.children;
    return all[all.indexOf(this) + 1] ?? null;
  }

  get offsetHeight() {
    return parseFloat(this.style.height ?? 0);
  }

  append(...nodes) {
    nodes.forEach((it) => this.insertBefore(it, null));
  }

  insertBefore(node, next) {
    node.remove?.();
    if (node instanceof Element) node.parent = this;
    this.childNodes.splice(next ? this.childNodes.indexOf(next) : this.childNodes.length, 0, node);
  }

  remove() {
    if (this.parent) this.parent.childNodes = this.parent.childNodes.filter((it) => it !== this);
    this.parent = null;
  }

  setAttribute() {}

  getBoundingClientRect() {
    return { width: 800 };
  }

  addEventListener(type, listener) {
    this.#listeners.set(type, listener);
  }

  tell(type) {
    this.#listeners.get(type)?.();
  }
}

export class View extends Element {
  clientHeight = 400;
  clientWidth = 1000;
  #top = 0;
  #told = 0;

  get scrollTop() {
    this.#top = Math.max(0, Math.min(this.#top, this.firstElementChild.offsetHeight - this.clientHeight));
    return this.#top;
  }

  set scrollTop(top) {
    this.#top = top;
  }

  /** A browser tells of scrolling with the next picture, whoever scrolled. */
  picture() {
    frames.splice(0).forEach((it) => it());
    if (this.scrollTop === this.#told) return;
    this.#told = this.scrollTop;
    this.tell("scroll");
  }
}

const frames = [];
globalThis.document = { createElement: () => new Element() };
globalThis.requestAnimationFrame = (act) => frames.push(act);
globalThis.ResizeObserver = class {
  observe() {}
};
