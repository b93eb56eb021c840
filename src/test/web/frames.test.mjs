import assert from "node:assert/strict";
import test from "node:test";
import { acknowledged, decode, input, MAX_INPUT, resize } from "../../main/web/frames.js";

test("a paste of 100 kB goes in pieces that the contract allows, and arrives whole", () => {
  const paste = Uint8Array.from({ length: 100_000 }, (_, index) => index % 251);
  const frames = [...input(paste)];
  assert.ok(frames.every((frame) => frame[0] === 16 && frame.length - 1 <= MAX_INPUT));
  assert.deepEqual(Buffer.concat(frames.map((frame) => frame.subarray(1))), Buffer.from(paste));
});

test("numbers are big-endian", () => {
  assert.deepEqual([...resize(132, 43)], [18, 0, 132, 0, 43]);
  assert.deepEqual([...acknowledged(70000)], [19, 0, 1, 17, 112]);
});

test("frames of the server", () => {
  const frame = (...bytes) => decode(Uint8Array.from(bytes).buffer);
  assert.deepEqual([...frame(1, 104, 105).payload], [104, 105]);
  assert.deepEqual(frame(3, 0, 0, 0, 0, 0, 0, 1, 0, 0, 80, 0, 24), { opcode: 3, offset: 256n, columns: 80, rows: 24 });
  assert.equal(frame(6, 255, 255, 255, 255).code, -1);
  assert.equal(frame(7, 0, 0, 0, 0, 0, 0, 1, 0).bytes, 256);
});
