/**
 * When a punch truly happened: device times to UTC with bounds and an honest status (docs/time.md).
 *
 * Pure: the same evidence gives the same answer. Nothing is guessed silently; whatever is less than proven says so in its
 * status, and a row is `final` only if its bounds hold even when the clock was moved once, unnoticed, in between.
 */
import { candidateFor, clip, estimateFor, hullOf } from './candidate.ts';
import type { ClockEvidence } from './evidence.ts';
import { defaultDriftPpm, intersect, widen } from './offset.ts';
import { lastSegmentStart, outOfOrder, placesForStep, type Span, type StepPlace, segmentStarts } from './order.ts';

/** How sure a corrected time is. */
export type TimeStatus =
  /** Evidence on both sides, and everything fits. */
  | 'final'
  /** Evidence on one side only: bounds grow with the distance and assume that nobody moved the clock in between. */
  | 'provisional'
  /** The clock was moved: only the arrival bracket is certain. */
  | 'bounded'
  /** The clock was moved and the punch fits before and after: the bounds hold both. */
  | 'ambiguous'
  /** No evidence fits; the bounds are all that is known. */
  | 'uncorrectable';

/** What the answer rests on. */
export type TimeBasis =
  | 'between-samples'
  | 'after-last-sample'
  | 'before-first-sample'
  | 'step-one-candidate'
  | 'step-two-candidates'
  | 'several-steps'
  | 'outside-bracket'
  | 'behind-a-step'
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

/** What is taken for granted about clocks. */
export interface CorrectionLimits {
  /** The most a terminal's clock gains or loses, in millionths. */
  readonly driftPpm: number;
  /**
   * How far the host's own clock may have moved between two reads, for instance over a restart. `earliestMs` may lie
   * this much before `absentAtMs`, and device times may run backwards by this much more than a second.
   */
  readonly toleranceMs: number;
  /** No punch is older than this. Clocks with a dead coin cell restart years before it. */
  readonly plausibleFromMs: number;
}

/** 100 ppm, half a second, and the year 2010. */
export const defaultLimits: CorrectionLimits = {
  driftPpm: defaultDriftPpm,
  toleranceMs: 500,
  plausibleFromMs: Date.UTC(2010, 0, 1),
};

/** Consecutive records of one epoch, and all that is known about their time. */
export interface CorrectionInput {
  /** In ordinal order; `deviceMs` as of `deviceMsOf`, null for a date that cannot exist. */
  readonly records: readonly { readonly deviceMs: number | null }[];
  /** The records were not in the log at `absentAtMs` (null: never looked before) and were in it at `presentAtMs`. */
  readonly bracket: { readonly absentAtMs: number | null; readonly presentAtMs: number };
  /** Evidence about the clock up to the moment the log was last looked at, and from the poll that found the records. */
  readonly before: ClockEvidence | null;
  readonly after: ClockEvidence | null;
  /** More than one step is visible between the two (`evidenceAround`). */
  readonly severalSteps?: boolean;
  readonly limits?: Partial<CorrectionLimits>;
  /** What the records next to these say, when these are only a part of what was read. */
  readonly neighbours?: {
    /** Device time of the record just before the first; null when unknown, or when the clock was set after it. */
    readonly previousDeviceMs: number | null;
    /** Device times run backwards somewhere between the last of these records and the end of the read. */
    readonly runsBackLater: boolean;
  };
  /** Offset of a well-set terminal in the office's zone: only to place a time that cannot be corrected. */
  readonly nominalOffsetMs?: number | null;
}

interface Known {
  readonly input: CorrectionInput;
  readonly limits: CorrectionLimits;
  /** What is certain whatever the clock did. */
  readonly bracket: Span;
  /** The same, without times no terminal can have lived in. */
  readonly credible: Span;
  /** Evidence that runs from here on or earlier has seen all that the clock did since the log was last looked at. */
  readonly seenSinceMs: number;
  readonly shown: readonly (number | null)[];
}

/**
 * Corrects the times of consecutive records of one epoch.
 *
 * @returns one answer per record, in the same order
 */
export function correctRecords(input: CorrectionInput): CorrectedTime[] {
  const limits = { ...defaultLimits, ...input.limits };
  const { absentAtMs, presentAtMs } = input.bracket;
  // A host clock that went back between two reads leaves a bracket that holds nothing: then nothing is known of it.
  const looked = absentAtMs !== null && absentAtMs - limits.toleranceMs < presentAtMs;
  const absentMs = looked ? absentAtMs - limits.toleranceMs : Number.NEGATIVE_INFINITY;
  const known: Known = {
    input,
    limits,
    bracket: { earliestMs: absentMs, latestMs: presentAtMs },
    credible: { earliestMs: Math.min(Math.max(absentMs, limits.plausibleFromMs), presentAtMs), latestMs: presentAtMs },
    seenSinceMs: looked ? absentAtMs + limits.toleranceMs : Number.NEGATIVE_INFINITY,
    shown: input.records.map(({ deviceMs }) => deviceMs),
  };
  const { before, after } = input;
  if (before !== null && after !== null && intersect(before, after, limits.driftPpm).step) {
    return correctAcrossStep(known, before, after);
  }
  return correctSteady(known);
}

