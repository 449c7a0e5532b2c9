/** A simulated terminal with a clock of whole seconds, asked over a simulated link by the code that asks real ones. */
import { planBurst } from '../../src/clock/aim.ts';
import { foldSamples, midpointOf, widthOf } from '../../src/clock/offset.ts';
import type { ClockSample } from '../../src/clock/sample.ts';

/** A link: its round trip, and how often a reply comes late. */
export interface Link {
  readonly roundTripMs: number;
  readonly tailShare: number;
}

/** How the clock is asked: at the moments the code chooses, or at any. */
export type Manner = 'directed' | 'random';

/** What some questions found. */
export interface Outcome {
  /** Half the width of the proven interval, and how far its middle is from the truth, in milliseconds. */
  readonly boundMs: number;
  readonly errorMs: number;
  /** The truth is not in the interval, or the answers contradict each other. */
  readonly outside: boolean;
  /** How far one answer is off by itself: shown, plus half a second, minus the middle of its round trip. */
  readonly plainErrorMs: number;
}

/** Asks a terminal `count` times. Offset, drift up to ±200 millionths, uneven ways and late replies come from `random`. */
export function ask(random: () => number, link: Link, count: number, manner: Manner): Outcome {
  const startMs = 1_790_000_000_000 + Math.floor(random() * 1e9);
  const offsetMs = (random() - 0.5) * 1_200_000 + 7 * 3_600_000;
  const driftPpm = (random() - 0.5) * 400;
  const offsetAt = (hostMs: number): number => offsetMs + ((hostMs - startMs) * driftPpm) / 1_000_000;
  const samples: ClockSample[] = [];
  let nowMs = startMs;
  for (let asked = 0; asked < count; asked += 1) {
    const planned = planBurst({ prior: null, samples, count, nowMs });
    const sentAtMs = nowMs + (manner === 'directed' ? (planned?.delayMs ?? 0) : random() * 1_000);
    const late = random() < link.tailShare ? random() * 8 : 0;
    const roundTripMs = link.roundTripMs * (0.9 + random() * 0.3 + late);
    const readAtMs = sentAtMs + roundTripMs * (0.2 + random() * 0.6);
    const deviceMs = Math.floor((readAtMs + offsetAt(readAtMs)) / 1_000) * 1_000;
    nowMs = sentAtMs + roundTripMs;
    samples.push({ sentAtMs, receivedAtMs: nowMs, deviceMs, kind: 'hourly' });
  }
  const runs = foldSamples(samples);
  const [interval, first] = [runs[0]?.interval, samples[0]];
  if (interval === undefined || first === undefined) throw new RangeError('at least one question');
  const truth = offsetAt(interval.atMs);
  const middleMs = (first.sentAtMs + first.receivedAtMs) / 2;
  return {
    boundMs: widthOf(interval) / 2,
    errorMs: Math.abs(midpointOf(interval) - truth),
    outside: runs.length !== 1 || truth < interval.earliestMs || truth >= interval.latestMs,
    plainErrorMs: Math.abs(first.deviceMs + 500 - middleMs - offsetAt(middleMs)),
  };
}
