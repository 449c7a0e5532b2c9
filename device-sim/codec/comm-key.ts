const MASK = Buffer.from('ZKSO', 'latin1');

function reverseBits(value: number): number {
  let rest = value;
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    reversed = ((reversed << 1) | (rest & 1)) >>> 0;
    rest >>>= 1;
  }
  return reversed;
}

/**
 * The four bytes a client must send to open a session on a terminal with this comm key.
 * docs/protocol.md, "Comm key".
 *
 * @param ticks u8 chosen by the client; it replaces the third byte and masks the others
 */
export function scrambleCommKey(commKey: number, sessionId: number, ticks: number): Buffer {
  const mixed = Buffer.allocUnsafe(4);
  mixed.writeUInt32LE((reverseBits(commKey) + sessionId) >>> 0, 0);
  const masked = mixed.map((byte, at) => byte ^ MASK.readUInt8(at));
  const swapped = Buffer.from([...masked.subarray(2, 4), ...masked.subarray(0, 2)]);
  const answer = swapped.map((byte) => byte ^ ticks);
  answer[2] = ticks;
  return Buffer.from(answer);
}

/** Checks an AUTH payload as a terminal does: the ticks are whatever its third byte says. */
export function commKeyMatches(payload: Buffer, commKey: number, sessionId: number): boolean {
  if (payload.length < 4) return false;
  return scrambleCommKey(commKey, sessionId, payload.readUInt8(2)).equals(payload.subarray(0, 4));
}
