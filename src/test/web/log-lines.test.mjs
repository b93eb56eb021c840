import assert from "node:assert/strict";
import test from "node:test";
import { placeOf, plainText } from "../../main/web/log-lines.js";

const line = (time, text) => ({ time, text });

test("a line that is still there is found, also among others that look like it", () => {
  const lines = [line(1, "y"), line(1, "y"), line(1, "y")];
  assert.equal(placeOf(lines, lines[1]), 1);
});

test("a line of a log that was read again is found by its time and text", () => {
  assert.equal(placeOf([line(1, "a"), line(2, "b"), line(2, "c"), line(3, "d")], line(2, "c")), 2);
});

test("where a line is left out the next one is read, and none when nothing follows", () => {
  assert.equal(placeOf([line(1, "a"), line(4, "d")], line(2, "b")), 1);
  assert.equal(placeOf([line(1, "a")], line(2, "b")), -1);
  assert.equal(placeOf([], line(2, "b")), -1);
});

test("what moves the cursor or colours is no part of a line", () => {
  assert.equal(plainText("\u001b[31mred\u001b[0m \u001b]0;title\u0007end\r"), "red end");
});
