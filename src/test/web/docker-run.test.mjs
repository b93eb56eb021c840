import assert from "node:assert/strict";
import test from "node:test";
import { asked, berthLine, blank, lean, parseRun, port, unseen, words } from "../../main/web/docker-run.js";

test("a line is split as a shell splits it", () => {
  assert.deepEqual(words(`a 'b c' "d \\"e\\" $X" f\\ g ''`), ["a", "b c", 'd "e" $X', "f g", ""]);
  assert.deepEqual(words("docker run \\\n  -d \\\r\n nginx"), ["docker", "run", "-d", "nginx"]);
  assert.throws(() => words("a 'b"), /not closed/);
});

test("the flags people paste fill the request", () => {
  const { request, left } = parseRun(
    `sudo docker run -dit --rm --name web -p 8080:80 -p 127.0.0.1:5353:53/udp -p 443 -v /srv:/data:ro -v cache:/cache -v /anonymous -e A=1 --env "B=two words" -w /app -u 1000:1000 --memory=256m --cpus 1.5 --restart on-failure:3 --entrypoint sh nginx:1.27 -c "echo hi"`,
  );
  assert.deepEqual(left, []);
  assert.equal(request.image, "nginx:1.27");
  assert.deepEqual(request.command, ["-c", "echo hi"]);
  assert.deepEqual(request.entrypoint, ["sh"]);
  assert.equal(request.name, "web");
  assert.equal(request.tty && request.openStdin && request.autoRemove, true);
  assert.deepEqual(request.ports, [
    { hostAddress: "127.0.0.1", hostPort: 8080, containerPort: 80, protocol: "tcp" },
    { hostAddress: "127.0.0.1", hostPort: 5353, containerPort: 53, protocol: "udp" },
    { hostAddress: "127.0.0.1", hostPort: null, containerPort: 443, protocol: "tcp" },
  ]);
  assert.deepEqual(request.mounts, [
    { type: "bind", source: "/srv", target: "/data", readOnly: true },
    { type: "volume", source: "cache", target: "/cache", readOnly: false },
    { type: "volume", source: null, target: "/anonymous", readOnly: false },
  ]);
  assert.deepEqual(request.env, { A: "1", B: "two words" });
  assert.equal(request.resources.memory, 256 * 1024 * 1024);
  assert.equal(request.resources.cpus, 1.5);
  assert.deepEqual(request.restart, { policy: "on-failure", maxRetries: 3 });
});

test("short flags may hold their value", () => {
  const { request } = parseRun("docker run -p8080:80 -itw/app -e=A=1 alpine");
  assert.equal(request.ports[0].hostPort, 8080);
  assert.equal(request.workingDir, "/app");
  assert.equal(request.tty, true);
});

test("flags without an equal are told, with their value, and never taken for the image", () => {
  const { request, left } = parseRun("docker run --gpus all --privileged --network my-net --shm-size=1g alpine");
  assert.equal(request.image, "alpine");
  assert.deepEqual(left, ["--gpus all", "--privileged", "--network my-net", "--shm-size 1g"]);
});

test("no flag with a value takes the image for it", () => {
  const flags = [
    "--add-host a:1.2.3.4", "--annotation a=b", "-a stdout", "--blkio-weight 10", "--cgroup-parent x", "--cgroupns host", "--cidfile f", "--cpu-period 100000", "--cpu-quota 50000", "-c 512", "--cpuset-cpus 0",
    "--cpuset-mems 0", "--detach-keys ctrl-a", "--device /dev/fuse", "--dns 1.1.1.1", "--dns-option x", "--dns-search lan", "--domainname d", "--env-file f", "--expose 80", "--gpus all", "--group-add staff",
    "--health-cmd true", "--health-start-period 5s", "--ip 10.0.0.2", "--ip6 ::2", "--ipc host", "--isolation x", "--kernel-memory 5m", "--label-file f", "--link db", "--log-driver none", "--log-opt a=b",
    "--mac-address 0", "--memory-reservation 5m", "--memory-swappiness 5", "--network-alias n", "--oom-score-adj 5", "--pid host", "--platform linux/arm64", "--runtime runc", "--security-opt label=disable",
    "--shm-size 1g", "--stop-signal INT", "--storage-opt size=1g", "--sysctl a=1", "--ulimit nofile=10", "--userns host", "--uts host", "--volume-driver local", "--volumes-from db", "--network host",
  ];
  for (const flag of flags) {
    const { request, left } = parseRun(`docker run ${flag} -d nginx sh`);
    assert.equal(request.image, "nginx", flag);
    assert.equal(left.length, 1, `${flag} is told`);
    assert.ok(left[0].endsWith(flag.split(" ")[1]), left[0]);
  }
  assert.deepEqual(parseRun("docker run -dP --sig-proxy=false nginx").left, ["--publish-all", "--sig-proxy false"]);
  assert.deepEqual(parseRun("docker run -Pd nginx").left, ["--publish-all"]);
});

