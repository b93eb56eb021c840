import assert from "node:assert/strict";
import test from "node:test";
import { nextPage } from "../../main/web/session.js";

const ORIGIN = "http://berth.localhost:7070";
const HOME = `${ORIGIN}/containers`;

test("one goes on to the page that one came from, with its query", () => {
  assert.equal(nextPage("/containers/web/logs?q=a#end", ORIGIN), `${ORIGIN}/containers/web/logs?q=a#end`);
  assert.equal(nextPage(`${ORIGIN}/images`, ORIGIN), `${ORIGIN}/images`);
  assert.equal(nextPage(null, ORIGIN), HOME);
  assert.equal(nextPage("/sign-in?next=/sign-in", ORIGIN), HOME);
});

test("no address leads from the sign-in page to another origin", () => {
  const evil = [
    "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "/\n/evil.example", "\t//evil.example", "/\r\n/evil.example", " //evil.example",
    "https://evil.example", "https:/\\evil.example", "http:evil.example@evil.example", `${ORIGIN}@evil.example`, `${ORIGIN}.evil.example`, "http://berth.localhost:7071/", "https://berth.localhost:7070/",
    "javascript:alert(1)", "java\tscript:alert(1)", "data:text/html,x", `blob:${ORIGIN}/1`, "http://me@berth.localhost:7070/", "http://[", "//berth.localhost:7070@evil.example",
  ];
  for (const wanted of evil) {
    const next = nextPage(wanted, ORIGIN);
    assert.ok(next === HOME || next.startsWith(`${ORIGIN}/`), `${JSON.stringify(wanted)} leads to ${next}`);
  }
});

test("a path that begins with two slashes once it is resolved stays with its origin", () => {
  assert.equal(new URL(nextPage("/.//evil.example", ORIGIN), ORIGIN).origin, ORIGIN);
  assert.equal(new URL(nextPage("/a/..//evil.example", ORIGIN), ORIGIN).origin, ORIGIN);
});
