import assert from "node:assert/strict";
import { test } from "node:test";
import { arrow, controlled } from "../../main/web/terminal-keys.js";

test("Ctrl makes control characters of letters, and of nothing else", () => {
  assert.equal(controlled("c"), "\u0003");
  assert.equal(controlled("C"), "\u0003");
  assert.equal(controlled("["), "\u001b");
  assert.equal(controlled(" "), "\0");
  assert.equal(controlled("?"), "\u007f");
  assert.equal(controlled("7"), "7");
  assert.equal(controlled("é"), "é");
  assert.equal(controlled("pasted"), "pasted");
});

test("arrows are of the kind that the program asked for", () => {
  assert.equal(arrow("A", false), "\u001b[A");
  assert.equal(arrow("A", true), "\u001bOA");
});
