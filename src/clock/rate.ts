/**
 * How fast a clock gains or loses (docs/time.md, "Between two looks").
 *
 * Two looks a long time apart prove the mean rate between them by mere subtraction. That, for every stretch in which the
 * clock ran along a straight line, and room for the weather, gives the limits. The fitted line only gives the estimate.
 */
import type { ClockRate } from './model-types.ts';
import { anyRate, intersect, rateLimitPpm, widthOf } from './offset.ts';
import type { Look } from './runs.ts';

/** What holds before a line was fitted. */
export const unfitted: ClockRate = {
  ppm: 0,
  minPpm: anyRate.minPpm,
  maxPpm: anyRate.maxPpm,
  basis: 'assumed',
  fit: null,
};

/**
 * How far the rate of a quartz crystal may wander from its mean of some hours or days, in millionths. Its frequency falls
 * by about 0.034 millionths for the square of each degree away from 25 °C, so a room between 10 and 45 °C makes 14.
 */
export const wobblePpm = 20;
/** One look an hour is enough for a line, and keeps a year small. */
const anchorEveryMs = 3_600_000;
/** Longest stretch a line is fitted to: two days of hours. */
const anchorsPerLine = 48;
/** Looks that are further apart than this leave too much room between them to belong to one line. */
const longestGapMs = 2 * anchorEveryMs;
/** So many residuals in a row on one side of a line, and the clock does not follow it any more. */
const oneSidedAfter = 8;
/** A mean rate that is known worse than this, in millionths, says too little. */
const usefulPpm = 20;

/** A look that a line may be drawn through. */
interface Anchor {
  readonly look: Look;
  readonly widthMs: number;
}

/** A line through some looks: estimate and proven mean rate. */
interface Line {
  readonly ppm: number;
  readonly minPpm: number;
  readonly maxPpm: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly looks: number;
}

/** The rate of a run and its limits. */
export function rateOf(looks: readonly Look[]): ClockRate {
  const anchors = anchorsOf(looks);
  const useful = straightParts(anchors).flatMap(lineThrough).filter(isUseful);
  if (useful.length === 0) useful.push(...lineThrough(anchors).filter(isUseful));
  const last = useful.at(-1);
  if (last === undefined) return unfitted;
  const { ppm, fromMs, untilMs } = last;
  return {
    ppm,
    minPpm: Math.max(-rateLimitPpm, Math.min(...useful.map(({ minPpm }) => minPpm)) - wobblePpm),
    maxPpm: Math.min(rateLimitPpm, Math.max(...useful.map(({ maxPpm }) => maxPpm)) + wobblePpm),
    basis: 'fitted',
    fit: { fromMs, untilMs, looks: last.looks },
  };
}

/** Where a clock left the limits of its rate, though not those of any clock: it was moved a little, or its rate changed. */
export function slightSteps(looks: readonly Look[], rate: ClockRate): Set<number> {
  const found = new Set<number>();
  if (rate.basis === 'assumed') return found;
  for (const [index, look] of looks.entries()) {
    const next = looks[index + 1];
    if (next !== undefined && intersect(look.before, next.after, rate).step) found.add(index);
  }
  return found;
}

/** The look of each hour that says most, seen from both sides. */
function anchorsOf(looks: readonly Look[]): Anchor[] {
  const anchors: Anchor[] = [];
  let hour = Number.NaN;
  for (const look of looks) {
    const anchor = { look, widthMs: Math.max(widthOf(look.before), widthOf(look.after)) };
    const lookHour = Math.floor(look.before.atMs / anchorEveryMs);
    const last = anchors.at(-1);
    if (lookHour !== hour || last === undefined) anchors.push(anchor);
    else if (anchor.widthMs < last.widthMs) anchors[anchors.length - 1] = anchor;
    hour = lookHour;
  }
  return anchors;
}

