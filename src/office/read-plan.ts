/**
 * Deciding how much of a terminal's log to ask for. Pure.
 *
 * Re-reading whole logs is what breaks links (two hundred full terminals every few minutes are gigabytes an hour), and
 * reading too little is what loses punches. So the end of the log is the habit, the whole of it the proof, and nothing
 * at all only where the terminal's own counter says that nothing happened.
 */
import type { LogCursor } from '../punch/batch.ts';
import type { CountTally } from '../punch/loss.ts';
import { overlapRecords } from '../punch/overlap.ts';
import type { TerminalCounters } from '../zk/driver.ts';

/** Why the whole log is read. */
export type WholeReason =
  | 'first-contact'
  | 'daily'
  | 'log-shrank'
  | 'restart-suspected'
  | 'tail-refused'
  | 'tail-unprovable'
  | 'ring-full'
  | 'shrink-to-confirm'
  | 'asked-for';

/** What to ask of the log in this poll. */
export type ReadPlan =
  | { readonly kind: 'nothing' }
  | { readonly kind: 'tail'; readonly firstIndex: number }
  | { readonly kind: 'whole'; readonly reason: WholeReason };

/** What earlier polls of this process learnt about reading this terminal. Monotonic times in milliseconds. */
export interface ReadMemory {
  /** When the end of the log was last compared with what is stored; null before the first time. */
  readonly comparedAtMs: number | null;
  /** The terminal refused a partial read; asked again after the next daily verification. */
  readonly tailRefused: boolean;
  /** The terminal counts fewer records than it holds (some access units count none): its counter decides nothing. */
  readonly counterLies: boolean;
  /** The terminal overwrites its oldest records in place and is full: its end says nothing about what is new. */
  readonly ringFull: boolean;
  /** A whole read is owed: found necessary when no turn was free, or asked for by an earlier poll. */
  readonly owed: WholeReason | null;
  /** Share of a day, below 1, by which this terminal's verification comes early: a fleet must not verify in one hour. */
  readonly earlyShare: number;
  /** A shorter log than what is stored was seen once; null when none is in question. */
  readonly shrunk: ShrunkLog | null;
  /** What its counter said since its log was last read to the end; null before it said anything. */
  readonly tally: CountTally | null;
}

/** A log that lost records, kept as a digest until a second read confirms it. */
export interface ShrunkLog {
  readonly records: number;
  /** SHA-256 (hex) over its bytes. */
  readonly sha256: string;
  readonly firstSeenAtMs: number;
}

/**
 * Nothing learnt yet.
 *
 * @param chance uniform in [0, 1); spreads the daily verification over the last fifth of the day
 */
export function freshReadMemory(chance: number): ReadMemory {
  return {
    comparedAtMs: null,
    tailRefused: false,
    counterLies: false,
    ringFull: false,
    owed: null,
    earlyShare: chance / 5,
    shrunk: null,
    tally: null,
  };
}

/** Counters unchanged and a comparison younger than this: the log itself is not asked. */
export const trustCounterMs = 15 * 60_000;
/** From this share of its capacity on, a terminal may drop its oldest records, and its counter stands still. */
const nearlyFullShare = 0.95;
const dayMs = 86_400_000;

/**
 * Why the whole log must be read although nothing was asked of the terminal yet; null when its end may do.
 *
 * @param cursor where the log stands, enqueued records included; null when it was never read
 * @param utcMs host time; `verifiedAtMs` of the cursor is on the same scale
 * @param rush people stand in front of the terminal now: what is merely due waits for half a day more
 */
export function wholeReadDue(
  cursor: LogCursor | null,
  memory: ReadMemory,
  utcMs: number,
  rush: boolean,
): WholeReason | null {
  // A log that was empty proved no layout, so there is nothing a tail read could lean on.
  if (cursor === null || cursor.next === 0) return 'first-contact';
  if (memory.owed !== null) return memory.owed;
  const ageMs = cursor.verifiedAtMs === null ? Number.POSITIVE_INFINITY : utcMs - cursor.verifiedAtMs;
  // A negative age is a host clock that was moved back: verifying once too often is the harmless answer.
  const limitMs = dayMs * ((rush ? 1.5 : 1) - memory.earlyShare);
  if (ageMs < 0 || ageMs >= limitMs) return 'daily';
  return null;
}

/**
 * What to read, once the terminal has told its counters.
 *
 * @param cursor as for {@link wholeReadDue}, not null
 * @param monotonicMs now
 */
export function planRead(
  cursor: LogCursor,
  counters: TerminalCounters,
  memory: ReadMemory,
  monotonicMs: number,
): ReadPlan {
  const expected = cursor.next - cursor.base;
  const { recordCapacity } = counters;
  const records = memory.counterLies ? null : counters.records;
  if (records !== null && records < expected) return { kind: 'whole', reason: 'log-shrank' };
  const nearlyFull = records !== null && recordCapacity !== null && records >= recordCapacity * nearlyFullShare;
  const fresh = memory.comparedAtMs !== null && monotonicMs - memory.comparedAtMs < trustCounterMs;
  if (memory.ringFull) return fresh ? { kind: 'nothing' } : { kind: 'whole', reason: 'ring-full' };
  if (records === expected && fresh && !nearlyFull) return { kind: 'nothing' };
  if (memory.tailRefused) return { kind: 'whole', reason: 'tail-refused' };
  return { kind: 'tail', firstIndex: Math.max(0, expected - overlapRecords) };
}
