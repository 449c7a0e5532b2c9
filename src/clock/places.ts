/**
 * Which clock wrote which record: the fewest moves of a clock that explain what was found in one read of the log
 * (docs/time.md, "Which clock wrote it").
 *
 * A record fits a clock if the true time it would have had lies in its arrival bracket, in the stretch in which that
 * clock can have been in force, and not before the record in front of it: a log is written front to back. What fits no
 * known clock was written by one that was never sampled. Each such clock is a move more than the samples tell of.
 */
import type { Span } from './model-types.ts';

/** What is known before the records of one read are looked at. */
export interface Puzzle {
  /** Per record, per known clock in the order of time: where the record would lie; null where it does not fit. */
  readonly spans: readonly (readonly (Span | null)[])[];
  /** What is certain of each record whatever the clock did. */
  readonly brackets: readonly Span[];
  /** What each record shows, in device milliseconds. */
  readonly shown: readonly number[];
  /** How many clocks the records may be of. */
  readonly clocks: number;
  /** The first clock is known to have been in force before all records, the last one after all. */
  readonly startKnown: boolean;
  readonly endKnown: boolean;
}

/** Which clocks may have written a record, in the explanations that need the fewest moves. */
export interface Options {
  /** Indexes of known clocks, ascending. */
  readonly clocks: readonly number[];
  /** A clock that was never sampled. */
  readonly unsampled: boolean;
}

/** How far records may be out of order: firmware that keeps punches a second apart, and half a second for the host. */
export const orderSlackMs = 1_500;

/**
 * Who may have written a record, as one number: 0…n−1 for a known clock; n…2n for an unsampled one that came after no
 * known clock at all, after clock 0, 1, …, n−1.
 */
type State = number;

/**
 * For each record and state, the fewest moves up to there; and the earliest time the record can have with so many, with
 * one more, and with two more. Further it need not go: with two moves more one can get away from any clock and back.
 */
interface Sweep {
  readonly fewest: Int32Array;
  readonly reachedMs: Float64Array;
}

const impossible = 1 << 24;
const layers = 3;

/** Solves the puzzle: one entry per record. */
export function optionsOf(puzzle: Puzzle): Options[] {
  const { clocks, shown } = puzzle;
  if (clocks === 1 && allFitInOrder(puzzle)) return shown.map(() => ({ clocks: [0], unsampled: false }));
  const states = 2 * clocks + 1;
  const toHere = sweep(puzzle, false);
  const fromHere = sweep(puzzle, true);
  return shown.map((_, record) => {
    const totals = Array.from({ length: states }, (__, state) => {
      const back = (shown.length - 1 - record) * states + state;
      return leastTotal(toHere, record * states + state, fromHere, back);
    });
    const fewest = Math.min(...totals);
    const fitting = totals.flatMap((total, state) => (total === fewest && total < impossible ? [state] : []));
    const known = fitting.filter((state) => state < clocks);
    return { clocks: known, unsampled: known.length < fitting.length || fitting.length === 0 };
  });
}

/** The fewest moves of a way through here that keeps the order, both ways counted. */
function leastTotal(toHere: Sweep, here: number, fromHere: Sweep, back: number): number {
  const moves = (toHere.fewest[here] ?? impossible) + (fromHere.fewest[back] ?? impossible);
  let least = impossible;
  for (let more = 0; more < layers; more += 1) {
    for (let moreBack = 0; moreBack < layers; moreBack += 1) {
      const reachedMs = toHere.reachedMs[here * layers + more] ?? 0;
      const leaveMs = -(fromHere.reachedMs[back * layers + moreBack] ?? 0);
      if (reachedMs <= leaveMs + orderSlackMs) least = Math.min(least, moves + more + moreBack);
    }
  }
  return least;
}

/** The usual case: one clock, every record fits it, and none is out of order. */
function allFitInOrder({ spans }: Puzzle): boolean {
  let reachedMs = Number.NEGATIVE_INFINITY;
  for (const [span] of spans) {
    if (span === undefined || span === null || span.latestMs + orderSlackMs < reachedMs) return false;
    reachedMs = Math.max(reachedMs, span.earliestMs);
  }
  return true;
}

/**
 * Walks through the records, front to back or back to front. A log read backwards, with time running backwards, is in
 * order again.
 */
