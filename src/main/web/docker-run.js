// From a pasted `docker run …` line to the request of the API, and from a request to the equal `berth run …` line. Pure: tested under Node.

import { parseSize, quote, sizeText } from "./format.js";

/** Splits a shell line into words: quotes, backslashes, line continuations. Variables stay as they are written. */
export function words(line) {
  const found = [];
  let word = null;
  let quoted = null;
  for (let i = 0; i < line.length; i++) {
    const c = line[i];
    if (quoted === "'") {
      if (c === "'") quoted = null;
      else word += c;
    } else if (c === "\\" && i + 1 < line.length) {
      const next = line[++i];
      if (next === "\n") continue;
      if (next === "\r" && line[i + 1] === "\n") i++;
      else if (quoted === '"' && !'"\\$`'.includes(next)) word += `\\${next}`;
      else word = (word ?? "") + next;
    } else if (quoted === '"') {
      if (c === '"') quoted = null;
      else word += c;
    } else if (c === "'" || c === '"') {
      quoted = c;
      word ??= "";
    } else if (/\s/.test(c)) {
      if (word !== null) found.push(word);
      word = null;
    } else word = (word ?? "") + c;
  }
  if (quoted) throw new Error(`a ${quoted} is not closed`);
  if (word !== null) found.push(word);
  return found;
}

const VALUE = {
  "--name": (r, v) => (r.name = v),
  "--entrypoint": (r, v) => (r.entrypoint = v ? [v] : []),
  "--workdir": (r, v) => (r.workingDir = v),
  "--user": (r, v) => (r.user = v),
  "--hostname": (r, v) => (r.hostname = v),
  "--env": (r, v, left) => env(r, v, left),
  "--publish": (r, v) => r.ports.push(port(v)),
  "--volume": (r, v, left) => r.mounts.push(volume(v, left)),
  "--mount": (r, v, left) => r.mounts.push(mount(v, left)),
  "--tmpfs": (r, v, left) => r.mounts.push(tmpfs(v, left)),
  "--label": (r, v) => (r.labels[v.split("=")[0]] = v.includes("=") ? v.slice(v.indexOf("=") + 1) : ""),
  "--memory": (r, v) => (r.resources.memory = size("--memory", v)),
  "--memory-swap": (r, v) => (r.resources.memorySwap = v === "-1" ? -1 : size("--memory-swap", v)),
  "--cpus": (r, v) => (r.resources.cpus = limit("--cpus", v)),
  "--pids-limit": (r, v) => (r.resources.pids = limit("--pids-limit", v)),
  "--pids": (r, v) => (r.resources.pids = limit("--pids", v)),
  "--restart": (r, v) => (r.restart = { policy: v.split(":")[0], maxRetries: Number(v.split(":")[1] ?? 0) }),
  "--stop-timeout": (r, v) => (r.stopTimeout = number("--stop-timeout", v)),
  "--network": (r, v, left) => network(r, v, left),
  "--cap-add": (r, v) => r.capAdd.push(v.toUpperCase()),
  "--cap-drop": (r, v) => r.capDrop.push(v.toUpperCase()),
  "--pull": (r, v) => (r.pull = v),
  "--security-opt": (r, v, left) => (/^no-new-privileges(:true)?$/.test(v) ? (r.noNewPrivileges = true) : left.push(`--security-opt ${v}`)),
};

const FLAG = {
  "--interactive": (r) => (r.openStdin = true),
  "--tty": (r) => (r.tty = true),
  "--detach": () => {},
  "--rm": (r) => (r.autoRemove = true),
  "--read-only": (r) => (r.readOnly = true),
  "--init": () => {},
  "--quiet": () => {},
};

const SHORT = { "-a": "--attach", "-c": "--cpu-shares", "-P": "--publish-all", "-q": "--quiet", "-i": "--interactive", "-t": "--tty", "-d": "--detach", "-e": "--env", "-p": "--publish", "-v": "--volume", "-w": "--workdir", "-u": "--user", "-h": "--hostname", "-l": "--label", "-m": "--memory", "--net": "--network" };

