/** How much of a log looks like records of a given layout (docs/protocol.md, "Proving the record size"). */
import type { RecordLayout } from '../punch/record.ts';
import { layoutBytes } from './records.ts';

/** Records looked at per log: the first, the last and some between. */
const sampleRecords = 128;

const secondsPerPackedDay = 86_400;

/** A wrong clock is still a clock: neighbouring records lie close together even when all of them are in 2062. */
const neighbourSeconds = 62 * secondsPerPackedDay;

/** Zones and slow hosts: how far ahead of the host a right clock may show. */
const aheadSeconds = 2 * secondsPerPackedDay;

/** Verify modes seen in the field; others are kept when decoding but do not speak for a layout. */
function isKnownVerifyMode(mode: number): boolean {
  return mode <= 25 || (mode >= 101 && mode <= 104) || (mode >= 128 && mode <= 142);
}

function isKnownState(state: number): boolean {
  return state <= 15 || state === 255;
}

/** One to 24 printable characters, then NULs or, behind the first NUL, leftovers. */
function isIdField(bytes: Uint8Array, from: number, to: number): boolean {
  let at = from;
  while (at < to && bytes[at] !== 0) {
    const byte = bytes[at] ?? 0;
    if (byte < 0x20 || byte > 0x7e) return false;
    at += 1;
  }
  return at > from;
}

interface Shape {
  readonly timeAt: number;
  readonly looksRight: (bytes: Uint8Array, at: number) => boolean;
}

const shapes: Readonly<Record<RecordLayout, Shape>> = {
  zk40: {
    timeAt: 27,
    looksRight: (bytes, at) =>
      isIdField(bytes, at + 2, at + 26) && isKnownVerifyMode(bytes[at + 26] ?? 0) && isKnownState(bytes[at + 31] ?? 0),
  },
  zk16: {
    timeAt: 4,
    looksRight: (bytes, at) =>
      isNumericId(bytes, at) &&
      isKnownState(bytes[at + 8] ?? 0) &&
      isKnownVerifyMode(bytes[at + 9] ?? 0) &&
      bytes[at + 11] === 0,
  },
  zk8: {
    timeAt: 4,
    // Two verify bits have no meaning when both are set; byte 3 is only used by short records, which are expanded.
    looksRight: (bytes, at) => {
      const flags = bytes[at + 2] ?? 0;
      const short = (flags & 0b100) !== 0;
      return (
        ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0)) !== 0 &&
        (flags & 0b11000) !== 0b11000 &&
        (short || bytes[at + 3] === 0)
      );
    },
  },
};

const shape22: Shape = { timeAt: 13, looksRight: (bytes, at) => isIdField(bytes, at + 2, at + 8) };

/** User ids have at most nine digits on the terminals that store them as numbers. */
function isNumericId(bytes: Uint8Array, at: number): boolean {
  const id = readU32(bytes, at);
  return id > 0 && id <= 999_999_999;
}

function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

/**
 * Share of sampled records that look like records of the layout.
 *
 * @param bytes whole records of `strideBytes`
 * @param nowPacked the host's time in packed form
 * @returns 0…1
 */
export function plausibleShare(
  layout: RecordLayout,
  strideBytes: number,
  bytes: Uint8Array,
  nowPacked: number,
): number {
  return strideBytes < layoutBytes[layout] ? 0 : share(shapes[layout], strideBytes, bytes, nowPacked);
}

/** The same for the 22-byte record, which can be recognised but not decoded with certainty. */
export function plausibleShareOf22(bytes: Uint8Array, nowPacked: number): number {
  return share(shape22, 22, bytes, nowPacked);
}

function share(shape: Shape, strideBytes: number, bytes: Uint8Array, nowPacked: number): number {
  const records = bytes.length / strideBytes;
  const sampled = Math.min(records, sampleRecords);
  let good = 0;
  for (let sample = 0; sample < sampled; sample += 1) {
    const index = sampled === 1 ? 0 : Math.round((sample * (records - 1)) / (sampled - 1));
    const at = index * strideBytes;
    const time = readU32(bytes, at + shape.timeAt);
    const neighbour = index === 0 ? null : readU32(bytes, at - strideBytes + shape.timeAt);
    if (shape.looksRight(bytes, at) && isLikelyTime(time, neighbour, nowPacked)) good += 1;
  }
  return sampled === 0 ? 0 : good / sampled;
}

function isLikelyTime(time: number, neighbour: number | null, nowPacked: number): boolean {
  if (time <= nowPacked + aheadSeconds) return true;
  return neighbour !== null && Math.abs(time - neighbour) <= neighbourSeconds;
}
