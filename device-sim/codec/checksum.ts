/**
 * The packet checksum: little-endian words summed with end-around carry, then complemented. The two checksum bytes
 * count as zero, an odd last byte is the low byte of its word. docs/protocol.md, "Checksum".
 *
 * @param packet header and payload, without the TCP prefix
 * @returns u16
 */
export function checksum(packet: Buffer): number {
  const evenBytes = packet.length & ~1;
  let sum = 0;
  for (let at = 0; at < evenBytes; at += 2) {
    if (at !== 2) sum += packet.readUInt16LE(at);
  }
  if (evenBytes !== packet.length) sum += packet.readUInt8(evenBytes);
  while (sum > 0xffff) sum = (sum % 0x1_0000) + Math.floor(sum / 0x1_0000);
  return ~sum & 0xffff;
}