/** Docker's flags that have a value, which is not to be taken for the image, and no equal in Berth. */
const WITHOUT_EQUAL = new Set(`
  --add-host --annotation --attach --blkio-weight --blkio-weight-device --cgroup-parent --cgroupns --cidfile --cpu-count --cpu-percent
  --cpu-period --cpu-quota --cpu-rt-period --cpu-rt-runtime --cpu-shares --cpuset-cpus --cpuset-mems --detach-keys --device
  --device-cgroup-rule --device-read-bps --device-read-iops --device-write-bps --device-write-iops --dns --dns-opt --dns-option --dns-search
  --domainname --env-file --expose --gpus --group-add --health-cmd --health-interval --health-retries --health-start-interval
  --health-start-period --health-timeout --io-maxbandwidth --io-maxiops --ip --ip6 --ipc --isolation --kernel-memory --label-file --link
  --link-local-ip --log-driver --log-opt --mac-address --memory-reservation --memory-swappiness --net-alias --network-alias --oom-score-adj
  --pid --platform --runtime --shm-size --stop-signal --storage-opt --sysctl --ulimit --userns --uts --volume-driver --volumes-from
`.trim().split(/\s+/));

const isSwitch = (name) => Boolean(FLAG[name]) || name === "--publish-all";

/** {request, left}: what is understood, and the flags that Berth has no equal of (said, never dropped in silence). */
export function parseRun(line) {
  const list = words(line.trim().replace(/^\$\s+/, ""));
  while (["sudo", "docker", "podman", "berth", "nerdctl", "container", "run", "create"].includes(list[0])) list.shift();
  const request = blank();
  const left = [];
  while (list.length && list[0].startsWith("-") && list[0] !== "--") option(list, request, left);
  if (list[0] === "--") list.shift();
  if (!list.length) throw new Error("no image is named in this line");
  request.image = list.shift();
  request.command = list.length ? list : null;
  return { request, left };
}

function option(list, request, left) {
  let word = list.shift();
  if (/^-[a-zA-Z]./.test(word)) {
    const first = SHORT[word.slice(0, 2)];
    if (isSwitch(first)) list.unshift(`-${word.slice(2)}`);
    else list.unshift(word.slice(2).replace(/^=/, ""));
    word = word.slice(0, 2);
  }
  let value = null;
  if (word.startsWith("--") && word.includes("=")) {
    value = word.slice(word.indexOf("=") + 1);
    word = word.slice(0, word.indexOf("="));
  }
  const name = SHORT[word] ?? word;
  if (FLAG[name]) {
    if (value !== "false") FLAG[name](request);
  } else if (VALUE[name]) {
    VALUE[name](request, value ?? list.shift() ?? "", left);
  } else {
    if (value === null && WITHOUT_EQUAL.has(name)) value = list.shift() ?? null;
    left.push(value === null ? name : `${name} ${value}`);
  }
}

export function blank() {
  return {
    image: "", name: null, command: null, entrypoint: null, env: {}, workingDir: null, user: null, tty: false, openStdin: false, hostname: null, labels: {}, ports: [], mounts: [],
    resources: { memory: null, memorySwap: null, cpus: null, pids: null }, restart: { policy: "no", maxRetries: 0 }, stopTimeout: null, autoRemove: false, network: null, readOnly: false, capAdd: [], capDrop: [],
    noNewPrivileges: false, pull: "missing",
  };
}

/** Without a value it is the caller's own, which only the caller's shell knows. */
function env(request, text, left) {
  const at = text.indexOf("=");
  request.env[at < 0 ? text : text.slice(0, at)] = at < 0 ? "" : text.slice(at + 1);
  if (at < 0) left.push(`--env ${text}`);
}

function number(flag, text) {
  const value = Number(text);
  if (text.trim() === "" || !Number.isFinite(value)) throw new Error(`${flag} ${text}: not a number`);
  return value;
}

function size(flag, text) {
  const value = parseSize(text);
  if (value === undefined) throw new Error(`${flag} ${text}: not a size such as 256m`);
  return value || null;
}

