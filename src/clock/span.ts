/**
 * From what the screen showed to when it was: one punch under one run of the clock (docs/time.md, "One punch").
 */
import type { Span } from './model-types.ts';
import { anyRate, midpointOf, type RateLimits } from './offset.ts';
import { rateAround } from './rate.ts';
import type { Look, Run } from './runs.ts';
import type { OffsetInterval } from './sample.ts';

/** Where a punch lies if a run's clock wrote it. */
export interface Placed extends Span {
  /** The best single instant: what the screen showed, minus the offset at that time. */
  readonly estimateMs: number;
  /** Indexes of the last look that is certainly before the punch, and of the first one after it; null when there is none. */
  readonly lookBefore: number | null;
  readonly lookAfter: number | null;
}

/**
 * Every true instant at which the clock of a run could have shown `shownMs`, and the looks around it.
 *
 * The screen keeps a second for a second, so the instant lies in `[shown − highest offset, shown + 1,000 − lowest
 * offset)`. The offsets are carried from the look before and from the look after, and the bounds hold both: a step too
 * small to be seen between the two leaves one of them true.
 *
 * @param shownMs device milliseconds
 * @returns null when a frozen clock did not show it
 */
export function placeIn(run: Run, shownMs: number): Placed | null {
  if (run.kind === 'frozen') return placeInFrozen(run, shownMs);
  const { looks } = run;
  const firstAfter = firstLook(looks, (look) => look.sample.deviceMs > shownMs);
  const lastBefore = firstLook(looks, (look) => look.sample.deviceMs >= shownMs) - 1;
  const [before, after] = [looks[lastBefore], looks[firstAfter]];
  const sides = [before?.before, after?.after].filter((side) => side !== undefined);
  // A run that was seen in one second only, the very one of the punch.
  if (sides.length === 0) sides.push(...looks.slice(0, 1).flatMap((look) => [look.before, look.after]));
  const rate = rateBetween(run, lastBefore, firstAfter);
  const spans = sides.map((side) => spanUnder(shownMs, side, rate));
  return {
    earliestMs: Math.min(...spans.map(({ earliestMs }) => earliestMs)),
    latestMs: Math.max(...spans.map(({ latestMs }) => latestMs)),
    estimateMs: estimateBetween(shownMs, before ?? after ?? looks[0], after, rate.ppm),
    lookBefore: before === undefined ? null : lastBefore,
    lookAfter: after === undefined ? null : firstAfter,
  };
}

/** Where a punch lies if its clock ran without a step from `offset` to it, or from it to `offset`. */
export function spanUnder(shownMs: number, offset: OffsetInterval, rate: RateLimits): Span {
  return {
    earliestMs: instantOf(shownMs, offset.atMs, offset.latestMs, { forwards: rate.maxPpm, backwards: rate.minPpm }),
    latestMs: instantOf(shownMs + 1_000, offset.atMs, offset.earliestMs, {
      forwards: rate.minPpm,
      backwards: rate.maxPpm,
    }),
  };
}

/**
 * What is known of the rate between two looks, or from one of them on; where a slight step lies between them, only what
 * holds for any clock.
 */
export function rateBetween(
  { looks, slight, lines }: Run,
  from: number,
  to: number,
): RateLimits & { readonly ppm: number } {
  const fromMs = looks[from]?.before.atMs ?? Number.NEGATIVE_INFINITY;
  const rate = rateAround(lines, fromMs, looks[to]?.before.atMs ?? Number.POSITIVE_INFINITY);
  if (slight.size > 0) {
    for (let index = from; index < to; index += 1) if (slight.has(index)) return { ...anyRate, ppm: rate.ppm };
  }
  return rate;
}

function placeInFrozen(run: Run, shownMs: number): Placed | null {
  const frozenMs = run.looks[0]?.sample.deviceMs;
  if (frozenMs === undefined || Math.abs(frozenMs - shownMs) > 1_000) return null;
  const [earliestMs, latestMs] = [run.fromMs, run.untilMs];
  return { earliestMs, latestMs, estimateMs: latestMs, lookBefore: null, lookAfter: null };
}

/** Index of the first look for which `holds`; their number when none. Within a run, clocks only run forward. */
function firstLook(looks: readonly Look[], holds: (look: Look) => boolean): number {
  let [low, high] = [0, looks.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const look = looks[middle];
    if (look !== undefined && holds(look)) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** How a limit of the offset changes with time, in millionths: after the evidence and before it. */
interface Slopes {
  readonly forwards: number;
  readonly backwards: number;
}

/** The instant at which a clock that was `offsetMs` ahead at `atMs` showed `deviceMs`. */
function instantOf(deviceMs: number, atMs: number, offsetMs: number, slopes: Slopes): number {
  const sinceMs = deviceMs - atMs - offsetMs;
  const ppm = sinceMs >= 0 ? slopes.forwards : slopes.backwards;
  return atMs + sinceMs / (1 + ppm / 1_000_000);
}

/** Along the line between the two looks; where there is only one, along the fitted rate. */
function estimateBetween(shownMs: number, from: Look | undefined, to: Look | undefined, onlyPpm: number): number {
  if (from === undefined) return shownMs;
  const overMs = to === undefined ? 0 : to.before.atMs - from.before.atMs;
  const ppm =
    to === undefined || overMs <= 0 ? onlyPpm : ((midpointOf(to.all) - midpointOf(from.all)) / overMs) * 1_000_000;
  return instantOf(shownMs, from.all.atMs, midpointOf(from.all), { forwards: ppm, backwards: ppm });
}
