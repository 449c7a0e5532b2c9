/**
 * What a poller remembers of one terminal's log: batches it has enqueued that may not be stored yet.
 *
 * A memory, never a truth. The truth is the cursor in Postgres; whenever the two disagree for long, or the process
 * starts anew, the memory is dropped and the same records are enqueued again, which changes nothing
 * (docs/decisions/0006-polling.md, "Memory").
 */
import type { GerbangError } from '../errors.ts';
import type { LogCursor } from '../punch/batch.ts';
import { type ClockMemory, unknownClock } from './clock-memory.ts';
import type { PollClock } from './means.ts';
import { type OperationMemory, unreadOperations } from './operation-log.ts';
import { freshReadMemory, type ReadMemory } from './read-plan.ts';
import { noRewrites, type RewriteMemory } from './rewrites.ts';

/** All that is remembered of one terminal between its polls; each part is replaced as a whole. */
export interface TerminalMemory {
  /** The serial expected at this place: configured, pinned, or learnt; null before first contact. */
  serial: string | null;
  /** True once the serial is known to be pinned and filed in the database. */
  filed: boolean;
  /** Monotonic time when it last told all about itself; null before the first time. */
  identifiedAtMs: number | null;
  log: LogMemory;
  /** Where the log was last seen to end and when, in UTC milliseconds, although no batch said so. */
  endSeen: { readonly epoch: number; readonly next: number; readonly atMs: number } | null;
  read: ReadMemory;
  rewrites: RewriteMemory;
  /** The terminal calls its log a ring; null as long as it was not asked. */
  isRing: boolean | null;
  clock: ClockMemory;
  operations: OperationMemory;
  /** The host's clock of the last session; null before the first. */
  hostClock: PollClock | null;
  /** Why its clock is left alone, and monotonic time when that was judged; null before it was. */
  fitness: { readonly unfit: GerbangError | null; readonly judgedAtMs: number } | null;
  /** Monotonic. */
  lastBatchAtMs: number | null;
  /** Polls so far, for the log. */
  polls: number;
  /** Monotonic: the clock is not set again before. */
  setAgainAtMs: number;
  /** Another machine answers here, and that was said already. */
  swapNoted: boolean;
}

/**
 * The memory of a terminal that was not polled yet.
 *
 * @param serial the configured one, if any
 * @param chance uniform in [0, 1)
 */
export function newTerminalMemory(serial: string | null, chance: number): TerminalMemory {
  return {
    serial,
    filed: false,
    identifiedAtMs: null,
    log: emptyMemory,
    endSeen: null,
    read: freshReadMemory(chance),
    rewrites: noRewrites,
    isRing: null,
    clock: unknownClock,
    operations: unreadOperations,
    hostClock: null,
    fitness: null,
    lastBatchAtMs: null,
    polls: 0,
    setAgainAtMs: 0,
    swapNoted: false,
  };
}

/** {@link startOf}, with the latest time at which the log was seen to end there. */
export function startOfTerminal(memory: TerminalMemory): LogCursor | null {
  const start = startOf(memory.log);
  const seen = memory.endSeen;
  if (start === null || seen === null || seen.epoch !== start.epoch || seen.next !== start.next) return start;
  return { ...start, readThroughMs: Math.max(start.readThroughMs ?? seen.atMs, seen.atMs) };
}

/** A batch on its way. */
interface Outstanding {
  readonly epoch: number;
  readonly to: number;
  /** Set when the batch says how far the log was read; then it counts as stored once the cursor says so too. */
  readonly readThroughMs: number | null;
  readonly fence: number;
}

/** The memory of one terminal. Immutable: every function below returns the next one. */
export interface LogMemory {
  /** The cursor as Postgres last gave it; null when it was never read or holds nothing. */
  readonly stored: LogCursor | null;
  /** True once the cursor was asked for in this process: a null in `stored` then means "never read". */
  readonly known: boolean;
  /** Where the log stands once everything outstanding is stored; null when nothing is outstanding. */
  readonly ahead: LogCursor | null;
  readonly outstanding: readonly Outstanding[];
  /** Monotonic time since when the database could have moved the cursor and did not. */
  readonly waitingSinceMs: number;
  /**
   * Batches were given up: the database answered and did not hold them. They may have been refused for their fence, when a
   * restored backup counts fences from further back.
   */
  readonly gaveUp: boolean;
}