/** Docker's 0 and -1 are no limit. */
function limit(flag, text) {
  const value = number(flag, text);
  return value > 0 ? value : null;
}

function network(request, value, left) {
  if (value === "none") request.network = value;
  else if (!["bridge", "default", "slirp4netns"].includes(value)) left.push(`--network ${value}`);
}

/** [address:][hostPort:]containerPort[/protocol] */
export function port(text) {
  const [path, protocol = "tcp"] = text.split("/");
  const pieces = /^(?:(\[[^\]]+\]|[^:]*):)?(?:(\d*):)?(\d+)$/.exec(path);
  if (!pieces || !["tcp", "udp"].includes(protocol)) throw new Error(`-p ${text}: not a port such as 8080:80`);
  let [, address, host, inside] = pieces;
  if (host === undefined && /^\d+$/.test(address ?? "")) [address, host] = [undefined, address];
  if (address && !/^(localhost|[\d.]+|\[[\da-f:]+\])$/i.test(address)) throw new Error(`-p ${text}: ${address} is neither an address nor a port`);
  return { hostAddress: address ? address.replace(/^\[|\]$/g, "") : "127.0.0.1", hostPort: host ? Number(host) : null, containerPort: Number(inside), protocol };
}

/** As the command line: SELinux labels, other systems' caches, and what holds anyway. */
const IDLE_OF_A_VOLUME = ["z", "Z", "cached", "delegated", "consistent", "private", "rprivate"];

function volume(text, left) {
  const pieces = text.split(":");
  if (pieces.length === 1) return { type: "volume", source: null, target: pieces[0], readOnly: false };
  const [source, target, options = ""] = pieces;
  const bind = /^[/.~$]/.test(source);
  return { type: bind ? "bind" : "volume", source, target, readOnly: isReadOnly(options, IDLE_OF_A_VOLUME, `--volume ${text}`, left) };
}

function tmpfs(text, left) {
  const [target, options = ""] = text.split(":");
  return { type: "tmpfs", source: null, target, readOnly: isReadOnly(options, ["noexec", "nosuid", "nodev"], `--tmpfs ${text}`, left) };
}

/** Of the options behind the last colon: the others are told, but for what makes no difference here. */
function isReadOnly(options, idle, flag, left) {
  const all = options.split(",").filter((it) => it && it !== "rw" && !idle.includes(it));
  tellRest(all.filter((it) => it !== "ro"), flag, left);
  return all.includes("ro");
}

function tellRest(options, flag, left) {
  if (options.length) left.push(`${options.join(",")} of ${flag}`);
}

const MOUNT_FIELDS = ["type", "source", "src", "target", "destination", "dst", "readonly", "ro"];

function mount(text, left) {
  const fields = Object.fromEntries(text.split(",").map((pair) => [pair.split("=")[0], pair.includes("=") ? pair.slice(pair.indexOf("=") + 1) : "true"]));
  const target = fields.target ?? fields.destination ?? fields.dst;
  if (!target) throw new Error(`--mount ${text}: no target`);
  tellRest(Object.keys(fields).filter((it) => !MOUNT_FIELDS.includes(it)), `--mount ${text}`, left);
  return { type: fields.type ?? "volume", source: fields.source ?? fields.src ?? null, target, readOnly: ["true", "1"].includes(fields.readonly ?? fields.ro) };
}

