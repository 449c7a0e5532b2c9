/**
 * The compressed 8-byte log: some old terminals write a record of 4 bytes when the punch came within 17 minutes of the
 * last long one (docs/protocol.md, "8-byte record").
 */

const longBytes = 8;
const shortBytes = 4;
const shortFlag = 0b100;

/** True when the record starting at `at` is of the short form. */
export function isShortRecord(bytes: Uint8Array, at: number): boolean {
  return ((bytes[at + 2] ?? 0) & shortFlag) !== 0;
}

/**
 * Rewrites a log of long and short records as records of 8 bytes each, so that positions can be computed again. A short
 * record keeps its 4 bytes, flag included, followed by the absolute time they stand for.
 *
 * @returns null when the bytes do not divide into such records, or the first one is short and has nothing to count from
 */
export function expandShortRecords(bytes: Uint8Array): Uint8Array | null {
  const starts = recordStarts(bytes);
  if (starts === null) return null;
  const expanded = new Uint8Array(starts.length * longBytes);
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new DataView(expanded.buffer);
  let longTime: number | null = null;
  for (const [index, start] of starts.entries()) {
    target.setUint32(index * longBytes, source.getUint32(start));
    if (!isShortRecord(bytes, start)) {
      longTime = source.getUint32(start + 4, true);
      target.setUint32(index * longBytes + 4, longTime, true);
      continue;
    }
    if (longTime === null) return null;
    const deltaSeconds = ((source.getUint8(start + 2) & 0b11) << 8) | source.getUint8(start + 3);
    // Modulo 2^32, so that a hostile base time cannot make this throw.
    target.setUint32(index * longBytes + 4, (longTime + deltaSeconds) >>> 0, true);
  }
  return expanded;
}

function recordStarts(bytes: Uint8Array): number[] | null {
  const starts: number[] = [];
  let at = 0;
  while (at < bytes.length) {
    const size = isShortRecord(bytes, at) ? shortBytes : longBytes;
    if (at + size > bytes.length) return null;
    starts.push(at);
    at += size;
  }
  return starts;
}
