/** The packet: an 8-byte header and a payload (docs/protocol.md, "Packet header"). */
import { GerbangError } from '../errors.ts';
import { checksumOf } from './checksum.ts';
import { frameMagic, framePrefixBytes, headerBytes } from './wire.ts';

/** One packet in either direction. */
export interface Packet {
  /** Command of a request, reply code of a reply, 500 for an event. */
  readonly code: number;
  /**
   * Session id of a request. In replies it also carries block numbers, event codes, sizes and states, so it is never
   * compared with the session id (docs/protocol.md, "Session field").
   */
  readonly session: number;
  readonly replyId: number;
  readonly payload: Uint8Array;
}

const noPayload = new Uint8Array(0);

/**
 * A packet as a TCP frame: magic, length, header, payload. The datagram of UDP is the same without the first
 * {@link framePrefixBytes}.
 */
export function encodeFrame(packet: Packet): Uint8Array<ArrayBuffer> {
  const frame = new Uint8Array(framePrefixBytes + headerBytes + packet.payload.length);
  frame.set(frameMagic, 0);
  const view = new DataView(frame.buffer);
  view.setUint32(4, headerBytes + packet.payload.length, true);
  view.setUint16(8, packet.code, true);
  view.setUint16(12, packet.session, true);
  view.setUint16(14, packet.replyId, true);
  frame.set(packet.payload, framePrefixBytes + headerBytes);
  view.setUint16(10, checksumOf(frame.subarray(framePrefixBytes)), true);
  return frame;
}

/**
 * Reads a packet; the payload is a view on `bytes`, not a copy.
 *
 * @param bytes header and payload, without the prefix of TCP
 * @param acceptBadChecksum for terminals whose replies are known to carry wrong checksums (docs/protocol.md, "Quirks")
 * @throws GerbangError ZK_BAD_REPLY when shorter than a header, ZK_BAD_CHECKSUM when the sum does not match
 */
export function decodePacket(bytes: Uint8Array, acceptBadChecksum = false): Packet {
  if (bytes.length < headerBytes) {
    throw new GerbangError('ZK_BAD_REPLY', 'The terminal sent a packet shorter than its header. Try again.', {
      context: { bytes: bytes.length },
    });
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const stated = view.getUint16(2, true);
  if (!acceptBadChecksum && checksumOf(bytes) !== stated) {
    throw new GerbangError(
      'ZK_BAD_CHECKSUM',
      'A packet from the terminal arrived damaged. Check cable, switch and converters; if every read of this model fails so, set the quirk acceptBadReplyChecksum.',
      { context: { code: view.getUint16(0, true), bytes: bytes.length } },
    );
  }
  return {
    code: view.getUint16(0, true),
    session: view.getUint16(4, true),
    replyId: view.getUint16(6, true),
    payload: bytes.length === headerBytes ? noPayload : bytes.subarray(headerBytes),
  };
}
