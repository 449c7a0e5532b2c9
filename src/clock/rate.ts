/**
 * How fast a clock gains or loses (docs/time.md, "Between two looks").
 *
 * Two looks a long time apart prove the mean rate between them by mere subtraction. That, for every stretch in which the
 * clock ran along a straight line, and room for the weather, gives the limits. The fitted line only gives the estimate.
 */
import type { ClockRate } from './model-types.ts';
import { anyRate, intersect, midpointOf, rateLimitPpm, widthOf } from './offset.ts';
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
const wobblePpm = 20;
/** One look an hour is enough for a line, and keeps a year small. */
const anchorEveryMs = 3_600_000;
/** Longest stretch a line is fitted to: two days of hours. */
const anchorsPerLine = 48;
/** Looks that are further apart than this leave too much room between them to belong to one line. */
const longestGapMs = 2 * anchorEveryMs;
/** So many residuals in a row on one side of a line, and the clock does not follow it any more. */
const oneSidedAfter = 8;
/** No look is known better than this, in milliseconds. */
const leastDoubtMs = 1;
/** A mean rate that is known worse than this, in millionths, says too little. */
const usefulPpm = 20;

/** A look that a line may be drawn through. */
interface Anchor {
  readonly look: Look;
  readonly widthMs: number;
}

/** A straight line through some looks: its slope, and what is proven of the mean rate from its first look to its last. */
export interface Line {
  readonly ppm: number;
  readonly minPpm: number;
  readonly maxPpm: number;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly looks: number;
}

/** The lines that a run of looks follows, one after another; none when too little is known. */
export function linesOf(looks: readonly Look[]): Line[] {
  const anchors = anchorsOf(looks);
  const useful = straightParts(anchors).flatMap(lineThrough).filter(isUseful);
  return useful.length > 0 ? useful : lineThrough(anchors).filter(isUseful);
}

/**
 * What is known of a crystal's rate from one instant to another: the lines that run through that time, or else the last
 * one before it and the first one after it, with room for the weather. Moving the hands does not change the crystal, so
 * lines hold across steps.
 *
 * @param lines of one terminal, in the order of time
 */
export function rateAround(lines: readonly Line[], fromMs: number, untilMs: number): ClockRate {
  const next = countLines(lines, (line) => line.fromMs < untilMs);
  const first = countLines(lines, (line) => line.untilMs <= fromMs);
  const around = first < next ? lines.slice(first, next) : lines.slice(Math.max(0, first - 1), next + 1);
  const [line] = around;
  if (line === undefined) return unfitted;
  return {
    ppm: line.ppm,
    minPpm: Math.max(-rateLimitPpm, Math.min(...around.map(({ minPpm }) => minPpm)) - wobblePpm),
    maxPpm: Math.min(rateLimitPpm, Math.max(...around.map(({ maxPpm }) => maxPpm)) + wobblePpm),
    basis: 'fitted',
    fit: { fromMs: line.fromMs, untilMs: line.untilMs, looks: line.looks },
  };
}

/** How many lines at the beginning fulfil a condition that no later one fulfils. */
function countLines(lines: readonly Line[], holds: (line: Line) => boolean): number {
  let [low, high] = [0, lines.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const line = lines[middle];
    if (line !== undefined && holds(line)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Where a clock left the limits of its rate, though not those of any clock: it was moved a little, or its rate changed. */
export function slightSteps(looks: readonly Look[], lines: readonly Line[]): Set<number> {
  const found = new Set<number>();
  if (lines.length === 0) return found;
  for (const [index, look] of looks.entries()) {
    const next = looks[index + 1];
    if (next === undefined) break;
    // What any clock may drift in that time is less than what the two looks leave open: nothing could be seen.
    const overMs = next.after.atMs - look.before.atMs;
    if ((overMs * rateLimitPpm) / 1_000_000 < leastDoubtMs) continue;
    if (intersect(look.before, next.after, rateAround(lines, look.before.atMs, next.after.atMs)).step) found.add(index);
  }
  return found;
}

/** The look of each hour that says most. */
function anchorsOf(looks: readonly Look[]): Anchor[] {
  const anchors: Anchor[] = [];
  let hour = Number.NaN;
  for (const look of looks) {
    const anchor = { look, widthMs: widthOf(look.all) };
    const lookHour = Math.floor(look.all.atMs / anchorEveryMs);
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
    const isFar = last === undefined || anchor.look.all.atMs - last.look.all.atMs > longestGapMs;
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
    const residual = midpointOf(look.all) - bestMs - ((look.all.atMs - atMs) * ppm) / 1_000_000;
    inARow = Math.sign(residual) === side ? inARow + 1 : 1;
    side = Math.sign(residual);
    if (inARow >= oneSidedAfter && side !== 0) return false;
  }
  return true;
}

/** The straight line nearest to the looks: each counts by how much it says, 1/width². */
function regression(part: readonly Anchor[]): { readonly ppm: number; readonly atMs: number; readonly bestMs: number } {
  const originMs = part[0]?.look.all.atMs ?? 0;
  let [weights, times, offsets] = [0, 0, 0];
  for (const { look, widthMs } of part) {
    const weight = 1 / widthMs ** 2;
    weights += weight;
    times += weight * (look.all.atMs - originMs);
    offsets += weight * midpointOf(look.all);
  }
  const [meanTime, bestMs] = [times / weights, offsets / weights];
  let [products, squares] = [0, 0];
  for (const { look, widthMs } of part) {
    const weight = 1 / widthMs ** 2;
    const timeMs = look.all.atMs - originMs - meanTime;
    products += weight * timeMs * (midpointOf(look.all) - bestMs);
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
  const fromMs = first.all.atMs;
  const untilMs = last.all.atMs;
  const { ppm } = regression(part);
  const hiddenMs = largestHiddenStep(part, ppm);
  const perMs = 1_000_000 / (untilMs - fromMs);
  const slowest = (last.all.earliestMs - first.all.latestMs - hiddenMs) * perMs;
  const fastest = (last.all.latestMs - first.all.earliestMs + hiddenMs) * perMs;
  return [{ ppm, minPpm: Math.min(slowest, ppm), maxPpm: Math.max(fastest, ppm), fromMs, untilMs, looks: part.length }];
}

/** The most a clock can have been moved between two neighbouring looks: what lies beside the line, and the weather. */
function largestHiddenStep(part: readonly Anchor[], ppm: number): number {
  let largest = 0;
  for (const [index, { look }] of part.entries()) {
    const next = part[index + 1]?.look;
    if (next === undefined) break;
    const overMs = (next.all.atMs - look.all.atMs) / 1_000_000;
    const [least, most] = [next.all.earliestMs - look.all.latestMs, next.all.latestMs - look.all.earliestMs];
    const besideMs = Math.max(most - overMs * ppm, overMs * ppm - least);
    largest = Math.max(largest, besideMs + overMs * wobblePpm);
  }
  return largest;
}

function isUseful({ minPpm, maxPpm }: Line): boolean {
  return (maxPpm - minPpm) / 2 <= usefulPpm;
}
