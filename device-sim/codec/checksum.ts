/**
 * The packet checksum: little-endian words summed with end-around carry, then complemented. The two checksum bytes
 * count as zero, an odd last byte is the low byte of its word. docs/protocol.md, "Checksum".
 *
 * @param packet header and payload, without the TCP prefix
 * @returns u16
 */
export function checksum(packet: Buffer): number {
  const words = new DataView(packet.buffer, packet.byteOffset, packet.length);
  const evenBytes = packet.length & ~1;
  let sum = 0;
  for (let at = 0; at < evenBytes; at += 2) sum += words.getUint16(at, true);
  if (evenBytes !== packet.length) sum += words.getUint8(evenBytes);
  if (evenBytes > 2) sum -= words.getUint16(2, true);
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
