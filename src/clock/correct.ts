/**
 * When a punch truly happened: an instant with bounds and an honest status (docs/time.md, "What each status means").
 *
 * Nothing is guessed silently. A row is `final` only if its bounds hold even when the clock was moved once, unnoticed,
 * between the two looks around it; where a clock is known to have been moved by another hand, only what is certain
 * whatever the clock did bounds a row, and the reading that fits is listed beside it.
 */
import type { RecordTime, Span, TimeCandidate } from './model-types.ts';
import type { Options } from './places.ts';
import { afterReset } from './reset.ts';
import type { Placed } from './span.ts';

/** How sure a corrected time is. */
export type TimeStatus =
  /** Looks at the clock on both sides, and everything fits. */
  | 'final'
  /** Looks on one side only: bounds grow with the distance and assume that nobody moved the clock in between. */
  | 'provisional'
  /** The clock was moved near it: only what is certain whatever the clock did. */
  | 'bounded'
  /** The clock was moved, and more than one of its settings fits. */
  | 'ambiguous'
  /** No sampled clock fits; the bounds are all that is known. */
  | 'uncorrectable';

/** What the answer rests on. */
export type TimeBasis =
  | 'between-samples'
  | 'after-last-sample'
  | 'before-first-sample'
  | 'step-one-candidate'
  | 'step-two-candidates'
  /** A restart in the year 2000, and too little time before it for another one. */
  | 'reset-proven'
  | 'several-steps'
  | 'outside-bracket'
  | 'behind-a-step'
  | 'frozen-clock'
  | 'no-sample'
  | 'impossible-date';

/** A corrected time, in milliseconds UTC: `earliestMs ≤ occurredAtMs ≤ latestMs`, and `latestMs` never after the read. */
export interface CorrectedTime {
  readonly occurredAtMs: number;
  /** `-Infinity` when nothing limits it. */
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly status: TimeStatus;
  readonly basis: TimeBasis;
}

/** How a record would lie under one clock. */
export interface Fit {
  /** Index into the runs of the model. */
  readonly run: number;
  readonly placed: Placed;
  /** `placed`, cut at the bracket and at where that clock can have been in force. */
  readonly span: Span;
  /** Looks of that run stand on both sides, and nothing speaks against what lies between them. */
  readonly isSurrounded: boolean;
  /** No other clock is known on the side on which there is no look: the first run's past, the last run's future. */
  readonly isOpen: boolean;
  readonly isFrozen: boolean;
  /** Host time of the last sign of the clock before this one; `-Infinity` for the first. */
  readonly formerSeenMs: number;
}

/** A record, the read that found it, and what its neighbours in that read say. */
export interface Found {
  readonly shownMs: number;
  /** Certain whatever the clock did. */
  readonly certain: Span;
  readonly startKnown: boolean;
  readonly options: Options;
  /** Alone it would fit a sampled clock; it is the order of the log that rules it out. */
  readonly fitsByItself: boolean;
  /** A record of the same read was, or may have been, written by a clock that was never sampled: before it, after it. */
  readonly strangeBefore: boolean;
  readonly strangeAfter: boolean;
  /** When a well-set terminal would have shown this: to place what cannot be corrected. */
  nominalMsOf(shownMs: number): number;
}

/**
 * The time of one record.
 *
 * @param fits how it lies under each of the clocks that `found.options` leaves, in the same order
 */
export function judge(found: Found, fits: readonly Fit[]): RecordTime {
  const [fit] = fits;
  if (fit === undefined) return uncorrectable(found, found.fitsByItself ? 'behind-a-step' : 'outside-bracket');
  if (fits.length > 1) return settle(found, fits, 'ambiguous', 'step-two-candidates');
  if (fit.isFrozen) return settle(found, fits, 'bounded', 'frozen-clock');
  const isAfterStep = !fit.isOpen && fit.placed.lookBefore === null && !found.options.unsampled;
  const reset = isAfterStep ? afterReset(found.shownMs, fit.span, fit.formerSeenMs) : null;
  if (reset?.isProven === true) return alone(found, fit, 'final', 'reset-proven');
  if (reset !== null)
    return settle({ ...found, certain: cut(found.certain, reset.certain) }, fits, 'bounded', 'step-one-candidate');
  if (found.strangeBefore || found.strangeAfter || found.options.unsampled) return beside(found, fit);
  if (fit.isSurrounded) return alone(found, fit, found.startKnown ? 'final' : 'provisional', 'between-samples');
  if (!fit.isOpen) return settle(found, fits, 'bounded', 'step-one-candidate');
  return alone(found, fit, 'provisional', fit.placed.lookBefore === null ? 'before-first-sample' : 'after-last-sample');
}

