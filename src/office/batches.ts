/** Turning what was read into batches. */
import type { ClockEvents } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import type { ProvenAlignment } from '../punch/alignment.ts';

import type { Batch, LogCursor } from '../punch/batch.ts';
import type { Loss } from '../punch/loss.ts';
import { overlapOf, slideWindow } from '../punch/overlap.ts';
import { type BatchSlice, splitAlignment } from '../punch/split.ts';
import { needsUserTable, userPinsOf } from '../punch/user-pins.ts';
import type { LogRead } from '../zk/driver.ts';

/** Where a batch comes from: the same for all batches of a poll. */
export interface BatchOrigin {
  readonly officeCode: string;
  readonly terminalName: string;
  readonly serial: string;
  readonly fence: number;
}

/** A batch that is ready, and the cursor that storing it will give. */
export interface ReadyBatch {
  readonly batch: Batch;
  readonly ahead: LogCursor;
}

/** The batches of one read, in order; made when taken, because a whole log in base64 is half as big again. */
export interface Delivery {
  /** Batches not taken yet. */
  left(): number;
  /**
   * The next batch.
   *
   * @throws RangeError when none is left
   */
  take(): ReadyBatch;
  /** Where the next batch begins; null when none is left. */
  nextAt(): { readonly epoch: number; readonly from: number } | null;
}

/**
 * Packs one read.
 *
 * @param input.cursor what the alignment was made against
 * @param input.whole the whole log was compared
 * @param input.pinByUid the terminal's user table, for logs whose records hold no printed id
 * @param input.loss what is gone from the log; travels with the first batch
 * @param input.samples clock samples; the first batch takes them all, so that every record meets them in the database
 * @param input.events what else was learnt about the clock; travels with them
 * @param input.maxRecords records in one batch
 * @param input.newId a fresh batch id
 */
export function packRead(input: {
  readonly origin: BatchOrigin;
  readonly cursor: LogCursor | null;
  readonly read: LogRead;
  readonly alignment: ProvenAlignment;
  readonly whole: boolean;
  readonly pinByUid: ReadonlyMap<number, string>;
  readonly loss?: Loss | null;
  readonly samples: readonly ClockSample[];
  readonly events?: ClockEvents | undefined;
  readonly maxRecords: number;
  newId(): string;
}): Delivery {
  const { cursor, read, alignment } = input;
  const opensEpoch = alignment.kind === 'new-epoch';
  // Outwards: a record may have been written in the millisecond that rounding would cut away.
  const presentAtMs = Math.ceil(read.completedAtMs);
  const bracket = { absentAtMs: opensEpoch ? null : (cursor?.readThroughMs ?? null), presentAtMs };
  const slices = splitAlignment(alignment, cursor, read.strideBytes, input.maxRecords);
  let previous = opensEpoch ? null : cursor;
  let taken = 0;

  const packed = (slice: BatchSlice): Batch => ({
    version: 1,
    batchId: input.newId(),
    ...input.origin,
    epoch: slice.epoch,
    opens: slice.opens,
    from: slice.from,
    to: slice.to,
    base: slice.base,
    layout: read.layout,
    strideBytes: read.strideBytes,
    recordsBase64: base64Of(slice.records),
    ...(needsUserTable(read.layout) ? { userPins: userPinsOf(slice.records, input.pinByUid) } : {}),
    overlap: slice.overlap,
    samples: taken === 0 ? input.samples : [],
    ...(taken === 0 && input.events !== undefined ? { events: input.events } : {}),
    bracket,
    ...(taken === 0 && input.loss ? { loss: input.loss } : {}),
    readThroughMs: slice.endsRead ? Math.floor(read.preparedAtMs) : null,
    verifiedWhole: input.whole && slice.endsRead,
  });

  return {
    left: () => slices.length - taken,
    nextAt() {
      const slice = slices[taken];
      return slice === undefined ? null : { epoch: slice.epoch, from: slice.from };
    },
    take() {
      const slice = slices[taken];
      if (slice === undefined) throw new RangeError('no batch is left');
      const batch = packed(slice);
      const ahead = cursorAfter(previous, slice, batch);
      previous = ahead;
      taken += 1;
      return { batch, ahead };
    },
  };
}

function base64Of(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('base64');
}

/**
 * A batch without records: clock samples, and the news that the log still ends where it did.
 *
 * @param input.cursor its `readThroughMs` is when the log was last seen to end there
 * @param input.presentAtMs host time when the last sample had arrived
 */
export function emptyBatch(input: {
  readonly origin: BatchOrigin;
  readonly cursor: LogCursor;
  readonly samples: readonly ClockSample[];
  readonly events?: ClockEvents | undefined;
  readonly presentAtMs: number;
  readonly loss?: Loss;
  newId(): string;
}): ReadyBatch {
  const { cursor } = input;
  const batch: Batch = {
    version: 1,
    batchId: input.newId(),
    ...input.origin,
    epoch: cursor.epoch,
    opens: null,
    from: cursor.next,
    to: cursor.next,
    base: cursor.base,
    layout: cursor.layout,
    strideBytes: cursor.strideBytes,
    recordsBase64: '',
    overlap: overlapOf(cursor.window, cursor.strideBytes),
    samples: input.samples,
    ...(input.events === undefined ? {} : { events: input.events }),
    bracket: { absentAtMs: cursor.readThroughMs, presentAtMs: Math.ceil(input.presentAtMs) },
    ...(input.loss === undefined ? {} : { loss: input.loss }),
    readThroughMs: cursor.readThroughMs,
    verifiedWhole: false,
  };
  return { batch, ahead: cursor };
}

/** The cursor once `batch` is stored. Records of a read that goes on were still absent when the log last ended. */
function cursorAfter(previous: LogCursor | null, slice: BatchSlice, batch: Batch): LogCursor {
  return {
    serial: batch.serial,
    epoch: slice.epoch,
    base: slice.base,
    next: slice.to,
    layout: batch.layout,
    strideBytes: batch.strideBytes,
    window: slideWindow(previous?.window ?? new Uint8Array(0), slice.records, batch.strideBytes),
    readThroughMs: batch.readThroughMs ?? previous?.readThroughMs ?? null,
    verifiedAtMs: batch.verifiedWhole ? batch.bracket.presentAtMs : (previous?.verifiedAtMs ?? null),
  };
}
