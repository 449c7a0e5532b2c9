/**
 * Deciding what is new in a terminal's log.
 *
 * A terminal numbers nothing: the only order is the position in its list, and the only proof that a read continues what
 * is stored is that their common part is equal byte for byte. Nothing here looks at times, which jump, or at contents
 * as keys, which repeat: two byte-identical records at two positions are two punches.
 *
 * Reads are complete by contract (`LogRead`): a short read is an error long before it comes here.
 */
import type { EpochReason, LogCursor } from './batch.ts';
import { countRecords, lastRecords, overlapRecords, sameBytes, sliceRecords } from './overlap.ts';
import type { RecordLayout } from './record.ts';
import { findShift } from './shift.ts';

/** What alignment needs of a whole read. */
export interface WholeRead {
  readonly layout: RecordLayout;
  readonly strideBytes: number;
  readonly totalRecords: number;
  /** Whole records, oldest first. */
  readonly bytes: Uint8Array;
}

/** What alignment needs of a tail read: `bytes` begins at record `firstIndex` of the log. */
export interface TailRead extends WholeRead {
  readonly firstIndex: number;
}

/** Why a tail proves nothing. Always answered by reading the whole log. */
export type UnprovableReason =
  | 'nothing-stored'
  | 'layout-changed'
  | 'log-shrank'
  | 'overlap-missing'
  | 'overlap-differs'
  | 'overlap-repeats';

/** Why a complete read is not believed at once: its newest stored records, or all of them, are gone. */
export type SuspicionReason = 'log-shrank' | 'log-emptied';

/** Where records belong: ordinals `from` (included) to `to` (excluded) of `epoch`; `base` is the oldest on the terminal. */
interface Placement {
  readonly epoch: number;
  readonly base: number;
  readonly from: number;
  readonly to: number;
  /** The new records only, `to - from` of them, oldest first; a view of the read. */
  readonly records: Uint8Array;
}

/** A conclusion that may be stored. */
export type ProvenAlignment =
  | (Placement & { readonly kind: 'append' })
  | (Placement & { readonly kind: 'unchanged' })
  /** The oldest records were dropped; `ambiguousShift` when a shorter overlap would fit too, because records repeat. */
  | (Placement & { readonly kind: 'shift'; readonly ambiguousShift: boolean })
  | (Placement & {
      readonly kind: 'new-epoch';
      readonly reason: EpochReason;
      /** What was stored when this was decided; 0 and 0 when nothing was. */
      readonly priorEpoch: number;
      readonly priorNext: number;
    });

/** What a whole read says. */
export type WholeAlignment =
  | ProvenAlignment
  /** Store nothing and move nothing: alarm, read again, and call with `confirmedShrink` when the answer is the same. */
  | { readonly kind: 'suspicious'; readonly reason: SuspicionReason; readonly missingRecords: number };

/** What a tail read says. It never shifts, never starts an epoch. */
export type TailAlignment =
  | Extract<ProvenAlignment, { kind: 'append' | 'unchanged' }>
  | { readonly kind: 'unprovable'; readonly reason: UnprovableReason };

/**
 * Compares a whole log with all that is stored of its epoch.
 *
 * - Stored image is a prefix: the rest is new (`append`, `unchanged`).
 * - The log begins inside the stored image and the whole overlap is equal and long enough: oldest dropped (`shift`).
 * - A beginning of the stored image, or nothing at all: `suspicious`. A terminal that has not mounted its flash yet says
 *   the same, and believing it would store its whole log again a minute later.
 * - Anything else is another log: `new-epoch`, from ordinal 0. What was stored stays stored.
 *
 * Do not call it while batches of this terminal are still queued: an epoch closed too early would refuse them.
 *
 * @param input.cursor null when this terminal was never read; its first epoch is number 1
 * @param input.stored the stored records of ordinals `cursor.base` to `cursor.next`, oldest first
 * @param input.confirmedShrink a second complete read gave the same shorter log: believe it
 * @throws RangeError when `stored` or `read.bytes` are not as long as cursor and counter say
 */
