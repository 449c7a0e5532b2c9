/**
 * The decision of the ingest transaction: may this batch be stored now, and where does the cursor go?
 *
 * A queue delivers late, twice and out of order. A batch is applied if it begins at or before the cursor and ends behind
 * it, and if what it says it follows is what is stored; so any order of deliveries ends in the same rows.
 */
import type { Batch, LogCursor } from './batch.ts';
import { countRecords, overlapOf, overlapRecords, sameBytes, sliceRecords, slideWindow } from './overlap.ts';

/** What a batch is judged by. */
export interface ApplyInput {
  readonly batch: Batch;
  /** The bytes of `batch.recordsBase64`. */
  readonly records: Uint8Array;
  /** The stored cursor, locked by the transaction that asks; null when this terminal has none yet. */
  readonly cursor: LogCursor | null;
  /** The newest lease token that has stored anything for this terminal; null when nothing was stored. */
  readonly storedFence: number | null;
  /**
   * Where the batch's own epoch ended (`log_epoch.prior_next` of the one after it); null when it is not closed or not
   * known. Needed only when the batch is of an older epoch than the cursor.
   */
  readonly epochClosedAt: number | null;
}

/** Why a batch can never be applied. */
export type Contradiction =
  /** What is stored before the batch, or inside its range, is not what the batch says. */
  | 'records-differ'
  /** Its overlap does not cover as many records as one at its place must ({@link overlapRecords}, or all before it). */
  | 'overlap-incomplete'
  /** Its epoch ended before these records: they were read from a log that is already closed. */
  | 'epoch-closed'
  /** It opens an epoch because of a stored image that has grown since. */
  | 'opened-elsewhere'
  | 'layout-differs';

/** The verdict on a batch. */
export type ApplyDecision =
  /** Store records `skip` to the end at ordinals `from` onwards, and the cursor with them. `opensEpoch`: a new epoch row. */
  | {
      readonly kind: 'apply';
      readonly skip: number;
      readonly from: number;
      readonly opensEpoch: boolean;
      readonly cursor: LogCursor;
    }
  /** Everything in it is stored. Its clock samples may still be new: storing them twice changes nothing. */
  | { readonly kind: 'already' }
  /** A batch before it has not arrived: BATCH_AHEAD, try again later. */
  | { readonly kind: 'ahead' }
  /** BATCH_CONTRADICTS_STORED: set it aside whole and read the terminal again. */
  | { readonly kind: 'contradicts'; readonly why: Contradiction }
  /** BATCH_FENCED: the terminal was read under a lease that has passed to somebody else. */
  | { readonly kind: 'fenced' };

/**
 * Judges one batch against the stored cursor. Pure: the caller holds the row lock and does the writing.
 *
 * @throws RangeError when `records` do not fill `from` to `to`, or the cursor is another terminal's
 */
export function decideBatch(input: ApplyInput): ApplyDecision {
  const { batch, records, cursor } = input;
  if (countRecords(records, batch.strideBytes) !== batch.to - batch.from) {
    throw new RangeError(`batch ${batch.batchId} does not hold its ${batch.to - batch.from} records`);
  }
  if (cursor !== null && cursor.serial !== batch.serial) throw new RangeError('cursor of another terminal');
  if (input.storedFence !== null && batch.fence < input.storedFence) return { kind: 'fenced' };

  const epoch = cursor?.epoch ?? 0;
  if (batch.epoch > epoch) return decideOpening(batch, records, cursor);
  if (cursor === null || batch.epoch < epoch) {
    const stored = input.epochClosedAt !== null && batch.to <= input.epochClosedAt;
    return stored ? { kind: 'already' } : { kind: 'contradicts', why: 'epoch-closed' };
  }
  return decideContinuing(batch, records, cursor);
}

function decideOpening(batch: Batch, records: Uint8Array, cursor: LogCursor | null): ApplyDecision {
  const { opens } = batch;
  const epoch = cursor?.epoch ?? 0;
  const next = cursor?.next ?? 0;
  if (opens === null || opens.priorEpoch > epoch || opens.priorNext > next) return { kind: 'ahead' };
  const asSeen = opens.priorEpoch === epoch && opens.priorNext === next;
  if (!asSeen || batch.epoch !== epoch + 1 || batch.from !== 0) return { kind: 'contradicts', why: 'opened-elsewhere' };
  const opened: LogCursor = {
    serial: batch.serial,
    epoch: batch.epoch,
    base: batch.base,
    next: 0,
    layout: batch.layout,
    strideBytes: batch.strideBytes,
    window: new Uint8Array(0),
    readThroughMs: null,
    verifiedAtMs: null,
  };
  return { kind: 'apply', skip: 0, from: 0, opensEpoch: true, cursor: moved(opened, batch, records) };
}

function decideContinuing(batch: Batch, records: Uint8Array, cursor: LogCursor): ApplyDecision {
  if (batch.from > cursor.next) return { kind: 'ahead' };
  const sameLayout = cursor.layout === batch.layout && cursor.strideBytes === batch.strideBytes;
  if (!sameLayout && cursor.next > 0) return { kind: 'contradicts', why: 'layout-differs' };
  const contradiction = contradictionWith(batch, records, cursor);
  if (contradiction !== null) return { kind: 'contradicts', why: contradiction };
  if (batch.to < cursor.next || (batch.to === cursor.next && batch.from < batch.to)) return { kind: 'already' };
  const skip = cursor.next - batch.from;
  const added = sliceRecords(records, batch.strideBytes, skip, batch.to - batch.from);
  return { kind: 'apply', skip, from: cursor.next, opensEpoch: false, cursor: moved(cursor, batch, added) };
}

/** Checks every byte that can be checked: what the batch follows, and what it repeats. */
function contradictionWith(batch: Batch, records: Uint8Array, cursor: LogCursor): Contradiction | null {
  if (batch.overlap.records !== Math.min(overlapRecords, batch.from)) return 'overlap-incomplete';
  const stride = batch.strideBytes;
  const windowFrom = cursor.next - countRecords(cursor.window, cursor.strideBytes);

  const overlapFrom = batch.from - batch.overlap.records;
  if (overlapFrom >= windowFrom) {
    const before = sliceRecords(cursor.window, stride, 0, batch.from - windowFrom);
    if (overlapOf(before, stride).sha256 !== batch.overlap.sha256) return 'records-differ';
  }
  const from = Math.max(batch.from, windowFrom);
  const to = Math.min(batch.to, cursor.next);
  if (from >= to) return null;
  const repeated = sliceRecords(records, stride, from - batch.from, to - batch.from);
  const stored = sliceRecords(cursor.window, stride, from - windowFrom, to - windowFrom);
  return sameBytes(repeated, stored) ? null : 'records-differ';
}

function moved(cursor: LogCursor, batch: Batch, added: Uint8Array): LogCursor {
  return {
    serial: cursor.serial,
    epoch: cursor.epoch,
    // Neither runs backwards: an empty batch of an earlier poll may be delivered after a later one.
    base: Math.max(cursor.base, batch.base),
    next: batch.to,
    layout: batch.layout,
    strideBytes: batch.strideBytes,
    window: slideWindow(cursor.window, added, batch.strideBytes),
    readThroughMs: later(cursor.readThroughMs, batch.readThroughMs),
    verifiedAtMs: later(cursor.verifiedAtMs, batch.verifiedWhole ? batch.bracket.presentAtMs : null),
  };
}

function later(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
