import assert from "node:assert/strict";
import test from "node:test";
import { Notes } from "../../main/web/notes.js";
import { atRest } from "../../main/web/state.js";

const created = { state: "created", started: null };
const exited = { state: "exited", started: "2026-01-01T00:00:00Z" };

test("a failure is told until what it is about is in another state", () => {
  const notes = new Notes();
  notes.set("web", "taken by nginx", atRest(created));
  notes.seen("web", atRest({ ...created, health: "none" }));
  assert.equal(notes.get("web"), "taken by nginx");
  notes.seen("db", atRest(exited));
  assert.equal(notes.get("web"), "taken by nginx");
  notes.seen("web", atRest({ state: "running", started: "2026-01-01T00:00:00Z" }));
  assert.equal(notes.get("web"), "");
});

test("a start that is on its way back is no other state", () => {
  const notes = new Notes();
  notes.set("web", "taken by nginx", atRest(created));
  notes.seen("web", atRest({ state: "starting", started: null }));
  notes.seen("web", atRest(created));
  assert.equal(notes.get("web"), "taken by nginx");
});

test("one that ran in between is another state, though it has ended again", () => {
  const notes = new Notes();
  notes.set("web", "taken by nginx", atRest(exited));
  notes.seen("web", atRest({ ...exited, started: "2026-01-02T00:00:00Z" }));
  assert.equal(notes.get("web"), "");
});
