/**
 * What a chart of a clock shows: what is proven of its offset over time, cut into few enough parts to be drawn, with the
 * gaps in which nobody looked left as wide as they are. Offsets are against the office's time.
 */
import type { ClockEvidence, ClockModel, StepKind } from '../clock/model-types.ts';
import { carry } from '../clock/offset.ts';
import { rateAround } from '../clock/rate.ts';
import { readingsOf } from '../clock/readings.ts';
import { type Look, type Run, runsOf } from '../clock/runs.ts';
import { dayOf, zoneOffsetMs } from '../clock/zone.ts';

/** What is proven of an offset at one moment, in milliseconds. */
export interface BandPoint {
  readonly atMs: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/** A stretch of one run of the clock. */
export interface Band {
  /** `watched`: looks follow each other closely. `unwatched`: nobody looked, and the bounds open and close again. */
  readonly kind: 'watched' | 'unwatched';
  readonly points: readonly BandPoint[];
}

/** A change of the clock, numbered for the table below the chart. */
export interface ChartStep {
  readonly number: number;
  readonly kind: StepKind;
  readonly fromMs: number;
  readonly untilMs: number;
  readonly byMs: { readonly earliestMs: number; readonly latestMs: number } | null;
}

/** One day in figures, for those who cannot see the chart. */
export interface ChartDay {
  /** `YYYY-MM-DD` in the office's zone. */
  readonly day: string;
  readonly looks: number;
  readonly lowMs: number;
  readonly highMs: number;
}

/** Everything on a chart. */
export interface ClockChart {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly bands: readonly Band[];
  /** Edges of the offsets drawn; looks beyond them are counted in `outside`. */
  readonly lowMs: number;
  readonly highMs: number;
  readonly outside: number;
  readonly steps: readonly ChartStep[];
  /** When we set the clock. */
  readonly setsMs: readonly number[];
  readonly days: readonly ChartDay[];
}

/** Offsets further off than this, such as those of a clock that restarted in 2000, would flatten everything else. */
const drawnWithinMs = 2 * 3_600_000;
const leastSpanMs = 4_000;
const mostSteps = 60;

/** @param bins into how many parts of equal length the time is cut */
export function clockChart(
  evidence: ClockEvidence,
  model: ClockModel,
  view: { readonly fromMs: number; readonly untilMs: number; readonly bins: number; readonly timeZone: string },
): ClockChart {
  const { fromMs, untilMs, bins, timeZone } = view;
  const binMs = (untilMs - fromMs) / bins;
  const runs = runsOf(readingsOf(evidence).readings, evidence).filter(({ kind }) => kind === 'running');
  const zoneMs = zoneOffsetMs(timeZone, untilMs);
  const bands = runs.flatMap((run) => bandsOf(run, { fromMs, binMs, zoneMs }));
  const { edges, outside } = edgesOf(bands);
  const steps = model.steps
    .filter(({ kind, earliestMs, latestMs }) => kind !== 'slight' && latestMs >= fromMs && earliestMs <= untilMs)
    .slice(-mostSteps)
    .map(({ kind, earliestMs, latestMs, byMs }, index): ChartStep => {
      const [start, end] = [Math.max(fromMs, earliestMs), Math.min(untilMs, latestMs)];
      return { number: index + 1, kind, fromMs: start, untilMs: end, byMs };
    });
  return {
    fromMs,
    untilMs,
    bands,
    ...edges,
    outside,
    steps,
    setsMs: evidence.sets.map(({ sentAtMs }) => sentAtMs),
    days: daysOf(runs, timeZone, zoneMs),
  };
}

/** The look of each part of the time that says most, and what is open between those that are far apart. */
function bandsOf(run: Run, at: { readonly fromMs: number; readonly binMs: number; readonly zoneMs: number }): Band[] {
  const best: Look[] = [];
  let bin = Number.NaN;
  for (const look of run.looks) {
    const ownBin = Math.floor((look.all.atMs - at.fromMs) / at.binMs);
    const last = best.at(-1);
    if (ownBin !== bin || last === undefined) best.push(look);
    else if (widthOf(look) < widthOf(last)) best[best.length - 1] = look;
    bin = ownBin;
  }
  const pointOf = ({ all }: Look): BandPoint => ({
    atMs: all.atMs,
    lowMs: all.earliestMs - at.zoneMs,
    highMs: Math.min(all.latestMs, Number.MAX_SAFE_INTEGER) - at.zoneMs,
  });
  const bands: { kind: Band['kind']; points: BandPoint[] }[] = [];
  for (const [index, look] of best.entries()) {
    const previous = best[index - 1];
    const isFar = previous !== undefined && look.all.atMs - previous.all.atMs > 2.5 * at.binMs;
    if (previous !== undefined && isFar) {
      bands.push({
        kind: 'unwatched',
        points: [pointOf(previous), ...opening(run, previous, look, at.zoneMs), pointOf(look)],
      });
    }
    if (previous === undefined || isFar) bands.push({ kind: 'watched', points: [pointOf(look)] });
    else bands.at(-1)?.points.push(pointOf(look));
  }
  return bands;
}

function widthOf({ all }: Look): number {
  return all.latestMs - all.earliestMs;
}

/** What two looks leave open between them. */
function opening({ lines }: Run, from: Look, to: Look, zoneMs: number): BandPoint[] {
  const [startMs, endMs] = [from.all.atMs, to.all.atMs];
  const rate = rateAround(lines, startMs, endMs);
  return [0.25, 0.5, 0.75].map((part) => {
    const atMs = startMs + (endMs - startMs) * part;
    const [first, second] = [carry(from.before, atMs, rate), carry(to.after, atMs, rate)];
    return {
      atMs,
      lowMs: Math.min(first.earliestMs, second.earliestMs) - zoneMs,
      highMs: Math.max(first.latestMs, second.latestMs) - zoneMs,
    };
  });
}

/** The edges that hold all offsets of a usual size. */
function edgesOf(bands: readonly Band[]): {
  readonly edges: { readonly lowMs: number; readonly highMs: number };
  readonly outside: number;
} {
  const points = bands.flatMap((band) => (band.kind === 'watched' ? band.points : []));
  const isUsual = ({ lowMs, highMs }: BandPoint): boolean => Math.abs(lowMs + highMs) / 2 <= drawnWithinMs;
  const usual = points.filter(isUsual);
  const drawn = usual.length > 0 ? usual : points;
  let [lowMs, highMs] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const point of drawn) {
    // A single answer is open by more than a second on one side; what matters is where the clock can have been.
    lowMs = Math.min(lowMs, point.lowMs);
    highMs = Math.max(highMs, point.highMs);
  }
  if (drawn.length === 0) [lowMs, highMs] = [0, 0];
  const padMs = Math.max((highMs - lowMs) * 0.08, (leastSpanMs - (highMs - lowMs)) / 2);
  return { edges: { lowMs: lowMs - padMs, highMs: highMs + padMs }, outside: points.length - drawn.length };
}

function daysOf(runs: readonly Run[], timeZone: string, zoneMs: number): ChartDay[] {
  const days = new Map<string, { looks: number; lowMs: number; highMs: number }>();
  // Asking for a zone's day is slow; within a quarter of an hour it is the same day nearly everywhere it matters.
  const dayAt = new Map<number, string>();
  for (const { looks } of runs) {
    for (const { all } of looks) {
      const quarter = Math.floor(all.atMs / 900_000);
      const day = dayAt.get(quarter) ?? dayOf(timeZone, quarter * 900_000);
      dayAt.set(quarter, day);
      const known = days.get(day) ?? { looks: 0, lowMs: Number.POSITIVE_INFINITY, highMs: Number.NEGATIVE_INFINITY };
      known.looks += 1;
      known.lowMs = Math.min(known.lowMs, all.earliestMs - zoneMs);
      known.highMs = Math.max(known.highMs, all.latestMs - zoneMs);
      days.set(day, known);
    }
  }
  return [...days].sort(([a], [b]) => (a < b ? -1 : 1)).map(([day, figures]) => ({ day, ...figures }));
}
