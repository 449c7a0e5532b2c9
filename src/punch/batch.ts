/**
 * A batch: records of one terminal that travel together from the poller to the database.
 *
 * It carries raw bytes as base64 and numbers, never device text: a NUL or a lone surrogate in a JSON string breaks the
 * queue's PostgreSQL backend (docs/decisions/0003-batches-carry-bytes.md). Printed ids are the exception, and only where
 * they are plain ASCII (`user-pins.ts`).
 */
import type { ClockEvents } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import type { Loss } from './loss.ts';
import type { RecordLayout } from './record.ts';
import type { UserPin } from './user-pins.ts';

/** Why a terminal's log started a new epoch. */
export type EpochReason = 'first-contact' | 'log-cleared' | 'log-rewritten' | 'no-overlap' | 'layout-changed';

/** Where a terminal's stored log stands. The truth is in Postgres; a poller's copy is only a memory. */
export interface LogCursor {
  readonly serial: string;
  readonly epoch: number;
  /** Ordinal of the oldest record still on the terminal. Grows when the terminal drops its oldest records. */
  readonly base: number;
  /** Ordinal the next new record will get: everything below is stored. */
  readonly next: number;
  readonly layout: RecordLayout;
  readonly strideBytes: number;
  /** The last records before `next`, verbatim, at most {@link windowRecords} of them. */
  readonly window: Uint8Array;
  /**
   * A host time at which no record from `next` on was in the log yet, in milliseconds UTC; null before the first whole
   * read of the epoch is stored. It is the `absentAtMs` of the records read next.
   */
  readonly readThroughMs: number | null;
  /** Host time of the last full comparison of the whole log with what is stored, in milliseconds UTC. */
  readonly verifiedAtMs: number | null;
}

/** How many stored records are kept verbatim beside the cursor to prove an overlap (design: at least 32). */
export const windowRecords = 64;

/** What travels in the queue. Applying it twice, or after its successor, changes nothing. */
export interface Batch {
  readonly version: 1;
  /** Unique per enqueue; a courtesy for logs, not an identity. */
  readonly batchId: string;
  readonly officeCode: string;
  readonly terminalName: string;
  readonly serial: string;
  /** Token of the lease under which the terminal was read; an older token than the stored one is refused. */
  readonly fence: number;
  readonly epoch: number;
  /**
   * Set on the batch that opens `epoch`: what the poller saw stored when it decided so. The first epoch of a terminal
   * is number 1; it opens with `priorEpoch` 0 and `priorNext` 0.
   */
  readonly opens: { readonly reason: EpochReason; readonly priorEpoch: number; readonly priorNext: number } | null;
  /** Ordinals `from` (included) to `to` (excluded). Equal when a poll found nothing new and only brings samples. */
  readonly from: number;
  readonly to: number;
  readonly base: number;
  readonly layout: RecordLayout;
  readonly strideBytes: number;
  /** `to - from` records of `strideBytes` each. */
  readonly recordsBase64: string;
  /**
   * With layout `zk8` only: the printed ids of the users in these records, read in the same session as they were. An
   * index that is missing has no printed id, and its punches are flagged.
   */
  readonly userPins?: readonly UserPin[] | undefined;
  /** SHA-256 (hex) over the up to 32 stored records before `from`, and how many they were. */
  readonly overlap: { readonly records: number; readonly sha256: string };
  readonly samples: readonly ClockSample[];
  /** What else was learnt about the terminal's clock; absent when nothing was. */
  readonly events?: ClockEvents | undefined;
  /**
   * Arrival bracket: the records were not in the log at `absentAtMs` (null when never looked before) and were in it at
   * `presentAtMs`. Host time in milliseconds UTC. Independent of the terminal's clock.
   */
  readonly bracket: { readonly absentAtMs: number | null; readonly presentAtMs: number };
  /**
   * Host time just before the read that found the log ending at `to`, in milliseconds UTC: a record that is not stored
   * once this batch is applied was written later. Null when more batches of the same read follow. It is earlier than
   * `bracket.presentAtMs`, because a punch can be made while the log is being read.
   */
  readonly readThroughMs: number | null;
  /** What is gone from the log and was never read; absent as long as it continues. */
  readonly loss?: Loss | undefined;
  /** True when the whole log was compared with the stored image in this poll. */
  readonly verifiedWhole: boolean;
}
