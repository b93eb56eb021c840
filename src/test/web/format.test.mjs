import assert from "node:assert/strict";
import test from "node:test";
import { ago, bytes, duration, familiar, parseSize, quote, short, sizeText } from "../../main/web/format.js";

test("bytes have three figures and a unit", () => {
  assert.deepEqual([0, 999, 1000, 12_400_000, 99_960_000, 999_600, 7.8e6].map(bytes), ["0 B", "999 B", "1.00 kB", "12.4 MB", "100 MB", "1.00 MB", "7.80 MB"]);
  assert.equal(bytes(null), "–");
});

test("durations have two parts", () => {
  assert.deepEqual([0, 59, 60, 75, 3600, 3661, 90000].map(duration), ["0 s", "59 s", "1 min", "1 min 15 s", "1 h", "1 h 1 min", "1 d 1 h"]);
});

test("times are told by one part", () => {
  const now = Date.parse("2026-01-02T00:00:00Z");
  assert.equal(ago("2026-01-01T23:59:58Z", now), "just now");
  assert.equal(ago("2026-01-01T23:57:00Z", now), "3 min ago");
  assert.equal(ago("nonsense", now), "–");
});

test("sizes are read as docker reads them, and written back", () => {
  assert.deepEqual(["", "256m", "1.5g", "1024", "2GiB", "10 MB"].map(parseSize), [null, 268435456, 1610612736, 1024, 2147483648, 10485760]);
  assert.deepEqual(["lots", "-1", "1x"].map(parseSize), [undefined, undefined, undefined]);
  assert.deepEqual([268435456, 1610612736, 1000].map(sizeText), ["256m", "1536m", "1000"]);
});

test("names and words", () => {
  assert.equal(familiar("docker.io/library/alpine:latest"), "alpine:latest");
  assert.equal(familiar("docker.io/me/site:2"), "me/site:2");
  assert.equal(short("sha256:0123456789abcdef"), "0123456789ab");
  assert.equal(quote("it's"), `'it'\\''s'`);
  assert.equal(quote("a-b_c:1/2"), "a-b_c:1/2");
  assert.equal(quote(""), "''");
});
