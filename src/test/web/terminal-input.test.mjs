import assert from "node:assert/strict";
import { test } from "node:test";
import { isAnswer, Sizes, Waiting } from "../../main/web/terminal-input.js";

test("what the terminal answers by itself is told from what a person types", () => {
  for (const answer of ["\x1b[?1;2c", "\x1b[>0;276;0c", "\x1b[12;40R", "\x1b[0n", "\x1b]11;rgb:1010/1414/1818\x1b\\", "\x1bP1$r0m\x1b\\", "\x1b[?2026;2$y", "\x1b[I", "\x1b[O"]) assert.ok(isAnswer(answer), JSON.stringify(answer));
  for (const typed of ["a", "ls -l\r", "\x1b", "\x1b[A", "\x1bOR", "\x1b[3~", "\x1b[1;5D", "\x1b[200~pasted\x1b[201~", "\x03", "é"]) assert.ok(!isAnswer(typed), JSON.stringify(typed));
});

test("what is typed before the connection stands waits in order, and is bounded", () => {
  const waiting = new Waiting(4);
  assert.ok(waiting.add(Uint8Array.of(1, 2)));
  assert.ok(waiting.add(Uint8Array.of(3)));
  assert.ok(!waiting.add(Uint8Array.of(4, 5)));
  assert.deepEqual([...waiting.take()], [1, 2, 3]);
  assert.equal(waiting.length, 0);
});

test("one's own wish is not followed backwards, another's is", () => {
  let now = 0;
  const sizes = new Sizes(() => now);
  sizes.ask(80, 24);
  sizes.ask(100, 30);
  assert.equal(sizes.told(80, 24), false, "a newer wish is under way");
  assert.equal(sizes.told(100, 30), true);
  assert.equal(sizes.mine, true);
  assert.equal(sizes.told(60, 20), true);
  assert.equal(sizes.mine, false);
  sizes.ask(60, 20);
  assert.equal(sizes.mine, true);
  now = 3000;
  assert.equal(sizes.told(70, 20), true, "a wish that changed nothing is not waited for");
  assert.equal(sizes.mine, false);
});
