/** A clock over time: how far it was ahead, as far as that is proven, where it was moved, and the punches made on it. */

import type { ClockModel, Span } from '../../../src/clock/model-types.ts';
import { carry, midpointOf } from '../../../src/clock/offset.ts';
import { rateAround } from '../../../src/clock/rate.ts';
import { readingsOf } from '../../../src/clock/readings.ts';
import { type Look, type Run, runsOf } from '../../../src/clock/runs.ts';
import type { World } from '../truth.ts';
import { area, box, dot, ink, line, picture, scale, width, words } from './svg.ts';

export interface Chart {
  readonly title: string;
  readonly world: World;
  readonly model: ClockModel;
  readonly fromMs: number;
  readonly untilMs: number;
  /** Marks of the time axis, in true time. */
  readonly hours: readonly number[];
  /** Seconds ahead of the office's time, at the lower and the upper edge. */
  readonly seconds: readonly [number, number];
  readonly zoneMs: number;
  /** A word on what lies outside the picture. */
  readonly note?: { readonly atMs: number; readonly text: string };
}

const left = 70;
const right = width - 20;
const top = 44;
const bottom = 230;
const laneHeight = 34;

const clockOf = (atMs: number, zoneMs: number): string => new Date(atMs + zoneMs).toISOString().slice(11, 16);
const secondOf = (atMs: number, zoneMs: number): string =>
  new Date(Math.round((atMs + zoneMs) / 1_000) * 1_000).toISOString().slice(11, 19);

/** Draws the chart. */
export function offsetChart(chart: Chart): string {
  const { title, world, model, fromMs, untilMs, hours, seconds, zoneMs } = chart;
  const x = scale([fromMs, untilMs], [left, right]);
  const y = scale(seconds, [bottom, top]);
  const clamp = (atMs: number): number => Math.min(untilMs, Math.max(fromMs, atMs));
  const secondsOf = (offsetMs: number): number =>
    y(Math.min(seconds[1], Math.max(seconds[0], (offsetMs - zoneMs) / 1_000)));
  const marks: string[] = [words(left, 24, title)];
  for (const atMs of hours) {
    marks.push(
      line(x(atMs), top, x(atMs), bottom, ink.faint),
      words(x(atMs), bottom + 17, clockOf(atMs, zoneMs), 'middle', ink.quiet),
    );
  }
  const stepOf = (seconds[1] - seconds[0]) / 4;
  for (let mark = seconds[0]; mark <= seconds[1] + 1e-9; mark += stepOf) {
    marks.push(
      line(left, y(mark), right, y(mark), ink.faint),
      words(left - 6, y(mark) + 4, `${Math.round(mark * 100) / 100} s`, 'end', ink.quiet),
    );
  }
  for (const step of model.steps) {
    if (step.latestMs < fromMs || step.earliestMs > untilMs) continue;
    const [start, end] = [x(clamp(step.earliestMs)), x(clamp(step.latestMs))];
    marks.push(
      box(start, top, end - start, bottom - top, ink.stepFill),
      words((start + end) / 2, top - 4, step.kind, 'middle', ink.step),
    );
  }
  for (const run of runsOf(readingsOf(world.evidence).readings, world.evidence)) {
    const looks = run.looks.filter(({ before }) => before.atMs >= fromMs && before.atMs <= untilMs);
    for (const [index, look] of looks.entries()) {
      const next = looks[index + 1];
      if (next !== undefined) marks.push(bandBetween(run, look, next, x, secondsOf));
    }
    for (const look of looks)
      marks.push(dot(x(look.before.atMs), secondsOf(midpointOf(look.all)), ink.proven, looks.length > 100 ? 1.2 : 2.5));
  }
  if (chart.note !== undefined)
    marks.push(words(x(chart.note.atMs), bottom - 12, chart.note.text, 'middle', ink.proven));
  marks.push(...lanes(chart, x, clamp));
  return picture(title, bottom + 46 + laneHeight * shownOf(chart).length, marks);
}

/** All offsets that are left open between two looks: what the one before says and what the one after says. */
function bandBetween(
  run: Run,
  look: Look,
  next: Look,
  x: (atMs: number) => number,
  y: (offsetMs: number) => number,
): string {
  const rate = rateAround(run.lines, look.before.atMs, next.before.atMs);
  const upper: [number, number][] = [];
  const lower: [number, number][] = [];
  for (let part = 0; part <= 12; part += 1) {
    const atMs = look.before.atMs + ((next.before.atMs - look.before.atMs) * part) / 12;
    const [first, second] = [carry(look.before, atMs, rate), carry(next.after, atMs, rate)];
    upper.push([x(atMs), y(Math.max(first.latestMs, second.latestMs))]);
    lower.push([x(atMs), y(Math.min(first.earliestMs, second.earliestMs))]);
  }
  return area([...upper, ...lower.reverse()], ink.provenFill);
}

function shownOf({ world, fromMs, untilMs }: Chart): number[] {
  return world.truthMs.flatMap((truthMs, index) => (truthMs >= fromMs && truthMs <= untilMs ? [index] : []));
}

/** One lane a punch: its bounds, its estimate, and the truth that only the simulation knows. */
function lanes(chart: Chart, x: (atMs: number) => number, clamp: (atMs: number) => number): string[] {
  const { world, model, zoneMs } = chart;
  return shownOf(chart).flatMap((index, lane) => {
    const [time, truthMs, record] = [model.times[index], world.truthMs[index], world.evidence.records[index]];
    if (time === undefined || truthMs === undefined || record === undefined) return [];
    const middle = bottom + 62 + lane * laneHeight;
    const bar = (span: Span, high: number, colour: string): string => {
      const [start, end] = [x(clamp(span.earliestMs)), x(clamp(span.latestMs))];
      return box(start - 1, middle - high / 2, end - start + 2, high, colour);
    };
    const isTight = time.status === 'final';
    const shown =
      record.deviceMs === null ? '?' : new Date(record.deviceMs).toISOString().slice(0, 19).replace('T', ' ');
    return [
      bar(time, 12, isTight ? ink.good : ink.stepFill),
      ...time.candidates.map((candidate) => bar(candidate, 12, ink.proven)),
      dot(x(truthMs), middle, ink.text, 2.5),
      words(left, middle - 10, `the screen showed ${shown}`),
      words(right, middle - 10, `${time.status}: ${secondOf(time.occurredAtMs, zoneMs)}`, 'end'),
    ];
  });
}
