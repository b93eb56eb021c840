import assert from "node:assert/strict";
import test from "node:test";
import { keyOf, listed } from "../../main/web/port-list.js";

const forward = (container, state, hostPort = 8080, containerPort = 80) => ({ container, name: container, state, protocol: "tcp", hostAddress: "127.0.0.1", hostPort, containerPort });
const taken = (port, name) => ({ protocol: "tcp", address: "127.0.0.1", port, holder: name && { name, pid: 812 } });

test("a forward at work is told once, as that", () => {
  const list = listed({ forwards: [forward("web", "active")], taken: [taken(8080, "slirp4netns"), taken(22)] });
  assert.deepEqual(list.map((it) => it.name ?? it.holder), ["web", "another user's program"]);
});

test("who really holds the port that a stopped or failed container asks for is told", () => {
  for (const state of ["pending", "failed"]) {
    const list = listed({ forwards: [forward("web", state)], taken: [taken(8080, "nginx")] });
    assert.deepEqual(list.map((it) => it.name ?? it.holder), ["web", "nginx (pid 812)"]);
  }
});

test("each has a row of its own, also where two containers ask for the same port and one for several free ones", () => {
  const forwards = [forward("a", "active"), forward("b", "pending"), forward("c", "pending", null, 80), forward("c", "pending", null, 81), forward("d", "pending", null, 80)];
  const list = listed({ forwards, taken: [taken(9000, "nginx"), taken(9001, "nginx")] });
  assert.equal(new Set(list.map(keyOf)).size, list.length);
});