function sweep(puzzle: Puzzle, mirrored: boolean): Sweep {
  const { clocks, shown } = puzzle;
  const states = 2 * clocks + 1;
  const fewest = new Int32Array(shown.length * states).fill(impossible);
  const reachedMs = new Float64Array(shown.length * states * layers).fill(Number.POSITIVE_INFINITY);
  const found = { fewest, reachedMs };
  for (let step = 0; step < shown.length; step += 1) {
    const record = mirrored ? shown.length - 1 - step : step;
    const neighbour = mirrored ? record + 1 : record - 1;
    const sameClock = step > 0 && mayShareClock(puzzle, Math.min(record, neighbour));
    for (let to = 0; to < states; to += 1) {
      const span = spanOf(puzzle, record, to, mirrored);
      if (span === null) continue;
      const at = step * states + to;
      if (step === 0) {
        const moves = movesAtEdge(puzzle, to, mirrored);
        if (moves < impossible) note(found, at, moves, span.earliestMs);
        continue;
      }
      for (let from = 0; from < states; from += 1) {
        const prior = at - to - states + from;
        const edge = mirrored ? movesBetween(to, from, clocks, sameClock) : movesBetween(from, to, clocks, sameClock);
        const moves = (fewest[prior] ?? impossible) + edge;
        for (let more = 0; more < layers && moves + more < impossible; more += 1) {
          const priorMs = reachedMs[prior * layers + more] ?? 0;
          if (priorMs <= span.latestMs + orderSlackMs)
            note(found, at, moves + more, Math.max(priorMs, span.earliestMs));
        }
      }
    }
  }
  return found;
}

/** Takes note of a way to a record that needs `moves` and reaches it no earlier than `atMs`. */
function note({ fewest, reachedMs }: Sweep, at: number, moves: number, atMs: number): void {
  const known = fewest[at] ?? impossible;
  if (moves < known) {
    // What was reached with more moves moves up; what needs three more is forgotten.
    const shift = Math.min(layers, known - moves);
    for (let more = layers - 1; more >= 0; more -= 1) {
      const kept = more >= shift ? reachedMs[at * layers + more - shift] : undefined;
      reachedMs[at * layers + more] = kept ?? Number.POSITIVE_INFINITY;
    }
    fewest[at] = moves;
  }
  for (let more = Math.max(0, moves - known); more < layers; more += 1) {
    const slot = at * layers + more;
    reachedMs[slot] = Math.min(reachedMs[slot] ?? atMs, atMs);
  }
}

function spanOf({ spans, brackets, clocks }: Puzzle, record: number, state: State, mirrored: boolean): Span | null {
  const span = state < clocks ? (spans[record]?.[state] ?? null) : (brackets[record] ?? null);
  return mirrored && span !== null ? { earliestMs: -span.latestMs, latestMs: -span.earliestMs } : span;
}

/** Moves of the clock beyond those that samples prove, from one record to the next. */
function movesBetween(from: State, to: State, clocks: number, sameClock: boolean): number {
  const last = from < clocks ? from : from - clocks - 1;
  if (to >= clocks) {
    if (to - clocks - 1 !== last) return impossible;
    return from >= clocks && sameClock ? 0 : 1;
  }
  if (to < last) return impossible;
  if (from < clocks) return 0;
  // From one known clock over an unsampled one to the next is one move more than straight to it; back again, two.
  return to > last && last >= 0 ? 0 : 1;
}

/** The same between the first record and the clock before it, or the last one and the clock after it. */
function movesAtEdge(puzzle: Puzzle, state: State, atEnd: boolean): number {
  const { clocks, startKnown, endKnown } = puzzle;
  if (atEnd) {
    // Sampled clocks were in force at some time: one that no record before the end shows is still to come.
    const isFirstToCome = state === clocks;
    return endKnown || isFirstToCome ? movesBetween(state, clocks - 1, clocks, false) : 0;
  }
  if (startKnown) return movesBetween(0, state, clocks, false);
  return state <= clocks ? 0 : impossible;
}

/** Whether one steadily running clock may have written a record and the next. */
function mayShareClock({ shown, brackets }: Puzzle, record: number): boolean {
  const [first, second] = [shown[record] ?? 0, shown[record + 1] ?? 0];
  const mostMs = (brackets[record + 1]?.latestMs ?? 0) - (brackets[record]?.earliestMs ?? 0) + 1_000;
  return second >= first - orderSlackMs && second - first <= mostMs + orderSlackMs;
}
