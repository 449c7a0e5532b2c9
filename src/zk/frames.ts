/**
 * Cuts the TCP stream into packets (docs/protocol.md, "Frames").
 *
 * TCP may deliver any number of bytes at a time, so nothing here looks at chunk borders. The first four bytes of each
 * frame must be the magic; when they are not, the stream is lost, because log records may contain the magic too and
 * searching for it would turn records into replies.
 */
import { GerbangError } from '../errors.ts';
import { frameMagic, framePrefixBytes, headerBytes, otherProtocolByte, secureFrameMagic } from './wire.ts';

/** Default bound on the length a frame may declare: a 64 KiB block with its header, and room to spare. */
export const defaultMaxFrameBytes = 65_536 + 32;

/** Memory taken for a frame before its bytes arrive; from there on the buffer only doubles as bytes come in. */
const firstBufferBytes = 65_536 + framePrefixBytes + 32;

/** Cuts a stream into packets. Not usable after it has thrown. */
export interface Framer {
  /**
   * @param chunk the next bytes of the stream; packets may be views on it, so it must not be overwritten later
   * @throws GerbangError ZK_BAD_MAGIC, ZK_SECURE_FIRMWARE, ZK_OTHER_PROTOCOL, ZK_FRAME_TOO_LONG, ZK_BAD_REPLY
   */
  push(chunk: Uint8Array): void;
  /** Bound on the length a frame may declare, from the next frame on. */
  allowFrameBytes(bytes: number): void;
  /** Bytes of memory held for an unfinished frame. */
  heldBytes(): number;
}

/**
 * A framer for one connection.
 *
 * @param onPacket called for each packet (header and payload) in order, before the next one is looked at
 */
export function createFramer(onPacket: (packet: Uint8Array) => void, maxFrameBytes = defaultMaxFrameBytes): Framer {
  let limitBytes = maxFrameBytes;
  let held: Uint8Array = new Uint8Array(0);
  let heldLength = 0;
  /** Prefix and declared length of the unfinished frame; 0 until its prefix is complete. */
  let heldFrameBytes = 0;

  /** Copies bytes behind the held ones, at most `upTo` held bytes in all. Returns how many were taken. */
  function hold(chunk: Uint8Array, from: number, upTo: number): number {
    const taken = Math.min(upTo - heldLength, chunk.length - from);
    const needed = heldLength + taken;
    if (needed > held.length) {
      // Doubling keeps the cost linear when a long frame arrives byte by byte, and memory in proportion to what came.
      const grown = Buffer.allocUnsafe(Math.max(needed, Math.min(upTo, Math.max(held.length * 2, firstBufferBytes))));
      grown.set(held.subarray(0, heldLength));
      held = grown;
    }
    held.set(chunk.subarray(from, from + taken), heldLength);
    heldLength = needed;
    return taken;
  }

  /** Continues the unfinished frame. Returns how many bytes of the chunk belonged to it. */
  function finishHeld(chunk: Uint8Array): number {
    let at = 0;
    if (heldLength < framePrefixBytes) {
      at = hold(chunk, 0, framePrefixBytes);
      checkMagic(held.subarray(0, heldLength));
      if (heldLength < framePrefixBytes) return at;
    }
    if (heldFrameBytes === 0) heldFrameBytes = framePrefixBytes + declaredBytes(held, 0, limitBytes);
    at += hold(chunk, at, heldFrameBytes);
    if (heldLength < heldFrameBytes) return at;
    const packet = held.subarray(framePrefixBytes, heldFrameBytes);
    // The packet keeps this memory; the next unfinished frame gets its own.
    held = new Uint8Array(0);
    heldLength = 0;
    heldFrameBytes = 0;
    onPacket(packet);
    return at;
  }

  function push(chunk: Uint8Array): void {
    let at = heldLength === 0 ? 0 : finishHeld(chunk);
    while (at < chunk.length) {
      const left = chunk.length - at;
      checkMagic(chunk.subarray(at, Math.min(at + frameMagic.length, chunk.length)));
      const frameBytes = left < framePrefixBytes ? null : framePrefixBytes + declaredBytes(chunk, at, limitBytes);
      if (frameBytes === null || left < frameBytes) {
        hold(chunk, at, frameBytes ?? framePrefixBytes);
        return;
      }
      onPacket(chunk.subarray(at + framePrefixBytes, at + frameBytes));
      at += frameBytes;
    }
  }

  return {
    push,
    allowFrameBytes: (bytes) => {
      limitBytes = bytes;
    },
    heldBytes: () => held.length,
  };
}

/** Compares what has arrived of the magic. The first wrong byte decides, so the verdict does not depend on the cuts. */
function checkMagic(start: Uint8Array): void {
  for (let at = 0; at < Math.min(start.length, frameMagic.length); at += 1) {
    if (start[at] !== frameMagic[at]) throw strangerError(start.subarray(0, at + 1));
  }
}

function strangerError(start: Uint8Array): GerbangError {
  const context = { firstBytes: Buffer.from(start).toString('hex') };
  if (start[0] === otherProtocolByte) {
    return new GerbangError(
      'ZK_OTHER_PROTOCOL',
      'This address answers like a door controller (C3 or inBIO), not like an attendance terminal. Check host and port.',
      { context },
    );
  }
  if (start.every((byte, at) => byte === secureFrameMagic[at])) {
    return new GerbangError(
      'ZK_SECURE_FIRMWARE',
      'The terminal insists on encrypted communication. Turn that option off in its communication menu.',
      { context },
    );
  }
  return new GerbangError(
    'ZK_BAD_MAGIC',
    'What answers at this address does not speak the terminal protocol, or the stream was damaged. Check host and port.',
    { context },
  );
}

/** Length the frame at `at` declares, checked before any memory is taken for it. */
function declaredBytes(bytes: Uint8Array, at: number, limitBytes: number): number {
  const declared = new DataView(bytes.buffer, bytes.byteOffset + at, framePrefixBytes).getUint32(4, true);
  if (declared > limitBytes) {
    throw new GerbangError(
      'ZK_FRAME_TOO_LONG',
      'The terminal announced a message longer than anything asked of it. The connection was dropped; try again.',
      { context: { declaredBytes: declared, limitBytes } },
    );
  }
  if (declared < headerBytes) {
    throw new GerbangError('ZK_BAD_REPLY', 'The terminal sent a message too short to be one. Try again.', {
      context: { declaredBytes: declared },
    });
  }
  return declared;
}
