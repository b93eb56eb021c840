// What a line over time is, as numbers. Pure functions: tested under Node.

/** So many seconds of the past a graph shows at most, and at least: of what is young it shows all, not a speck at the edge. */
export const SPAN = 600;
const YOUNG = 60;
/** Where nothing was measured for so many seconds the line is broken: the service was away, or the machine slept. */
const BROKEN = 30;

/** Adds a measurement [seconds, number], and forgets what has left the graph. One that is not newer than the last is passed over. */
export function remember(past, seconds, number) {
  if (past.length && seconds <= past.at(-1)[0]) return;
  past.push([seconds, number]);
  while (past[0][0] < seconds - SPAN) past.shift();
}

/** So many seconds of the past are shown now. */
export const shown = (past) => (past.length ? Math.min(SPAN, Math.max(YOUNG, past.at(-1)[0] - past[0][0])) : YOUNG);

/** The line of an SVG path in a box of this size: the newest at the right edge, nought at the bottom, the highest near the top. */
export function trace(past, width, height) {
  if (!past.length) return "";
  const end = past.at(-1)[0];
  const top = Math.max(...past.map(([, number]) => number), 1e-9) * 1.1;
  const room = height - 2;
  const span = shown(past);
  return past
    .map(([seconds, number], index) => {
      const begins = index === 0 || seconds - past[index - 1][0] > BROKEN;
      const x = width - ((end - seconds) / span) * width;
      const y = height - 1 - (number / top) * room;
      return `${begins ? "M" : "L"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

/** How fast a counter went up between two measurements, a second; null where that is not to be known. */
export function rate(before, seconds, total) {
  const passed = before ? seconds - before.seconds : 0;
  return passed > 0 ? Math.max(0, (total - before.total) / passed) : null;
}
