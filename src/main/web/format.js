// Numbers, times and names as people read them. Pure functions: tested under Node.

const UNITS = ["B", "kB", "MB", "GB", "TB", "PB"];

/** 12400000 → "12.4 MB". Powers of ten, three significant digits. */
export function bytes(count) {
  if (count === null || count === undefined) return "–";
  let value = count;
  let unit = 0;
  while (Math.abs(value) >= 999.5 && unit < UNITS.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit === 0 || value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
  return `${value.toFixed(digits)} ${UNITS[unit]}`;
}

/** 75 → "1 min 15 s". Two parts at most. */
export function duration(seconds) {
  const whole = Math.max(0, Math.round(seconds));
  const parts = [
    [Math.floor(whole / 86400), "d"],
    [Math.floor(whole / 3600) % 24, "h"],
    [Math.floor(whole / 60) % 60, "min"],
    [whole % 60, "s"],
  ];
  const first = parts.findIndex(([amount]) => amount > 0);
  if (first < 0) return "0 s";
  return parts
    .slice(first, first + 2)
    .filter(([amount]) => amount > 0)
    .map(([amount, unit]) => `${amount} ${unit}`)
    .join(" ");
}

/** "3 min ago"; one part only, so that it changes seldom. */
export function ago(time, now = Date.now()) {
  const seconds = (now - Date.parse(time)) / 1000;
  if (Number.isNaN(seconds)) return "–";
  if (seconds < 5) return "just now";
  return `${coarse(seconds)} ago`;
}

/** "3 min": how long since a time, in one part. */
export function since(time, now = Date.now()) {
  const seconds = (now - Date.parse(time)) / 1000;
  return Number.isNaN(seconds) ? "" : coarse(Math.max(0, seconds));
}

function coarse(seconds) {
  if (seconds < 60) return `${Math.floor(seconds)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 172800) return `${Math.floor(seconds / 3600)} h`;
  if (seconds < 63072000) return `${Math.floor(seconds / 86400)} days`;
  return `${Math.floor(seconds / 31536000)} years`;
}

/** The exact time, in the reader's own zone. */
export function exact(time) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  return date.toLocaleString(undefined, { dateStyle: "medium", timeStyle: "medium" });
}

export function clock(time, millis = false) {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return "";
  const two = (n) => String(n).padStart(2, "0");
  const text = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return millis ? `${text}.${String(date.getMilliseconds()).padStart(3, "0")}` : text;
}

/** A short id: 12 hex digits, of a digest too. */
export function short(id) {
  return String(id ?? "").replace(/^sha256:/, "").slice(0, 12);
}

/** docker.io/library/alpine:latest → alpine:latest, as people type it. */
export function familiar(reference) {
  return String(reference ?? "").replace(/^docker\.io\/library\//, "").replace(/^docker\.io\//, "");
}

export function percent(part) {
  return `${(part * 100).toFixed(part < 0.1 ? 1 : 0)} %`;
}

export function cores(value) {
  if (value === null || value === undefined) return "–";
  return value < 10 ? value.toFixed(2) : value.toFixed(1);
}

export function plural(count, one, many = `${one}s`) {
  return `${count} ${count === 1 ? one : many}`;
}

/** A word of a shell command line, quoted only where the shell would otherwise change it. */
export function quote(word) {
  return /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}

/** "256m", "1.5g", "1024" → bytes; null for an empty field; undefined for what is no size. */
export function parseSize(text) {
  const trimmed = text.trim().toLowerCase();
  if (!trimmed) return null;
  const match = /^(\d+(?:\.\d+)?)\s*([kmgt]?)(i?b)?$/.exec(trimmed);
  if (!match) return undefined;
  return Math.round(Number(match[1]) * 1024 ** ["", "k", "m", "g", "t"].indexOf(match[2]));
}

/** Bytes as the shortest exact text that parseSize reads. */
export function sizeText(count) {
  for (const [unit, factor] of [["g", 1024 ** 3], ["m", 1024 ** 2], ["k", 1024]]) {
    if (count >= factor && count % factor === 0) return `${count / factor}${unit}`;
  }
  return String(count);
}
