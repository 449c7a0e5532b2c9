/** The scrambled comm key of the sign-in request (docs/protocol.md, "Comm key"). */

/** `Z K S O`, the constant every implementation mixes in. */
const mask: readonly number[] = [0x5a, 0x4b, 0x53, 0x4f];

/** The value clients send as "ticks"; terminals accept any, because they read it back from byte 2. */
const usualTicks = 50;

function reverseBits(value: number): number {
  let reversed = 0;
  for (let bit = 0; bit < 32; bit += 1) {
    if ((value >>> bit) & 1) reversed |= 1 << (31 - bit);
  }
  return reversed >>> 0;
}

/**
 * The four bytes a terminal expects for a comm key.
 *
 * @param key 0…999999
 * @param session session id from the reply that asked for the key
 * @param ticks 0…255
 */
export function scrambleCommKey(key: number, session: number, ticks = usualTicks): Uint8Array {
  // The sum wraps at 32 bits; one popular client overflows here and fails for some keys.
  const sum = (reverseBits(key) + session) >>> 0;
  const mixed = (at: number): number => (mask[at] ?? 0) ^ ((sum >>> (8 * at)) & 0xff);
  // The halves are swapped; ticks then replaces byte 0 of the mix, so the low byte of the session has no influence.
  return Uint8Array.of(mixed(2) ^ ticks, mixed(3) ^ ticks, ticks, mixed(1) ^ ticks);
}
