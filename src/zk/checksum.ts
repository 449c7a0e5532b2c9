/**
 * The packet checksum: the complement of the 16-bit one's-complement sum of the packet **as sent**, its own field counted
 * as zero (docs/protocol.md, "Checksum").
 *
 * Popular clients carry another formula over a header with the previous reply id. Its two errors cancel on the wire but
 * not when it is applied to a packet as sent, so it must not be copied here.
 */

/** Words summed before folding, so that the running sum stays a small integer. */
const wordsPerFold = 16_384;

/** Sum of the little-endian 16-bit words; an odd last byte counts as the low byte of its word. */
function sumOfWords(bytes: Uint8Array): number {
  const evenLength = bytes.length - (bytes.length % 2);
  let sum = 0;
  for (let start = 0; start < evenLength; start += 2 * wordsPerFold) {
    const end = Math.min(start + 2 * wordsPerFold, evenLength);
    let part = 0;
    for (let at = start; at < end; at += 2) part += (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8);
    sum += part;
  }
  return evenLength === bytes.length ? sum : sum + (bytes[evenLength] ?? 0);
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
