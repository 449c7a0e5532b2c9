import { MAX_REQUEST_BYTES } from './wire.ts';

const MAGIC = Buffer.from('5050827d', 'hex');
/** The prefix encrypted firmware uses. docs/protocol.md, "Secure firmware". */
export const SECURE_MAGIC = Buffer.from('5050837c', 'hex');
const PREFIX_BYTES = 8;

/** Puts the TCP prefix (magic and length) before a packet. docs/protocol.md, "Frames". */
export function encodeFrame(packet: Buffer): Buffer {
  const frame = Buffer.allocUnsafe(PREFIX_BYTES + packet.length);
  MAGIC.copy(frame, 0);
  frame.writeUInt32LE(packet.length, 4);
  packet.copy(frame, PREFIX_BYTES);
  return frame;
}

/** A TCP prefix that announces `length` bytes, whatever follows it. For terminals that lie. */
export function encodePrefix(length: number): Buffer {
  const prefix = Buffer.allocUnsafe(PREFIX_BYTES);
  MAGIC.copy(prefix, 0);
  prefix.writeUInt32LE(length, 4);
  return prefix;
}

/** What one push of bytes gave: whole packets, and whether the stream can still be understood. */
export type Frames = { packets: Buffer[]; broken: boolean };

/**
 * Cuts a TCP byte stream into requests. Holds at most one unfinished request; a foreign magic or a request longer than
 * the terminal's inbound buffer breaks the stream for good, for there is nothing to find the next frame by.
 */
export function createFrameReader(): { push(bytes: Buffer): Frames } {
  let held = Buffer.alloc(0);
  let broken = false;

  function push(bytes: Buffer): Frames {
    const packets: Buffer[] = [];
    if (broken) return { packets, broken };
    held = held.length === 0 ? Buffer.from(bytes) : Buffer.concat([held, bytes]);
    while (!broken && held.length > 0) {
      const magicSeen = Math.min(held.length, MAGIC.length);
      broken = !held.subarray(0, magicSeen).equals(MAGIC.subarray(0, magicSeen));
      if (broken || held.length < PREFIX_BYTES) break;
      const packetBytes = held.readUInt32LE(4);
      broken = packetBytes > MAX_REQUEST_BYTES;
      if (broken || held.length < PREFIX_BYTES + packetBytes) break;
      packets.push(held.subarray(PREFIX_BYTES, PREFIX_BYTES + packetBytes));
      held = held.subarray(PREFIX_BYTES + packetBytes);
    }
    if (broken) held = Buffer.alloc(0);
    return { packets, broken };
  }

  return { push };
}
