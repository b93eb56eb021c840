// The frames of API.md: one opcode byte, then the payload, big-endian. Pure: tested under Node.

export const FROM_SERVER = { STDOUT: 1, STDERR: 2, REPLAY_BEGINS: 3, REPLAY_ENDS: 4, SIZE: 5, EXITED: 6, SKIPPED: 7, ERROR: 8, VIEWERS: 9 };
export const MAX_INPUT = 16 * 1024;

function frame(opcode, length = 0) {
  const bytes = new Uint8Array(1 + length);
  bytes[0] = opcode;
  return bytes;
}

/** Input in frames of at most 16 KiB each, cut anywhere: the other side joins bytes, not text. */
export function* input(bytes) {
  for (let at = 0; at < bytes.length; at += MAX_INPUT) {
    const piece = bytes.subarray(at, at + MAX_INPUT);
    const out = frame(16, piece.length);
    out.set(piece, 1);
    yield out;
  }
}

export function resize(columns, rows) {
  const out = frame(18, 4);
  const view = new DataView(out.buffer);
  view.setUint16(1, columns);
  view.setUint16(3, rows);
  return out;
}

export function acknowledged(count) {
  const out = frame(19, 4);
  new DataView(out.buffer).setUint32(1, count);
  return out;
}

export function signal(name) {
  const letters = new TextEncoder().encode(name);
  const out = frame(20, letters.length);
  out.set(letters, 1);
  return out;
}

export const endOfInput = () => frame(17);

export function decode(buffer) {
  const view = new DataView(buffer);
  const opcode = view.getUint8(0);
  const payload = new Uint8Array(buffer, 1);
  switch (opcode) {
    case FROM_SERVER.REPLAY_BEGINS:
      return { opcode, offset: view.getBigUint64(1), columns: view.getUint16(9), rows: view.getUint16(11) };
    case FROM_SERVER.REPLAY_ENDS:
      return { opcode, offset: view.getBigUint64(1) };
    case FROM_SERVER.SIZE:
      return { opcode, columns: view.getUint16(1), rows: view.getUint16(3) };
    case FROM_SERVER.EXITED:
      return { opcode, code: view.getInt32(1) };
    case FROM_SERVER.SKIPPED:
      return { opcode, bytes: Number(view.getBigUint64(1)) };
    case FROM_SERVER.VIEWERS:
      return { opcode, count: view.getUint16(1) };
    case FROM_SERVER.ERROR:
      return { opcode, problem: JSON.parse(new TextDecoder().decode(payload)) };
    default:
      return { opcode, payload };
  }
}
