import { checksum } from './checksum.ts';
import { HEADER_BYTES } from './wire.ts';

/** A request, reply or event: the 8-byte header's fields and what follows it. docs/protocol.md, "Packet header". */
export type Packet = {
  /** Command of a request, code of a reply, 500 for an event. */
  code: number;
  /** The session id, or any of the other things terminals put there. */
  session: number;
  replyId: number;
  payload: Buffer;
};

const NOTHING = Buffer.alloc(0);

/** Writes header and payload, checksum included, without the TCP prefix. */
export function encodePacket(packet: { code: number; session: number; replyId: number; payload?: Buffer }): Buffer {
  const payload = packet.payload ?? NOTHING;
  const bytes = Buffer.allocUnsafe(HEADER_BYTES + payload.length);
  bytes.writeUInt16LE(packet.code, 0);
  bytes.writeUInt16LE(0, 2);
  bytes.writeUInt16LE(packet.session & 0xffff, 4);
  bytes.writeUInt16LE(packet.replyId & 0xffff, 6);
  payload.copy(bytes, HEADER_BYTES);
  bytes.writeUInt16LE(checksum(bytes), 2);
  return bytes;
}

/**
 * Reads header and payload.
 *
 * @returns undefined where a terminal drops the bytes without a word: shorter than a header, or a wrong checksum.
 */
export function decodePacket(bytes: Buffer): Packet | undefined {
  if (bytes.length < HEADER_BYTES || bytes.readUInt16LE(2) !== checksum(bytes)) return undefined;
  return {
    code: bytes.readUInt16LE(0),
    session: bytes.readUInt16LE(4),
    replyId: bytes.readUInt16LE(6),
    payload: bytes.subarray(HEADER_BYTES),
  };
}
