import assert from "node:assert/strict";
import test from "node:test";
import { SPAN, rate, remember, trace } from "../../main/web/graph.js";

test("the newest is at the right edge, nought at the bottom, the highest near the top", () => {
  assert.equal(trace([], 300, 40), "");
  assert.equal(trace([[1000, 0]], 300, 40), "M300.0 39.0");
  assert.equal(trace([[0, 0], [600, 11]], 600, 42), "M0.0 41.0M600.0 4.6");
  assert.equal(trace([[0, 0], [30, 11]], 600, 42), "M300.0 41.0L600.0 4.6");
});

test("where nothing was measured the line is broken", () => {
  const path = trace([[0, 1], [10, 1], [100, 1], [110, 1]], 300, 40);
  assert.equal(path.match(/M/g).length, 2);
  assert.equal(path.match(/L/g).length, 2);
});

test("what has left the graph is forgotten, and nothing goes back in time", () => {
  const past = [];
  for (let second = 0; second <= SPAN + 5; second += 1) remember(past, second, 1);
  assert.equal(past[0][0], 5);
  remember(past, SPAN, 7);
  assert.equal(past.at(-1)[0], SPAN + 5);
});

test("a rate is known from the second measurement on, and is never below nought", () => {
  assert.equal(rate(null, 10, 100), null);
  assert.equal(rate({ seconds: 10, total: 100 }, 12, 300), 100);
  assert.equal(rate({ seconds: 10, total: 100 }, 10, 300), null);
  assert.equal(rate({ seconds: 10, total: 100 }, 12, 50), 0);
});
