/**
 * From answers to intervals: what each answer proves, if the terminal reads its clock when it is asked. Some do not: a
 * clock may be frozen at one value, or its answers may come from a reading that is kept for a while
 * (docs/time.md, "Clocks that do not answer").
 */
import type { ClockEvidence } from './model-types.ts';
import { intersect, provenBy } from './offset.ts';
import type { ClockSample, OffsetInterval } from './sample.ts';

/** An answer and what it proves. */
export interface Reading {
  readonly sample: ClockSample;
  readonly proven: OffsetInterval;
  /** It belongs to answers that showed one value for too long. */
  readonly frozen: boolean;
}

/** All answers of a terminal, and whether they come from kept readings. */
export interface Readings {
  readonly readings: readonly Reading[];
  /** First and last answer, when they come from kept readings; null when it answers with its clock. */
  readonly cached: { readonly fromMs: number; readonly untilMs: number } | null;
}

/** Consecutive samples, `to` excluded. */
interface Repeat {
  readonly from: number;
  readonly to: number;
  /** For how long the one value was certainly shown. */
  readonly shownForMs: number;
}

/** A running clock shows a value for one second; a tenth more can be a tick that came late. */
const longestSecondMs = 1_100;
/** No reading is kept for a minute; a value that stands that long stands still. */
const frozenAfterMs = 60_000;
/** One value that is seen twice, or one small jump there and back, can be a clock that was set; it takes two for a habit. */
const timesOfAHabit = 2;

/**
 * What each sample proves, kept readings and frozen values taken into account.
 *
 * Where the host's clock jumped back, it showed the time in between twice, and nobody can say of a sample of that time
 * which of the two it meant. Such samples are left out.
 */
export function readingsOf({ samples: all, hostSteps }: Pick<ClockEvidence, 'samples' | 'hostSteps'>): Readings {
  const twice = hostSteps.filter(({ byMs }) => byMs < 0);
  const isTwofold = ({ sentAtMs, receivedAtMs }: ClockSample): boolean =>
    twice.some(({ atMs, byMs }) => receivedAtMs >= atMs + byMs && sentAtMs <= atMs);
  const samples = twice.length === 0 ? all : all.filter((sample) => !isTwofold(sample));
  const repeats = repeatsIn(samples);
  const kept = repeats.filter(({ shownForMs }) => shownForMs <= frozenAfterMs);
  const isCached = kept.length >= timesOfAHabit || flickers(samples) >= timesOfAHabit;
  const frozen = new Set<number>();
  for (const { from, to, shownForMs } of repeats) {
    if (shownForMs > frozenAfterMs) for (let index = from; index < to; index += 1) frozen.add(index);
  }
  let changedFrom: ClockSample | undefined;
  const readings = samples.map((sample, index): Reading => {
    const previous = samples[index - 1];
    if (previous !== undefined && previous.deviceMs !== sample.deviceMs) changedFrom = previous;
    const proven = isCached ? provenByKept(sample, changedFrom) : provenBy(sample);
    return { sample, proven, frozen: frozen.has(index) };
  });
  const [first, last] = [samples[0], samples.at(-1)];
  const isKnown = isCached && first !== undefined && last !== undefined;
  return { readings, cached: isKnown ? { fromMs: first.sentAtMs, untilMs: last.receivedAtMs } : null };
}

/**
 * How often a clock seems to jump ahead and back again by less than a minute. Nobody does that; answers that are now
 * fresh and now old look like it.
 */
function flickers(samples: readonly ClockSample[]): number {
  let [ahead, back] = [0, 0];
  let known: OffsetInterval | undefined;
  for (const sample of samples) {
    const proven = provenBy(sample);
    const both = known === undefined ? null : intersect(known, proven);
    known = both?.step === false ? both.interval : proven;
    if (both?.step !== true || Math.abs(both.byMs) > frozenAfterMs) continue;
    if (both.byMs > 0) ahead += 1;
    else back += 1;
  }
  return Math.min(ahead, back);
}

/**
 * What a kept reading proves: the clock was read after the last answer that still showed another value was asked for, for
 * until then another reading was kept. Nothing is known without such an answer but that the clock is not behind it.
 */
function provenByKept(sample: ClockSample, changedFrom: ClockSample | undefined): OffsetInterval {
  if (changedFrom === undefined) return { ...provenBy(sample), latestMs: Number.POSITIVE_INFINITY };
  return provenBy({ ...sample, sentAtMs: Math.min(changedFrom.sentAtMs, sample.sentAtMs) });
}

/** Samples in a row with one value, shown for longer than a running clock can show it. */
function repeatsIn(samples: readonly ClockSample[]): Repeat[] {
  const repeats: Repeat[] = [];
  for (let from = 0; from < samples.length; ) {
    const first = samples[from];
    let to = from + 1;
    while (to < samples.length && samples[to]?.deviceMs === first?.deviceMs) to += 1;
    const shownForMs = (samples[to - 1]?.sentAtMs ?? 0) - (first?.receivedAtMs ?? 0);
    if (shownForMs > longestSecondMs) repeats.push({ from, to, shownForMs });
    from = to;
  }
  return repeats;
}
