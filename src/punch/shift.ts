/**
 * Finding how many of its oldest records a full terminal dropped (docs/protocol.md, "When the log is full").
 */
import { countRecords } from './overlap.ts';

/** A way to lay the read behind the stored image: `dropped` records gone from its front. */
export interface Shift {
  readonly dropped: number;
  /** A smaller overlap would have been enough evidence too: the records repeat themselves. */
  readonly ambiguous: boolean;
}

/**
 * How long an overlap must be before it proves a shift.
 *
 * One equal record proves little: a terminal with a dead coin cell restarts at the same second every morning and the
 * same person is first at the door, so a cleared log can begin with bytes that the old one ended with. Taking that for
 * an overlap would swallow a punch. Eight records in a row do not repeat by accident. In a log too short to hold such a
 * proof, half of it (and never a single record) must do: small logs are small when they are cleared, and no terminal
 * is full with so few.
 */
export function enoughOverlap(storedRecords: number): number {
  return Math.min(8, Math.max(2, Math.ceil(storedRecords / 2)));
}

/**
 * The longest overlap between the end of the stored image and the beginning of the read, as a shift.
 *
 * The longest one assumes the fewest lost records. Linear in both lengths whatever the bytes are (Knuth, Morris and
 * Pratt, with records for letters), because a terminal that repeats one record 100,000 times must not stall an office.
 *
 * @param stored all stored records of the epoch that were still on the terminal at the last read, oldest first
 * @param read the whole log as it is now, oldest first
 * @returns null when no overlap is long enough to prove anything ({@link enoughOverlap})
 */
export function findShift(stored: Uint8Array, read: Uint8Array, strideBytes: number): Shift | null {
  const storedRecords = countRecords(stored, strideBytes);
  const same = recordsEqual(strideBytes);
  const patternLength = Math.min(countRecords(read, strideBytes), storedRecords - 1);
  if (patternLength < 1) return null;

  const borders = bordersOf(read, patternLength, same);
  let matched = 0;
  for (let index = 1; index < storedRecords; index += 1) {
    if (matched === patternLength) matched = borders[matched] ?? 0;
    let equal = same(stored, index, read, matched);
    while (!equal && matched > 0) {
      matched = borders[matched] ?? 0;
      equal = same(stored, index, read, matched);
    }
    if (equal) matched += 1;
  }

  const enough = enoughOverlap(storedRecords);
  if (matched < enough) return null;
  return { dropped: storedRecords - matched, ambiguous: (borders[matched] ?? 0) >= enough };
}

type SameRecord = (a: Uint8Array, indexA: number, b: Uint8Array, indexB: number) => boolean;

function recordsEqual(strideBytes: number): SameRecord {
  return (a, indexA, b, indexB) => {
    const startA = indexA * strideBytes;
    const startB = indexB * strideBytes;
    for (let byte = 0; byte < strideBytes; byte += 1) {
      if (a[startA + byte] !== b[startB + byte]) return false;
    }
    return true;
  };
}

/** For each length, the longest proper prefix of the pattern that is also its suffix. */
function bordersOf(pattern: Uint8Array, length: number, same: SameRecord): Int32Array {
  const borders = new Int32Array(length + 1);
  let border = 0;
  for (let index = 1; index < length; index += 1) {
    let equal = same(pattern, index, pattern, border);
    while (!equal && border > 0) {
      border = borders[border] ?? 0;
      equal = same(pattern, index, pattern, border);
    }
    if (equal) border += 1;
    borders[index + 1] = border;
  }
  return borders;
}
