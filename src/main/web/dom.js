// Building and changing the page. Text only ever enters as text: nothing here parses HTML.

const SVG = "http://www.w3.org/2000/svg";

/** h("a.name", {href, onclick, text}, child…): an element. Falsy children are left out. */
export function h(selector, properties = {}, ...children) {
  const [tag, ...classes] = selector.split(".");
  const element = document.createElement(tag || "div");
  if (classes.length) element.className = classes.join(" ");
  for (const [name, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "text") element.textContent = value;
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name === "data") Object.assign(element.dataset, value);
    else if (name in element && typeof value !== "string") element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== false));
  return element;
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

export const $ = (selector, root = document) => root.querySelector(selector);

/** An icon alone, with its name for those who cannot see it and on hover. */
export function iconButton(name, label, onclick, extra = {}) {
  return h("button.button.quiet.only-icon", { type: "button", title: label, "aria-label": label, onclick, ...extra }, icon(name));
}

export function button(label, onclick, { kind = "", symbol = null, ...extra } = {}) {
  return h(`button.button${kind ? `.${kind}` : ""}`, { type: "button", onclick, ...extra }, symbol && icon(symbol), label);
}

/** Changes text only when it differs, and lets what changed glow for a second. */
export function say(element, text, { glow = false } = {}) {
  if (element.textContent === text) return;
  const first = element.textContent === "";
  element.textContent = text;
  if (glow && !first) flash(element);
}

export function flash(element) {
  // Only one that glows already must be measured to begin again: of 200 rows at once that is 200 layouts of the whole page.
  if (element.classList.contains("glow")) {
    element.classList.remove("glow");
    void element.offsetWidth;
  }
  element.classList.add("glow");
  element.addEventListener("animationend", () => element.classList.remove("glow"), { once: true });
}

/**
 * Keeps the children of a list equal to the items, by key: elements are made once, updated in place, moved only when their order
 * changed. Focus and selection inside a row survive: those that go are taken away first, so that those that stay need not move.
 */
export function keyed(parent, items, key, make, update) {
  const known = parent.berthRows ?? (parent.berthRows = new Map());
  const wanted = new Set(items.map(key));
  for (const [id, row] of known) {
    if (wanted.has(id)) continue;
    row.remove();
    known.delete(id);
  }
  let place = parent.tHead ? parent.tHead.nextElementSibling : parent.firstElementChild;
  for (const item of items) {
    const id = key(item);
    let row = known.get(id);
    if (!row) {
      row = make(item);
      known.set(id, row);
    }
    update(row, item);
    if (row === place) place = place.nextElementSibling;
    else parent.insertBefore(row, place);
  }
}

/** Text that is copied when pressed: ids, digests, commands. */
export function copyable(text, shown = text) {
  let back = null;
  const element = h("button.copy", { type: "button", title: `${text} (press to copy)`, "aria-label": `${shown}: copy`, text: shown });
  element.addEventListener("click", async (event) => {
    event.stopPropagation();
    event.preventDefault();
    await copy(text);
    element.textContent = "copied";
    clearTimeout(back);
    back = setTimeout(() => (element.textContent = shown), 900);
  });
  return element;
}

export async function copy(text) {
  if (navigator.clipboard) return navigator.clipboard.writeText(text);
  const area = h("textarea", { value: text, class: "visually-hidden" });
  area.value = text;
  document.body.append(area);
  area.select();
  document.execCommand("copy");
  area.remove();
}

export function command(text) {
  const element = h("div.command", {}, h("code", { text }));
  const put = h("button.button.quiet.only-icon", { type: "button", title: "Copy", "aria-label": `Copy command: ${text}` }, icon("copy"));
  put.addEventListener("click", async () => {
    await copy(text);
    put.replaceChildren(icon("check"));
    setTimeout(() => put.replaceChildren(icon("copy")), 900);
  });
  element.append(put);
  return element;
}

export function empty(symbol, title, text, ...next) {
  return h("div.empty", {}, icon(symbol), h("h2", { text: title }), text && h("p", { text }), ...next);
}

/** What went wrong, in the words of the service, with what can be done about it. */
export function failure(error, ...next) {
  return h("div.message.failed", { role: "alert" }, icon("failed"), h("div", { text: sentence(error.message) }), ...next.filter(Boolean));
}

/** The service's sentences start in lower case and have no full stop (they also end up inside others). */
export function sentence(text) {
  const whole = String(text ?? "").trim();
  if (!whole) return "";
  const first = /^[a-z]+[^a-z\s,;]/.test(whole) ? whole : whole[0].toUpperCase() + whole.slice(1);
  return /[.!?]$/.test(first) ? first : `${first}.`;
}
