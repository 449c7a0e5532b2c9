/**
 * Cutting what is new into batches small enough for a queue job and a transaction.
 */
import type { ProvenAlignment } from './alignment.ts';
import type { Batch, LogCursor } from './batch.ts';
import { countRecords, overlapOf, sliceRecords, slideWindow } from './overlap.ts';

/** Records in one batch, at most: 80 KB of 40-byte records. */
export const defaultBatchRecords = 2_000;

/** The part of a {@link Batch} that alignment decides; `records` are its bytes before base64. */
export interface BatchSlice extends Pick<Batch, 'epoch' | 'opens' | 'from' | 'to' | 'base' | 'overlap'> {
  readonly records: Uint8Array;
  /** The log was seen to end at `to`: only this batch may carry `readThroughMs` and `verifiedWhole`. */
  readonly endsRead: boolean;
}

/**
 * Batches for one alignment, in ordinal order. Each can be checked alone against what its predecessor stored.
 *
 * @param alignment what {@link alignWhole} or {@link alignTail} proved
 * @param cursor the cursor the alignment was made against
 * @param strideBytes of the read
 * @param maxRecords records in one batch, at most
 * @throws RangeError when `maxRecords` is not a positive whole number, or the records do not fill `from` to `to`
 * @returns at least one batch: it carries the samples even when no record is new
 */
export function splitAlignment(
  alignment: ProvenAlignment,
  cursor: LogCursor | null,
  strideBytes: number,
  maxRecords: number = defaultBatchRecords,
): BatchSlice[] {
  if (!Number.isInteger(maxRecords) || maxRecords < 1) throw new RangeError(`batches of ${maxRecords} records`);
  const { epoch, base, from, to } = alignment;
  if (countRecords(alignment.records, strideBytes) !== to - from) throw new RangeError('records do not fill from..to');
  const continues = alignment.kind !== 'new-epoch' && cursor !== null;
  let window: Uint8Array = continues && cursor.next > 0 ? cursor.window : new Uint8Array(0);
  const slices: BatchSlice[] = [];
  let start = from;
  do {
    const end = Math.min(start + maxRecords, to);
    const records = sliceRecords(alignment.records, strideBytes, start - from, end - from);
    const opens = start === from ? openingOf(alignment) : null;
    const overlap = overlapOf(window, strideBytes);
    slices.push({ epoch, opens, base, from: start, to: end, records, overlap, endsRead: end === to });
    window = slideWindow(window, records, strideBytes);
    start = end;
  } while (start < to);
  return slices;
}

function openingOf(alignment: ProvenAlignment): Batch['opens'] {
  if (alignment.kind !== 'new-epoch') return null;
  return { reason: alignment.reason, priorEpoch: alignment.priorEpoch, priorNext: alignment.priorNext };
}