/** The `berth run` line that makes the same container. */
export function berthLine(request, { start = true } = {}) {
  const out = ["berth", start ? "run" : "create"];
  const add = (flag, value) => out.push(flag, quote(String(value)));
  if (request.tty && request.openStdin) out.push("-it");
  else if (request.tty) out.push("-t");
  else if (request.openStdin) out.push("-i");
  else if (start) out.push("-d");
  if (request.autoRemove) out.push("--rm");
  if (request.name) add("--name", request.name);
  for (const it of request.ports) add("-p", portText(it));
  for (const it of request.mounts) add(it.type === "tmpfs" ? "--tmpfs" : "-v", mountText(it));
  for (const [name, value] of Object.entries(request.env)) add("-e", `${name}=${value}`);
  if (request.workingDir) add("-w", request.workingDir);
  if (request.user) add("-u", request.user);
  if (request.hostname) add("--hostname", request.hostname);
  if (request.entrypoint) add("--entrypoint", request.entrypoint[0] ?? "");
  if (request.resources.memory) add("--memory", sizeText(request.resources.memory));
  if (request.resources.cpus) add("--cpus", request.resources.cpus);
  if (request.resources.pids) add("--pids", request.resources.pids);
  if (request.restart.policy !== "no") add("--restart", request.restart.policy + (request.restart.maxRetries ? `:${request.restart.maxRetries}` : ""));
  if (request.network) add("--network", request.network);
  if (request.readOnly) out.push("--read-only");
  out.push(...further(request));
  out.push(quote(request.image || "IMAGE"));
  if (request.entrypoint?.length > 1) out.push(...request.entrypoint.slice(1).map(quote));
  if (request.command) out.push(...request.command.map(quote));
  return out.join(" ");
}

/** The flags for what the form has no fields for; its one box is for a terminal with input. */
export function unseen(request) {
  return [...(request.tty === request.openStdin ? [] : [request.tty ? "-t" : "-i"]), ...further(request)];
}

function further(request) {
  const out = [];
  const add = (flag, value) => out.push(flag, quote(String(value)));
  for (const [name, value] of Object.entries(request.labels ?? {})) add("--label", value ? `${name}=${value}` : name);
  for (const it of request.capAdd ?? []) add("--cap-add", it);
  for (const it of request.capDrop ?? []) add("--cap-drop", it);
  if (request.noNewPrivileges) add("--security-opt", "no-new-privileges");
  if (request.stopTimeout !== null && request.stopTimeout !== undefined) add("--stop-timeout", request.stopTimeout);
  const { memorySwap } = request.resources;
  if (memorySwap) add("--memory-swap", memorySwap === -1 ? -1 : sizeText(memorySwap));
  if (request.pull !== "missing") add("--pull", request.pull);
  return out;
}

export function portText(it) {
  const address = it.hostAddress && it.hostAddress !== "127.0.0.1" ? `${it.hostAddress}:` : "";
  const host = it.hostPort ? `${it.hostPort}:` : address ? ":" : "";
  return `${address}${host}${it.containerPort}${it.protocol === "udp" ? "/udp" : ""}`;
}

function mountText(it) {
  if (it.type === "tmpfs") return `${it.target}${it.readOnly ? ":ro" : ""}`;
  return `${it.source ? `${it.source}:` : ""}${it.target}${it.readOnly ? ":ro" : ""}`;
}

/** The name that Berth gives a volume which was asked for without one; dev.berth.container.Volumes has the same. */
const ANONYMOUS = /^[0-9a-f]{32}$/;

/** What a container was asked to be, without what Berth filled in itself: its own host name, names of its own volumes, the defaults. */
export function asked(container) {
  const own = Object.fromEntries(Object.entries(container.config ?? {}).filter(([, value]) => value !== null && value !== undefined));
  if (own.hostname === container.id.slice(0, 12)) own.hostname = null;
  if (own.network === "slirp4netns") own.network = null;
  if (own.workingDir === "/") own.workingDir = null;
  if (own.stopTimeout === 10) own.stopTimeout = null;
  if (!own.entrypoint?.length) own.entrypoint = null;
  // Its image was fetched before it was asked for.
  delete own.pull;
  if (own.mounts) own.mounts = own.mounts.map((it) => (it.type === "volume" && ANONYMOUS.test(it.source) ? { ...it, source: null } : it));
  return { ...blank(), ...own, resources: { ...blank().resources, ...own.resources }, name: container.name };
}

/** Only what differs from the defaults: what the API call really needs. */
export function lean(request) {
  const defaults = blank();
  const out = {};
  for (const [name, value] of Object.entries(request)) {
    if (JSON.stringify(value) === JSON.stringify(defaults[name])) continue;
    out[name] = name === "resources" ? Object.fromEntries(Object.entries(value).filter(([, it]) => it !== null)) : value;
  }
  return { image: request.image, ...out };
}
