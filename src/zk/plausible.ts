/** How much of a log looks like records of a given layout (docs/protocol.md, "Proving the record size"). */

/** Records looked at per log: the first, the last and some between. */
const sampleRecords = 128;

const secondsPerPackedDay = 86_400;

/** Zones and slow hosts: how far ahead of the host a right clock may show. */
const aheadSeconds = 2 * secondsPerPackedDay;

/** What a record with a doubtful time counts. Dead batteries and wrong years are real, but so are wrong layouts. */
const doubtfulTimeWeight = 0.5;

/** Layouts that can be told apart. `zk8-expanded` is the compressed 8-byte log after its short records were completed. */
export type Shape = 'zk8' | 'zk8-expanded' | 'zk16' | 'zk22' | 'zk40';

interface ShapeRule {
  readonly bytes: number;
  readonly timeAt: number;
  readonly looksRight: (bytes: Uint8Array, at: number) => boolean;
}

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

/** User ids have at most nine digits on the terminals that store them as numbers. */
function isNumericId(bytes: Uint8Array, at: number): boolean {
  const id = readU32(bytes, at);
  return id > 0 && id <= 999_999_999;
}

/** An index of a user who exists, and verify bits that mean something. */
function isUidAndFlags(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at] ?? 0) | (bytes[at + 1] ?? 0)) !== 0 && ((bytes[at + 2] ?? 0) & 0b11000) !== 0b11000;
}

const rules: Readonly<Record<Shape, ShapeRule>> = {
  zk40: {
    bytes: 40,
    timeAt: 27,
    looksRight: (bytes, at) =>
      isIdField(bytes, at + 2, at + 26) && isKnownVerifyMode(bytes[at + 26] ?? 0) && isKnownState(bytes[at + 31] ?? 0),
  },
  zk22: { bytes: 22, timeAt: 13, looksRight: (bytes, at) => isIdField(bytes, at + 2, at + 8) },
  zk16: {
    bytes: 16,
    timeAt: 4,
    looksRight: (bytes, at) =>
      isNumericId(bytes, at) &&
      isKnownState(bytes[at + 8] ?? 0) &&
      isKnownVerifyMode(bytes[at + 9] ?? 0) &&
      bytes[at + 11] === 0,
  },
  zk8: {
    bytes: 8,
    timeAt: 4,
    // A record with the short flag would be 4 bytes long, so none can stand in a log of equal records.
    looksRight: (bytes, at) => isUidAndFlags(bytes, at) && ((bytes[at + 2] ?? 0) & 0b111) === 0 && bytes[at + 3] === 0,
  },
  'zk8-expanded': { bytes: 8, timeAt: 4, looksRight: isUidAndFlags },
};

function readU32(bytes: Uint8Array, at: number): number {
  return new DataView(bytes.buffer, bytes.byteOffset + at, 4).getUint32(0, true);
}

/** How much of a log speaks for a shape, 0…1 each. */
export interface Plausibility {
  /** Share of sampled records whose fields can be such a record's, whatever their time. */
  readonly looksRight: number;
  /** The same with doubtful times counted half: 1 when every sampled record looks right in every respect. */
  readonly score: number;
}

/**
 * How much of a log looks like records of a shape.
 *
 * @param strideBytes distance from record to record, at least the shape's own length
 * @param bytes whole records
 * @param nowPacked the host's time in packed form
 */
export function plausibility(shape: Shape, strideBytes: number, bytes: Uint8Array, nowPacked: number): Plausibility {
  const rule = rules[shape];
  const records = bytes.length / strideBytes;
  const sampled = Math.min(records, sampleRecords);
  if (strideBytes < rule.bytes || sampled === 0) return { looksRight: 0, score: 0 };
  let right = 0;
  let score = 0;
  for (let sample = 0; sample < sampled; sample += 1) {
    const index = sampled === 1 ? 0 : Math.round((sample * (records - 1)) / (sampled - 1));
    const at = index * strideBytes;
    if (!rule.looksRight(bytes, at)) continue;
    right += 1;
    const time = readU32(bytes, at + rule.timeAt);
    const likely = time >= secondsPerPackedDay && time <= nowPacked + aheadSeconds;
    score += likely ? 1 : doubtfulTimeWeight;
  }
  return { looksRight: right / sampled, score: score / sampled };
}

/** True for a log of 22-byte records that ends in the middle of one: WL units send the first 4,096 bytes and no more. */
export function isCutLogOf22(bytes: Uint8Array): boolean {
  const whole = bytes.length - (bytes.length % rules.zk22.bytes);
  return (
    whole > 0 && plausibility('zk22', rules.zk22.bytes, bytes.subarray(0, whole), Number.MAX_SAFE_INTEGER).score >= 0.9
  );
}
