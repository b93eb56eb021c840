// The ports of this machine as one list. Pure: tested under Node.

/** Forwards first, then what else is taken. A taken port that is one of our own at work is told once, as that. */
export function listed({ forwards, taken }) {
  const own = new Set(forwards.filter((it) => it.state === "active").map((it) => `${it.protocol} ${it.hostPort}`));
  const others = new Map(taken.filter((it) => !own.has(`${it.protocol} ${it.port}`)).map((it) => [`${it.protocol} ${it.port}`, it]));
  return [...forwards, ...[...others.values()].sort((a, b) => a.port - b.port).map(ofAnother)];
}

function ofAnother({ protocol, port, holder }) {
  return { protocol, hostPort: port, hostAddress: "", holder: holder ? `${holder.name} (pid ${holder.pid})` : "another user's program" };
}

/** Several containers may wait for the same port, and one container for several that are free. */
export const keyOf = (it) => [it.container, it.protocol, it.hostAddress, it.hostPort, it.containerPort].join(" ");
