import assert from "node:assert/strict";
import test from "node:test";
import { canStart, canStartAgain } from "../../main/web/state.js";

test("what is removed when it ends starts once only", () => {
  const config = { autoRemove: true };
  assert.ok(canStart({ state: "created", config }));
  assert.ok(!canStart({ state: "exited", config }));
  assert.ok(canStart({ state: "exited", config: { autoRemove: false } }));
  assert.ok(canStart({ state: "exited" }));
});

test("what is gone is not offered to start again", () => {
  assert.ok(!canStartAgain({ state: "removed" }));
  assert.ok(!canStart({ state: "removed" }));
  assert.ok(canStartAgain({ state: "running", config: {} }));
});
