/**
 * Runs: the stretches in which a clock ran without a visible step, cut out of its samples (docs/time.md, "Where a clock
 * was moved").
 *
 * Each sample of a run is a look at the clock, with two statements that are kept apart: what all samples up to it prove
 * of the offset, and what all from it on prove. A step too small to be seen spoils only one of the two for a punch near
 * it, so whatever holds both holds the truth.
 */
import type { ClockEvidence } from './model-types.ts';
import { intersect } from './offset.ts';
import { type Line, linesOf, slightSteps } from './rate.ts';
import type { Reading } from './readings.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** One sample, and what it and its run prove at the moment it was received. */
export interface Look {
  readonly sample: ClockSample;
  /** Proven by this sample and those before it in the run. */
  readonly before: OffsetInterval;
  /** Proven by this sample and those after it in the run. */
  readonly after: OffsetInterval;
  /** Proven by all samples of the run, if there was no step too small to be seen. For estimates, not for bounds. */
  readonly all: OffsetInterval;
}

/** A stretch in which the clock ran without a visible step. */
export interface Run {
  readonly kind: 'running' | 'frozen';
  readonly looks: readonly Look[];
  /** Widest stretch in which it can have been in force, in host time. */
  readonly fromMs: number;
  readonly untilMs: number;
  /** How fast the crystal ran, in this run and in all others of the terminal. */
  readonly lines: readonly Line[];
  /** Indexes of looks between which and the next the clock left that rate, though not the limit of any clock. */
  readonly slight: ReadonlySet<number>;
}

/** A moment at which a run must end, for a clock is known to have been moved in it. */
interface Cut {
  readonly fromMs: number;
  readonly untilMs: number;
}

/** Readings that fit together. */
interface Stretch {
  readonly readings: Reading[];
  /** What each reading and those before it prove. */
  readonly before: OffsetInterval[];
  /** The known move that ends it; null when only samples tell of its end. */
  cut: Cut | null;
}

/**
 * The runs of a terminal's clock, oldest first.
 *
 * A sample that would fit the run before a step as well as the one after it is left to neither.
 */
export function runsOf(readings: readonly Reading[], evidence: Pick<ClockEvidence, 'sets' | 'hostSteps'>): Run[] {
  const stretches = stretchesOf(readings, cutsOf(evidence));
  for (const [index, stretch] of stretches.entries()) leaveToNeither(stretches[index - 1], stretch);
  const looks = stretches.map(looksOf);
  const lines = stretches.flatMap((stretch, index) => (isFrozen(stretch) ? [] : linesOf(looks[index] ?? [])));
  return stretches.map((stretch, index): Run => {
    const own = looks[index] ?? [];
    const fromMs = endOf(looks[index - 1], stretches[index - 1]?.cut ?? null);
    const untilMs = startOf(looks[index + 1], stretch.cut);
    if (isFrozen(stretch)) return { kind: 'frozen', looks: own, fromMs, untilMs, lines, slight: new Set() };
    return { kind: 'running', looks: own, fromMs, untilMs, lines, slight: slightSteps(own, lines) };
  });
}

function cutsOf({ sets, hostSteps }: Pick<ClockEvidence, 'sets' | 'hostSteps'>): Cut[] {
  return [
    ...sets.map(({ sentAtMs, receivedAtMs }) => ({ fromMs: sentAtMs, untilMs: receivedAtMs })),
    ...hostSteps.map(({ atMs, byMs }) => ({
      fromMs: Math.min(atMs, atMs + byMs),
      untilMs: Math.max(atMs, atMs + byMs),
    })),
  ].sort((a, b) => a.fromMs - b.fromMs);
}

function stretchesOf(readings: readonly Reading[], cuts: readonly Cut[]): Stretch[] {
  const stretches: Stretch[] = [];
  let stretch: Stretch | undefined;
  let passed = 0;
  for (const reading of readings) {
    const cut = cuts[passed];
    const cutHere = cut !== undefined && reading.sample.receivedAtMs > cut.fromMs ? cut : null;
    while ((cuts[passed]?.fromMs ?? Number.POSITIVE_INFINITY) < reading.sample.receivedAtMs) passed += 1;
    const proven = stretch === undefined || cutHere !== null ? null : continued(stretch, reading);
    if (stretch !== undefined && proven !== null) {
      stretch.readings.push(reading);
      stretch.before.push(proven);
    } else {
      if (stretch !== undefined) stretch.cut = cutHere;
      stretch = { readings: [reading], before: [reading.proven], cut: null };
      stretches.push(stretch);
    }
  }
  return stretches;
}

/** What a stretch and one more reading prove together; null when the clock must have been moved in between. */
function continued({ readings, before }: Stretch, reading: Reading): OffsetInterval | null {
  const [last, proven] = [readings.at(-1), before.at(-1)];
  if (last === undefined || proven === undefined || last.frozen !== reading.frozen) return null;
  if (reading.frozen) return last.sample.deviceMs === reading.sample.deviceMs ? reading.proven : null;
  const both = intersect(proven, reading.proven);
  return both.step ? null : both.interval;
}

function isFrozen({ readings }: Stretch): boolean {
  return readings[0]?.frozen === true;
}

/** Takes from the end of the former stretch what would also fit the new one: the step may lie before or after it. */
function leaveToNeither(former: Stretch | undefined, stretch: Stretch): void {
  if (former === undefined || former.cut !== null || isFrozen(former) || isFrozen(stretch)) return;
  let proven = backwards(stretch.readings)[0];
  // Something is always left: the first of the new stretch contradicts at least one of the former.
  while (former.readings.length > 1) {
    const last = former.readings.at(-1);
    const both = last === undefined || proven === undefined ? null : intersect(proven, last.proven);
    if (both === null || both.step) return;
    proven = both.interval;
    former.readings.pop();
    former.before.pop();
  }
}

/** What each reading and those after it prove. */
function backwards(readings: readonly Reading[]): OffsetInterval[] {
  const after = readings.map(({ proven }) => proven);
  for (let index = readings.length - 2; index >= 0; index -= 1) {
    const [own, next] = [after[index], after[index + 1]];
    const both = own === undefined || next === undefined ? null : intersect(next, own);
    if (both?.step === false) after[index] = both.interval;
  }
  return after;
}

function looksOf(stretch: Stretch): Look[] {
  const afters = isFrozen(stretch) ? stretch.before : backwards(stretch.readings);
  return stretch.readings.map(({ sample, proven }, index) => {
    const before = stretch.before[index] ?? proven;
    const after = afters[index] ?? proven;
    const both = intersect(before, after);
    return { sample, before, after, all: both.step ? before : both.interval };
  });
}

/** From here on another clock may have been in force: the last answer was read after it was asked for. */
function endOf(looks: readonly Look[] | undefined, cut: Cut | null): number {
  const seenMs = looks?.at(-1)?.sample.sentAtMs ?? Number.NEGATIVE_INFINITY;
  return cut === null ? seenMs : Math.max(seenMs, cut.fromMs);
}

/** By now another clock was in force: its first answer was read before it arrived. */
function startOf(looks: readonly Look[] | undefined, cut: Cut | null): number {
  const seenMs = looks?.[0]?.sample.receivedAtMs ?? Number.POSITIVE_INFINITY;
  return cut === null ? seenMs : Math.min(seenMs, cut.untilMs);
}
