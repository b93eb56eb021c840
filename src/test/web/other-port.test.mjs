import assert from "node:assert/strict";
import test from "node:test";
import { berthLine, parseRun, unseen } from "../../main/web/docker-run.js";
import { isTaken, nextFree, portOf } from "../../main/web/other-port.js";

test("the next higher port that nothing has is offered", () => {
  assert.equal(nextFree(8080, [8080, 8081, 9000]), 8082);
  assert.equal(nextFree(65535, []), null);
  assert.equal(nextFree(65533, [65534, 65535]), null);
});

test("a refused start is about the port that its sentence names", () => {
  const error = { type: "https://berth.dev/problems/port-in-use", message: "cannot forward 127.0.0.1:8081: taken by nginx (pid 4)" };
  const ports = [{ hostAddress: "127.0.0.1", hostPort: 808 }, { hostAddress: "127.0.0.1", hostPort: 8081 }];
  assert.ok(isTaken(error));
  assert.ok(!isTaken(new Error("it does not answer")));
  assert.equal(portOf({ ports: ports.slice(1) }, error), ports[1]);
  assert.equal(portOf({ ports: [] }, error), null);
});

test("what the form has no fields for is in the command line all the same", () => {
  const { request } = parseRun("docker run --label tier=web --cap-add NET_ADMIN --cap-drop ALL --security-opt no-new-privileges --stop-timeout 3 alpine");
  assert.deepEqual(unseen(request), ["--label", "tier=web", "--cap-add", "NET_ADMIN", "--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--stop-timeout", "3"]);
  assert.deepEqual(parseRun(berthLine(request)).request, request);
});