/** No step is visible between the two sides, or there is only one side, or none. */
function correctSteady(known: Known): CorrectedTime[] {
  const { before, after } = known.input;
  const evidence = [before, after].filter((side) => side !== null);
  const contradicted = before !== null && after !== null ? contradictedByOrder(known) : known.shown.map(() => false);
  const reached = reachedByEvidence(known);
  return known.shown.map((shown, index) => {
    const estimateMs = shown === null ? null : estimateFor(shown, evidence);
    if (shown === null || estimateMs === null) return uncorrectable(known, shown, 'no-sample');
    const span = evidence.map((side) => candidateFor(shown, side, known.limits.driftPpm)).reduce(hullOf);
    const fits = clip(span, known.credible);
    if (fits === null) return uncorrectable(known, shown, 'outside-bracket');
    if (!reached(index)) return uncorrectable(known, shown, 'behind-a-step');
    if (contradicted[index] === true) return answer(known.bracket, estimateMs, 'bounded', 'several-steps');
    if (before === null) return answer(fits, estimateMs, 'provisional', 'before-first-sample');
    if (after === null) return answer(fits, estimateMs, 'provisional', 'after-last-sample');
    // A record that may be older than the run of `before` may also be older than a step that began it.
    return before.sinceMs <= known.seenSinceMs
      ? answer(fits, estimateMs, 'final', 'between-samples')
      : answer(fits, estimateMs, 'provisional', 'before-first-sample');
  });
}

/** The clock was moved between the two sides: each record belongs to the clock before or to the clock after. */
function correctAcrossStep(known: Known, before: ClockEvidence, after: ClockEvidence): CorrectedTime[] {
  const spansUnder = (side: ClockEvidence): (Span | null)[] =>
    known.shown.map((shown) =>
      shown === null ? null : clip(candidateFor(shown, side, known.limits.driftPpm), known.credible),
    );
  const [first, second] = [spansUnder(before), spansUnder(after)];
  const places = placesAmongFitting(known, first, second);
  return known.shown.map((shown, index) => {
    const place = places?.[index];
    const [early, late] = [first[index] ?? null, second[index] ?? null];
    if (shown === null || (early === null && late === null)) return uncorrectable(known, shown, 'outside-bracket');
    const both = early !== null && late !== null;
    if (places === null) {
      return answer(known.bracket, estimateFor(shown, [early === null ? after : before]), 'bounded', 'several-steps');
    }
    if (both && place?.first !== false && place?.second !== false) {
      return answer(hullOf(early, late), estimateFor(shown, [before]), 'ambiguous', 'step-two-candidates');
    }
    const side = late === null || (both && place?.second === false) ? before : after;
    return answer(known.bracket, estimateFor(shown, [side]), 'bounded', 'step-one-candidate');
  });
}

/** Where the step can be, judged by the records that fit at least one of the two clocks; null when one is not enough. */
function placesAmongFitting(
  known: Known,
  first: readonly (Span | null)[],
  second: readonly (Span | null)[],
): (StepPlace | undefined)[] | null {
  if (known.input.severalSteps === true) return null;
  const fitting = known.shown.flatMap((_, index) =>
    (first[index] ?? null) === null && (second[index] ?? null) === null ? [] : [index],
  );
  const places = placesForStep(
    fitting.map((index) => first[index] ?? null),
    fitting.map((index) => second[index] ?? null),
    known.limits.toleranceMs,
  );
  if (places === null) return null;
  const byRecord: (StepPlace | undefined)[] = [];
  for (const [position, index] of fitting.entries()) byRecord[index] = places[position];
  return byRecord;
}

/** Records of which the order says that they, or others, were written under a moved clock. */
function contradictedByOrder(known: Known): boolean[] {
  const { neighbours, severalSteps } = known.input;
  if (neighbours?.runsBackLater === true || severalSteps === true) return known.shown.map(() => true);
  return outOfOrder(known.shown, known.limits.toleranceMs, neighbours?.previousDeviceMs ?? null);
}

/** Whether device times run on without a backward jump between a record and the only side that has evidence. */
function reachedByEvidence(known: Known): (index: number) => boolean {
  const { before, after, neighbours, severalSteps, bracket } = known.input;
  const { toleranceMs, driftPpm } = known.limits;
  if (after === null) {
    const [jump] = segmentStarts([neighbours?.previousDeviceMs ?? null, ...known.shown], toleranceMs);
    return (index) => jump === undefined || index < jump - 1;
  }
  if (before !== null && Number.isFinite(known.bracket.earliestMs)) return () => true;
  if (neighbours?.runsBackLater === true || severalSteps === true) return () => false;
  // The most the terminal can have shown at the end of the poll stands as the last entry of the log.
  const endMs = Math.max(bracket.presentAtMs, after.atMs);
  const shownAtEndMs = endMs + widen(after, endMs, driftPpm).latestMs;
  const start = lastSegmentStart([...known.shown, shownAtEndMs], toleranceMs);
  return (index) => index >= start;
}

/** What the screen showed where that is possible, otherwise the moment of the read: it only has to stand somewhere. */
function uncorrectable(known: Known, shown: number | null, basis: TimeBasis): CorrectedTime {
  const nominal = known.input.nominalOffsetMs ?? null;
  const shownMs = shown === null || nominal === null ? null : shown - nominal;
  const possible = shownMs !== null && clip({ earliestMs: shownMs, latestMs: shownMs }, known.credible) !== null;
  const estimateMs = possible ? shownMs : null;
  return answer(known.bracket, estimateMs, 'uncorrectable', shown === null ? 'impossible-date' : basis);
}

function answer(span: Span, estimateMs: number | null, status: TimeStatus, basis: TimeBasis): CorrectedTime {
  const occurredAtMs = Math.min(span.latestMs, Math.max(span.earliestMs, estimateMs ?? span.latestMs));
  return { occurredAtMs, earliestMs: span.earliestMs, latestMs: span.latestMs, status, basis };
}
