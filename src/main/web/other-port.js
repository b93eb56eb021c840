// When a port of this machine is taken: the next one that is not, and how to use it.

import { get, part, post, remove } from "./api.js";

const LAST = 65535;

export const isTaken = (error) => Boolean(error.type?.endsWith("/port-in-use"));

/** The next higher port that nothing listens on and no container has; null when that cannot be known. */
export async function freeAbove(port, protocol) {
  const { forwards, taken } = await get("/ports").catch(() => ({ forwards: [], taken: null }));
  return taken ? nextFree(port, [...forwards.map((it) => [it.protocol, it.hostPort]), ...taken.map((it) => [it.protocol, it.port])].filter(([kind]) => kind === protocol).map(([, number]) => number)) : null;
}

export function nextFree(port, used) {
  const all = new Set(used);
  for (let next = port + 1; next <= LAST; next++) if (!all.has(next)) return next;
  return null;
}

/** Which port of a container a refusal is about. */
export const portOf = (container, error) => container.ports.find((it) => it.hostPort && error.message.includes(`${it.hostAddress}:${it.hostPort}`)) ?? null;

/** Gives a container another port of this machine instead of one that it has. */
export async function swapPort(container, port, hostPort) {
  const at = `/containers/${part(container.id)}/ports`;
  await remove(`${at}/${port.protocol}/${port.hostPort}?hostAddress=${part(port.hostAddress)}`);
  await post(at, { hostAddress: port.hostAddress, hostPort, containerPort: port.containerPort, protocol: port.protocol });
}