/** How long an answering database may leave a batch unstored before the poller stops believing it is on its way. */
export const patienceMs = 60_000;

/** Nothing known. */
export const emptyMemory: LogMemory = {
  stored: null,
  known: false,
  ahead: null,
  outstanding: [],
  waitingSinceMs: 0,
  gaveUp: false,
};

/**
 * After the database answered with its cursor.
 *
 * @param stored the cursor in Postgres; null when the terminal has none yet
 * @param monotonicMs now
 */
export function withStored(memory: LogMemory, stored: LogCursor | null, monotonicMs: number): LogMemory {
  const settled: LogMemory = {
    stored,
    known: true,
    ahead: null,
    outstanding: [],
    waitingSinceMs: monotonicMs,
    gaveUp: false,
  };
  if (memory.ahead === null) return settled;
  if (wentBack(memory.stored, stored)) return { ...settled, gaveUp: true };
  const outstanding = memory.outstanding.filter((batch) => !reached(stored, batch));
  if (outstanding.length === 0) return settled;
  // Somebody else has written what this poller did not enqueue: its memory describes another log.
  if (stored !== null && stored.epoch > memory.ahead.epoch) return settled;
  const moved = outstanding.length < memory.outstanding.length;
  if (moved) return { ...memory, stored, outstanding, waitingSinceMs: monotonicMs };
  if (monotonicMs - memory.waitingSinceMs > patienceMs) return { ...settled, gaveUp: true };
  return { ...memory, stored };
}

/**
 * After the database did not answer. Its silence says nothing about the batches, so patience starts anew when it is back.
 */
export function withoutDatabase(memory: LogMemory, monotonicMs: number): LogMemory {
  return { ...memory, waitingSinceMs: monotonicMs };
}

/** After a batch was enqueued; `ahead` is the cursor that storing it will give. */
export function withEnqueued(
  memory: LogMemory,
  batch: { readonly epoch: number; readonly to: number; readonly readThroughMs: number | null; readonly fence: number },
  ahead: LogCursor,
  monotonicMs: number,
): LogMemory {
  const { epoch, to, readThroughMs, fence } = batch;
  const waitingSinceMs = memory.outstanding.length === 0 ? monotonicMs : memory.waitingSinceMs;
  return {
    ...memory,
    ahead,
    outstanding: [...memory.outstanding, { epoch, to, readThroughMs, fence }],
    waitingSinceMs,
  };
}

/** After the lease came back under another token: others may have read and stored in between. */
export function withFence(memory: LogMemory, fence: number): LogMemory {
  return memory.outstanding.some((batch) => batch.fence !== fence) ? emptyMemory : memory;
}

/** Where the next poll goes on: behind what is enqueued, else behind what is stored. Null: a terminal never read. */
export function startOf(memory: LogMemory): LogCursor | null {
  return memory.ahead ?? memory.stored;
}

/** True when every record that was enqueued is stored: only then may a whole log be compared with the stored image. */
export function isSettled(memory: LogMemory): boolean {
  const { ahead, stored } = memory;
  return memory.known && (ahead === null || (stored?.epoch === ahead.epoch && stored.next === ahead.next));
}

function reached(stored: LogCursor | null, batch: Outstanding): boolean {
  if (stored === null || stored.epoch < batch.epoch) return false;
  if (stored.epoch > batch.epoch || stored.next > batch.to) return true;
  if (stored.next < batch.to) return false;
  // The same end: a batch without records is stored when what it says about the time has arrived.
  return batch.readThroughMs === null || (stored.readThroughMs ?? 0) >= Math.floor(batch.readThroughMs);
}

/** A cursor never runs backwards, unless the database was restored from a backup. */
function wentBack(before: LogCursor | null, now: LogCursor | null): boolean {
  if (before === null) return false;
  if (now === null || now.epoch < before.epoch) return true;
  return now.epoch === before.epoch && now.next < before.next;
}
