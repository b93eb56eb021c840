import assert from "node:assert/strict";
import test from "node:test";
import { LogLines, placeOf, plainText } from "../../main/web/log-lines.js";
import { View } from "./stand-in.mjs";

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

const written = (from, to) => Array.from({ length: to - from + 1 }, (_, i) => ({ time: new Date(Date.UTC(2026, 0, 1) + from + i).toISOString(), stream: "stdout", data: String(from + i) }));

function log(...lines) {
  const view = new View();
  const rows = new LogLines(view, () => {});
  rows.add(lines.flat());
  view.picture();
  const atTop = () => view.firstElementChild.children.find((row) => parseFloat(row.style.top) + 20 > view.scrollTop)?.children.at(-1).childNodes[0];
  const scroll = (top) => {
    view.scrollTop = top;
    view.picture();
  };
  return { view, rows, atTop, scroll };
}

test("a log is followed until one scrolls up, and again from its end", () => {
  const { view, rows, scroll } = log(written(1, 1000));
  assert.equal(view.scrollTop, 1000 * 20 + 8 - 400);
  scroll(4000);
  assert.equal(rows.following, false);
  scroll(Infinity);
  assert.equal(rows.following, true);
});

test("rows that stay in view are the same elements, which never move", () => {
  const { view, rows, scroll } = log(written(1, 1000));
  scroll(4000);
  const before = view.firstElementChild.children;
  const middle = before.slice(10, 20);
  middle.forEach((row) => (row.remove = () => assert.fail("what is selected in it would be lost")));
  rows.add(written(1001, 1100));
  view.picture();
  assert.deepEqual(view.firstElementChild.children, before);
  scroll(4060);
  scroll(3940);
  assert.ok(middle.every((row) => view.firstElementChild.children.includes(row)));
  const tops = view.firstElementChild.children.map((row) => parseFloat(row.style.top));
  assert.deepEqual(tops, tops.toSorted((a, b) => a - b));
});

test("who has scrolled up keeps the line when the log is filled anew, in pieces and with more before it", () => {
  const { view, rows, atTop, scroll } = log(written(501, 1000));
  scroll(4005);
  assert.equal(atTop(), "701");
  rows.clear();
  view.picture();
  for (let from = 1; from < 1000; from += 100) {
    rows.add(written(from, from + 99));
    view.picture();
  }
  assert.equal(atTop(), "701");
  assert.equal(rows.following, false);
  rows.add(written(1001, 1100));
  view.picture();
  assert.equal(atTop(), "701");
});

test("who has scrolled up keeps the line over a search that leaves it out, unless one scrolls meanwhile", () => {
  const { view, rows, atTop, scroll } = log(written(1, 1000));
  scroll(4005);
  rows.search("999", "");
  view.picture();
  assert.equal(rows.matching, 1);
  rows.search("", "");
  view.picture();
  assert.equal(atTop(), "201");
  assert.equal(rows.following, false);

  rows.search("7", "");
  view.picture();
  scroll(0);
  rows.search("", "");
  view.picture();
  assert.equal(atTop(), "7");
});

test("who follows goes on following over a search and a log that is filled anew", () => {
  const { view, rows } = log(written(1, 1000));
  rows.search("999", "");
  view.picture();
  rows.search("", "");
  view.picture();
  assert.equal(rows.following, true);
  rows.clear();
  view.picture();
  rows.add(written(1, 2000));
  view.picture();
  assert.equal(rows.following, true);
  assert.equal(view.scrollTop, 2000 * 20 + 8 - 400);
});

test("where the log has lost some, a row of its own says how much, whichever stream is looked at", () => {
  const gap = { time: new Date(Date.UTC(2026, 0, 1) + 2).toISOString(), stream: "stdout", data: "", skipped: 31_400_000 };
  const { view, rows } = log(written(1, 2), gap, written(3, 4));
  const shown = () => view.firstElementChild.children.map((row) => row.children.at(-1).childNodes[0]);
  assert.deepEqual(shown(), ["1", "2", "31.4 MB of output are missing here", "3", "4"]);
  assert.deepEqual(view.firstElementChild.children.map((row) => row.dataset.stream), ["stdout", "stdout", "note", "stdout", "stdout"]);
  rows.search("", "stderr");
  view.picture();
  assert.deepEqual(shown(), ["31.4 MB of output are missing here"]);
});

test("a jump to a time stays there", () => {
  const { view, rows, atTop } = log(written(1, 1000));
  rows.jump(Date.UTC(2026, 0, 1) + 300);
  view.picture();
  assert.equal(atTop(), "300");
  rows.add(written(1001, 1010));
  view.picture();
  assert.equal(atTop(), "300");
  assert.equal(rows.waiting, 10);
});