/** The anchors cut where there is a long gap, and where they leave a straight line. */
function straightParts(anchors: readonly Anchor[]): Anchor[][] {
  const parts: Anchor[][] = [];
  for (const anchor of anchors) {
    const part = parts.at(-1);
    const last = part?.at(-1);
    const isFar = last === undefined || anchor.look.before.atMs - last.look.before.atMs > longestGapMs;
    if (part === undefined || last === undefined || isFar) parts.push([anchor]);
    else if (part.length >= anchorsPerLine || !isStraight([...part, anchor])) parts.push([last, anchor]);
    else part.push(anchor);
  }
  return parts;
}

/** A line fits as long as the looks lie now on one side of it and now on the other. */
function isStraight(part: readonly Anchor[]): boolean {
  const { ppm, atMs, bestMs } = regression(part);
  let inARow = 0;
  let side = 0;
  for (const { look } of part) {
    const residual = look.bestMs - bestMs - ((look.before.atMs - atMs) * ppm) / 1_000_000;
    inARow = Math.sign(residual) === side ? inARow + 1 : 1;
    side = Math.sign(residual);
    if (inARow >= oneSidedAfter && side !== 0) return false;
  }
  return true;
}

/** The straight line nearest to the looks: each counts by how much it says, 1/width². */
function regression(part: readonly Anchor[]): { readonly ppm: number; readonly atMs: number; readonly bestMs: number } {
  const originMs = part[0]?.look.before.atMs ?? 0;
  let [weights, times, offsets] = [0, 0, 0];
  for (const { look, widthMs } of part) {
    const weight = 1 / widthMs ** 2;
    weights += weight;
    times += weight * (look.before.atMs - originMs);
    offsets += weight * look.bestMs;
  }
  const [meanTime, bestMs] = [times / weights, offsets / weights];
  let [products, squares] = [0, 0];
  for (const { look, widthMs } of part) {
    const weight = 1 / widthMs ** 2;
    const timeMs = look.before.atMs - originMs - meanTime;
    products += weight * timeMs * (look.bestMs - bestMs);
    squares += weight * timeMs * timeMs;
  }
  return { ppm: squares === 0 ? 0 : (products / squares) * 1_000_000, atMs: originMs + meanTime, bestMs };
}

/**
 * The line through looks, with its mean rate between first and last: their offsets, subtracted at their worst and at
 * their best. Room is left for the largest step that could hide in between.
 */
function lineThrough(part: readonly Anchor[]): Line[] {
  const [first, last] = [part[0]?.look, part.at(-1)?.look];
  if (first === undefined || last === undefined || part.length < 3) return [];
  const fromMs = first.before.atMs;
  const untilMs = last.before.atMs;
  const { ppm } = regression(part);
  const hiddenMs = largestHiddenStep(part, ppm);
  const perMs = 1_000_000 / (untilMs - fromMs);
  const slowest = (last.before.earliestMs - first.after.latestMs - hiddenMs) * perMs;
  const fastest = (last.before.latestMs - first.after.earliestMs + hiddenMs) * perMs;
  return [{ ppm, minPpm: Math.min(slowest, ppm), maxPpm: Math.max(fastest, ppm), fromMs, untilMs, looks: part.length }];
}

/** The most a clock can have been moved between two neighbouring looks: what lies beside the line, and the weather. */
function largestHiddenStep(part: readonly Anchor[], ppm: number): number {
  let largest = 0;
  for (const [index, { look }] of part.entries()) {
    const next = part[index + 1]?.look;
    if (next === undefined) break;
    const overMs = (next.before.atMs - look.before.atMs) / 1_000_000;
    const [least, most] = [next.before.earliestMs - look.after.latestMs, next.before.latestMs - look.after.earliestMs];
    const besideMs = Math.max(most - overMs * ppm, overMs * ppm - least);
    largest = Math.max(largest, besideMs + overMs * wobblePpm);
  }
  return largest;
}

function isUseful({ minPpm, maxPpm }: Line): boolean {
  return (maxPpm - minPpm) / 2 <= usefulPpm;
}
