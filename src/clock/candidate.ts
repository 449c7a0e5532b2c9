/**
 * From what the screen showed to when it was: one punch under one piece of evidence about the clock
 * (docs/time.md, "One punch").
 */
import { midpointOf, widen } from './offset.ts';
import type { Span } from './order.ts';
import type { OffsetInterval } from './sample.ts';

/**
 * Every true instant at which a terminal could have shown `deviceMs`, if its clock ran without a step between that
 * instant and the evidence.
 *
 * The screen keeps a second for a second, so the instant lies in `[shown − highest offset, shown + 1,000 − lowest
 * offset)`, each offset taken at that instant and widened by the drift up to the evidence.
 *
 * @returns milliseconds UTC
 */
export function candidateFor(deviceMs: number, evidence: OffsetInterval, driftPpm: number): Span {
  return {
    earliestMs: solve(deviceMs, evidence.latestMs, (atMs) => widen(evidence, atMs, driftPpm).latestMs),
    latestMs: solve(deviceMs + 1_000, evidence.earliestMs, (atMs) => widen(evidence, atMs, driftPpm).earliestMs),
  };
}

/** The smallest span that holds both. */
export function hullOf(a: Span, b: Span): Span {
  return { earliestMs: Math.min(a.earliestMs, b.earliestMs), latestMs: Math.max(a.latestMs, b.latestMs) };
}

/** The part of `span` inside `limit`, or null when they do not meet. */
export function clip(span: Span, limit: Span): Span | null {
  const earliestMs = Math.max(span.earliestMs, limit.earliestMs);
  const latestMs = Math.min(span.latestMs, limit.latestMs);
  return earliestMs <= latestMs ? { earliestMs, latestMs } : null;
}

/**
 * The best single instant for a punch: what the screen showed minus the offset at that time, so that a well-set terminal
 * keeps the time that was on its screen.
 *
 * The offset is interpolated between the two pieces of evidence, and held constant before the first and after the last.
 */
export function estimateFor(deviceMs: number, evidence: readonly OffsetInterval[]): number | null {
  const [first, last] = [evidence[0], evidence.at(-1)];
  if (first === undefined || last === undefined) return null;
  return solve(deviceMs, midpointOf(first), (atMs) => interpolate(first, last, atMs));
}

function interpolate(first: OffsetInterval, last: OffsetInterval, atMs: number): number {
  const span = last.atMs - first.atMs;
  const share = span <= 0 ? 1 : Math.min(1, Math.max(0, (atMs - first.atMs) / span));
  return midpointOf(first) + share * (midpointOf(last) - midpointOf(first));
}

/**
 * The instant `t` at which `t + offsetAt(t)` is `deviceMs`. Offsets change by parts of a thousand at most, so each round
 * leaves less than a thousandth of the error, and five leave nothing of a century.
 */
function solve(deviceMs: number, firstGuessMs: number, offsetAt: (atMs: number) => number): number {
  let atMs = deviceMs - firstGuessMs;
  for (let round = 0; round < 5; round += 1) atMs = deviceMs - offsetAt(atMs);
  return atMs;
}