export function alignWhole(input: {
  readonly cursor: LogCursor | null;
  readonly stored: Uint8Array;
  readonly read: WholeRead;
  readonly confirmedShrink?: boolean;
}): WholeAlignment {
  const { cursor, stored, read } = input;
  requireLength(read.bytes, read.strideBytes, read.totalRecords, 'read');
  if (cursor === null) return newEpoch(null, read, 'first-contact');

  const storedRecords = cursor.next - cursor.base;
  requireLength(stored, cursor.strideBytes, storedRecords, 'stored image');
  // An epoch without a record has no layout worth keeping: an empty log proves none.
  if (cursor.next > 0 && !sameLayout(cursor, read)) return newEpoch(cursor, read, 'layout-changed');

  const common = Math.min(storedRecords, read.totalRecords);
  const beginsAlike = sameBytes(
    sliceRecords(stored, cursor.strideBytes, 0, common),
    sliceRecords(read.bytes, read.strideBytes, 0, common),
  );
  if (beginsAlike && common === storedRecords) return placed(cursor, cursor.base, read.bytes, read);

  const shift = findShift(stored, read.bytes, read.strideBytes);
  if (shift !== null) {
    const placement = placed(cursor, cursor.base + shift.dropped, read.bytes, read);
    return { ...placement, kind: 'shift', ambiguousShift: shift.ambiguous };
  }
  if (beginsAlike && input.confirmedShrink !== true) {
    const reason = read.totalRecords === 0 ? 'log-emptied' : 'log-shrank';
    return { kind: 'suspicious', reason, missingRecords: storedRecords - read.totalRecords };
  }
  return newEpoch(cursor, read, reasonFor(stored, read, storedRecords));
}

/**
 * Compares the end of a log with the records kept beside the cursor.
 *
 * The overlap must be equal byte for byte and at least 32 records long (or all that is stored). A mismatch concludes
 * nothing here: dropped, cleared and rewritten logs all look alike from their end.
 *
 * @param input.read its `firstIndex` lies at or before the first record that is not stored
 * @throws RangeError when `read.bytes` is not as long as its counters say
 */
export function alignTail(input: { readonly cursor: LogCursor | null; readonly read: TailRead }): TailAlignment {
  const { cursor, read } = input;
  requireLength(read.bytes, read.strideBytes, Math.max(0, read.totalRecords - read.firstIndex), 'tail');
  if (cursor === null) return unprovable('nothing-stored');
  if (!sameLayout(cursor, read)) return unprovable('layout-changed');

  const storedRecords = cursor.next - cursor.base;
  if (read.totalRecords < storedRecords) return unprovable('log-shrank');
  const overlap = storedRecords - read.firstIndex;
  const required = Math.min(overlapRecords, storedRecords);
  if (read.firstIndex < 0 || overlap < required || overlap > countRecords(cursor.window, cursor.strideBytes)) {
    return unprovable('overlap-missing');
  }
  const expected = lastRecords(cursor.window, cursor.strideBytes, overlap);
  if (!sameBytes(sliceRecords(read.bytes, read.strideBytes, 0, overlap), expected)) {
    return unprovable('overlap-differs');
  }
  // When the overlap begins as it ends, the same bytes could stand there after a drop. From index 0 it cannot.
  if (read.firstIndex > 0 && repeats(expected, cursor.strideBytes, overlap)) return unprovable('overlap-repeats');
  return placed(cursor, cursor.base, read.bytes, read);
}

function placed(
  cursor: LogCursor,
  base: number,
  bytes: Uint8Array,
  read: WholeRead,
): Placement & { kind: 'append' | 'unchanged' } {
  const to = base + read.totalRecords;
  const records = lastRecords(bytes, read.strideBytes, to - cursor.next);
  const kind = to === cursor.next ? 'unchanged' : 'append';
  return { kind, epoch: cursor.epoch, base, from: cursor.next, to, records };
}

function newEpoch(cursor: LogCursor | null, read: WholeRead, reason: EpochReason): ProvenAlignment {
  const priorEpoch = cursor?.epoch ?? 0;
  return {
    kind: 'new-epoch',
    epoch: priorEpoch + 1,
    base: 0,
    from: 0,
    to: read.totalRecords,
    records: read.bytes,
    reason,
    priorEpoch,
    priorNext: cursor?.next ?? 0,
  };
}

function reasonFor(stored: Uint8Array, read: WholeRead, storedRecords: number): EpochReason {
  if (read.totalRecords === 0) return 'log-cleared';
  const firstStored = sliceRecords(stored, read.strideBytes, 0, 1);
  if (sameBytes(firstStored, sliceRecords(read.bytes, read.strideBytes, 0, 1))) return 'log-rewritten';
  return read.totalRecords < storedRecords ? 'log-cleared' : 'no-overlap';
}

function repeats(window: Uint8Array, strideBytes: number, records: number): boolean {
  for (let dropped = 1; dropped < records; dropped += 1) {
    const end = sliceRecords(window, strideBytes, dropped, records);
    if (sameBytes(end, sliceRecords(window, strideBytes, 0, records - dropped))) return true;
  }
  return false;
}

function sameLayout(cursor: LogCursor, read: WholeRead): boolean {
  return cursor.layout === read.layout && cursor.strideBytes === read.strideBytes;
}

function unprovable(reason: UnprovableReason): TailAlignment {
  return { kind: 'unprovable', reason };
}

function requireLength(bytes: Uint8Array, strideBytes: number, records: number, what: string): void {
  const found = countRecords(bytes, strideBytes);
  if (found !== records) throw new RangeError(`${what} holds ${found} records where ${records} were announced`);
}
