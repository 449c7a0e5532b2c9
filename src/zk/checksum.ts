/**
 * The packet checksum: the complement of the 16-bit one's-complement sum of the packet **as sent**, its own field counted
 * as zero (docs/protocol.md, "Checksum").
 *
 * Popular clients carry another formula over a header with the previous reply id. Its two errors cancel on the wire but
 * not when it is applied to a packet as sent, so it must not be copied here.
 */

/** Bytes summed between two foldings, so that the running sums stay small integers, which is much faster. */
const bytesPerRun = 65_536;

/** Sum of the little-endian 16-bit words; an odd last byte counts as the low byte of its word. */
function sumOfWords(bytes: Uint8Array): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const inPairs = bytes.length - (bytes.length % 4);
  let sum = 0;
  for (let start = 0; start < inPairs; start += bytesPerRun) {
    const end = Math.min(start + bytesPerRun, inPairs);
    let lower = 0;
    let upper = 0;
    for (let at = start; at < end; at += 4) {
      const pair = view.getUint32(at, true);
      lower += pair & 0xffff;
      upper += pair >>> 16;
    }
    sum += lower + upper;
  }
  for (let at = inPairs; at < bytes.length; at += 1) sum += view.getUint8(at) << (8 * (at % 2));
  return sum;
}

/**
 * Checksum of a packet.
 *
 * @param packet header and payload; bytes 2 and 3 are taken as zero whatever they hold
 * @returns unsigned 16 bit
 */
export function checksumOf(packet: Uint8Array): number {
  const ownField = (packet[2] ?? 0) | ((packet[3] ?? 0) << 8);
  let sum = sumOfWords(packet) - ownField;
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