test("what is left of a flag that is understood otherwise is told", () => {
  const { request, left } = parseRun("docker run -v /a:/b:ro,z,cached,nocopy --tmpfs /run:rw,size=64m,noexec --mount type=bind,src=/c,dst=/d,readonly=false,bind-propagation=shared -e TOKEN nginx");
  assert.deepEqual(left, ["nocopy of --volume /a:/b:ro,z,cached,nocopy", "size=64m of --tmpfs /run:rw,size=64m,noexec", "bind-propagation of --mount type=bind,src=/c,dst=/d,readonly=false,bind-propagation=shared", "--env TOKEN"]);
  assert.deepEqual(request.mounts.map((it) => it.readOnly), [true, false, false]);
});

test("input without a terminal, swap, an empty entrypoint and when to pull are kept", () => {
  const line = "berth run -i --entrypoint '' --memory 256m --memory-swap 512m --pull always alpine cat";
  const { request } = parseRun(line);
  assert.deepEqual([request.tty, request.openStdin, request.entrypoint, request.resources.memorySwap, request.pull], [false, true, [], 512 * 1024 ** 2, "always"]);
  assert.equal(berthLine(request), line);
  assert.deepEqual(unseen(request), ["-i", "--memory-swap", "512m", "--pull", "always"]);
  assert.deepEqual(unseen(parseRun("docker run -t --memory 1g --memory-swap -1 alpine").request), ["-t", "--memory-swap", "-1"]);
  assert.deepEqual(unseen(parseRun("docker run -it alpine").request), []);
});

test("docker's words for no limit are none", () => {
  assert.deepEqual(parseRun("docker run --memory 0 --memory-swap 0 --cpus 0 --pids-limit -1 alpine").request.resources, blank().resources);
});

test("a line that makes no sense says why", () => {
  assert.throws(() => parseRun("docker run -d"), /no image/);
  assert.throws(() => parseRun("docker run -p eighty:80 nginx"), /-p eighty:80/);
  assert.throws(() => parseRun("docker run --memory lots nginx"), /--memory lots/);
  assert.throws(() => parseRun("docker run --mount type=bind,source=/a nginx"), /no target/);
});

test("ports of every form", () => {
  assert.deepEqual(port("0.0.0.0:8080:80"), { hostAddress: "0.0.0.0", hostPort: 8080, containerPort: 80, protocol: "tcp" });
  assert.deepEqual(port("127.0.0.1::80"), { hostAddress: "127.0.0.1", hostPort: null, containerPort: 80, protocol: "tcp" });
  assert.deepEqual(port("[::1]:8080:80"), { hostAddress: "::1", hostPort: 8080, containerPort: 80, protocol: "tcp" });
});

test("the equal berth line makes the same request again", () => {
  const line = "berth run -it --rm --name web -p 8080:80 -p 0.0.0.0:53:53/udp -v /srv:/data:ro -e 'B=two words' -w /app --memory 256m --cpus 1.5 alpine sh -c 'echo hi'";
  assert.equal(berthLine(parseRun(line).request), line);
});

test("the call of the API holds only what differs", () => {
  assert.deepEqual(lean({ ...blank(), image: "alpine", tty: true }), { image: "alpine", tty: true });
  assert.deepEqual(lean(parseRun("docker run --memory 1g a").request), { image: "a", resources: { memory: 1024 ** 3 } });
});

test("what Berth filled in itself is not asked for again", () => {
  const id = "0123456789abcdef".repeat(4);
  const config = { image: "alpine", hostname: id.slice(0, 12), network: "slirp4netns", stopTimeout: 10, workingDir: "/", env: { A: "1" }, user: null, entrypoint: [], pull: "never" };
  const line = berthLine({ ...asked({ id, name: "web", config }), image: "alpine" });
  assert.equal(line, "berth run -d --name web -e A=1 alpine");
});

test("another like it has volumes of its own where the first one has, and shares the named ones", () => {
  const mount = (type, source, target) => ({ type, source, target, readOnly: false });
  const mounts = [mount("volume", "0123456789abcdef".repeat(2), "/var/lib/data"), mount("volume", "cache", "/cache"), mount("bind", "/srv", "/srv"), mount("tmpfs", null, "/tmp")];
  const request = asked({ id: "f".repeat(64), name: "db", config: { image: "alpine", mounts } });
  assert.deepEqual(request.mounts, [mount("volume", null, "/var/lib/data"), ...mounts.slice(1)]);
  assert.equal(berthLine({ ...request, image: "alpine" }), "berth run -d --name db -v /var/lib/data -v cache:/cache -v /srv:/srv --tmpfs /tmp alpine");
  assert.equal(lean(request).mounts[0].source, null);
});