/** A record of a read in which a clock was moved that was never sampled. */
function beside(found: Found, fit: Fit): RecordTime {
  if (found.startKnown) return settle(found, [fit], 'bounded', 'several-steps');
  // A log never read before: only what stands behind the last such record was written by the clock that was sampled.
  if (found.strangeAfter || found.options.unsampled) return uncorrectable(found, 'behind-a-step');
  return alone(found, fit, 'provisional', 'before-first-sample');
}

/** The bounds are those of the only clock that fits. */
function alone(found: Found, fit: Fit, status: TimeStatus, basis: TimeBasis): RecordTime {
  return answer(cut(fit.span, found.certain), fit.placed.estimateMs, status, basis, fit.run, []);
}

/** The bounds are what is certain; what fits is listed. The estimate is that of the earliest clock that fits. */
function settle(found: Found, fits: readonly Fit[], status: TimeStatus, basis: TimeBasis): RecordTime {
  const candidates = fits.map(({ run, span, placed }): TimeCandidate => {
    const { earliestMs, latestMs } = span;
    return { segment: run, earliestMs, latestMs, occurredAtMs: within(span, placed.estimateMs) };
  });
  const run = fits.length === 1 ? (fits[0]?.run ?? null) : null;
  return answer(found.certain, candidates[0]?.occurredAtMs ?? null, status, basis, run, candidates);
}

/** Where the screen showed it if that is possible, otherwise the end of what is certain: it only has to stand somewhere. */
export function uncorrectable(
  found: Pick<Found, 'certain'> & Partial<Pick<Found, 'shownMs' | 'nominalMsOf'>>,
  basis: TimeBasis,
): RecordTime {
  const { certain, shownMs } = found;
  const nominalMs = shownMs === undefined ? undefined : found.nominalMsOf?.(shownMs);
  const isPossible = nominalMs !== undefined && within(certain, nominalMs) === nominalMs;
  return answer(certain, isPossible ? nominalMs : null, 'uncorrectable', basis, null, []);
}

/** The same answer with bounds cut at what was learnt from its neighbours. */
export function narrowed(time: RecordTime, limit: Span): RecordTime {
  const span = cut(time, limit);
  if (span.earliestMs === time.earliestMs && span.latestMs === time.latestMs) return time;
  return answer(span, time.occurredAtMs, time.status, time.basis, time.segment, time.candidates);
}

function answer(
  span: Span,
  estimateMs: number | null,
  status: TimeStatus,
  basis: TimeBasis,
  segment: number | null,
  candidates: readonly TimeCandidate[],
): RecordTime {
  const { earliestMs, latestMs } = span;
  const occurredAtMs = within(span, estimateMs ?? latestMs);
  return { occurredAtMs, earliestMs, latestMs, status, basis, segment, candidates, straddles: minutesIn(span) };
}

function within({ earliestMs, latestMs }: Span, atMs: number): number {
  return Math.min(latestMs, Math.max(earliestMs, atMs));
}

/** The part of both; where rounding leaves none, the nearest of the first. */
function cut(span: Span, limit: Span): Span {
  const earliestMs = Math.min(Math.max(span.earliestMs, limit.earliestMs), span.latestMs);
  return { earliestMs, latestMs: Math.max(earliestMs, Math.min(span.latestMs, limit.latestMs)) };
}

const minuteMs = 60_000;

/** Bands of lateness break at whole minutes: the first and the last that lie inside the bounds. */
function minutesIn({ earliestMs, latestMs }: Span): RecordTime['straddles'] {
  const firstMs = (Math.floor(earliestMs / minuteMs) + 1) * minuteMs;
  const lastMs = Math.floor(latestMs / minuteMs) * minuteMs;
  return firstMs <= lastMs ? { firstMs, lastMs } : null;
}
