/**
 * Logs that do not keep what they wrote: ring logs, and terminals that answer something else at every read. Each read of
 * such a log opens an epoch and stores all of it again, so after the second time within an hour nothing more is stored
 * until the log has only grown for an hour (docs/decisions/0006-polling.md, "What is read").
 */
import { createHash } from 'node:crypto';
import { GerbangError } from '../errors.ts';
import type { EpochReason } from '../punch/batch.ts';
import { countRecords, sliceRecords } from '../punch/overlap.ts';
import type { LogRead } from '../zk/driver.ts';

/** What is remembered of rewritten logs of one terminal. Monotonic milliseconds. */
export interface RewriteMemory {
  /** When an epoch was last opened because the log had been rewritten; null when never. */
  readonly rewrittenAtMs: number | null;
  /** The last log that was not stored, to see whether it changes again; null while the log is stored. */
  readonly refused: { readonly records: number; readonly sha256: string; readonly sinceMs: number } | null;
}

/** Nothing known. */
export const noRewrites: RewriteMemory = { rewrittenAtMs: null, refused: null };

const hourMs = 3_600_000;
/** A log that was cleared, or met for the first time, was not rewritten. */
const rewriting: readonly EpochReason[] = ['log-rewritten', 'no-overlap', 'layout-changed'];

/**
 * Judges a read that would open an epoch.
 *
 * @returns whether to store it, and what to remember
 */
export function judgeRewrite(
  memory: RewriteMemory,
  reason: EpochReason,
  read: Pick<LogRead, 'bytes' | 'strideBytes'>,
  monotonicMs: number,
): { readonly store: boolean; readonly memory: RewriteMemory } {
  if (!rewriting.includes(reason)) return { store: true, memory };
  const { rewrittenAtMs, refused } = memory;
  const isFirst = refused === null && (rewrittenAtMs === null || monotonicMs - rewrittenAtMs >= hourMs);
  const onlyGrew = refused !== null && beginsAlike(refused, read);
  const isSettled = onlyGrew && monotonicMs - refused.sinceMs >= hourMs;
  if (isFirst || isSettled) return { store: true, memory: { rewrittenAtMs: monotonicMs, refused: null } };
  const records = countRecords(read.bytes, read.strideBytes);
  const seen = onlyGrew ? refused : { records, sha256: digestOf(read.bytes), sinceMs: monotonicMs };
  return { store: false, memory: { rewrittenAtMs, refused: seen } };
}

/**
 * The error for a log that is not stored any more.
 *
 * @param isRing the terminal says itself that its log is a ring (docs/protocol.md, "Options")
 */
export function unstableError(isRing: boolean, records: number): GerbangError {
  const why = isRing
    ? 'It overwrites its oldest records in place (ISLR=1): turn the ring log off, or clear the log after a backup'
    : 'It gives another log at every read: clear the log after a backup, or have the unit repaired';
  const text = `The terminal rewrote its log twice within an hour, so nothing of it is stored until it has only grown for an hour. ${why}.`;
  return new GerbangError('TERMINAL_LOG_UNSTABLE', text, { context: { isRing, records } });
}

function beginsAlike(
  refused: { readonly records: number; readonly sha256: string },
  { bytes, strideBytes }: Pick<LogRead, 'bytes' | 'strideBytes'>,
): boolean {
  if (countRecords(bytes, strideBytes) < refused.records) return false;
  return digestOf(sliceRecords(bytes, strideBytes, 0, refused.records)) === refused.sha256;
}

function digestOf(bytes: Uint8Array): string {
  return createHash('sha256').update(bytes).digest('hex');
}
