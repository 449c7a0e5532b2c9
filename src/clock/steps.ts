/**
 * The places where a clock was moved: between which records, when at the earliest and at the latest, how far, and what it
 * looks like (docs/time.md, "Where a clock was moved").
 */
import type { ClockEvidence, ClockStep, RecordTime, Span } from './model-types.ts';
import { carry, midpointOf } from './offset.ts';
import { rateAround } from './rate.ts';
import { isResetTime } from './reset.ts';
import type { Look, Run } from './runs.ts';
import type { OffsetInterval } from './sample.ts';
import { kindOf } from './step-kinds.ts';
import { earliestOf, hintIn, idOf, latestOf, locatorOf, meets, type Row, resetIn } from './step-location.ts';
import type { Stranger } from './strangers.ts';
import { zoneOffsetMs } from './zone.ts';

/** All steps, in the order of time as far as it is known. */
export function stepsOf(
  evidence: ClockEvidence,
  runs: readonly Run[],
  strangers: readonly Stranger[],
  times: readonly RecordTime[],
): ClockStep[] {
  const rows = outermostRows(evidence, times);
  const steps: ClockStep[] = [];
  for (const [index, run] of runs.entries()) {
    for (const look of run.slight) steps.push(slightStep(run, index, look));
    const next = runs[index + 1];
    if (next !== undefined) steps.push(stepBetween(evidence, runs, index, rows));
  }
  for (const [index, stranger] of strangers.entries()) {
    steps.push(...stepsAround(evidence, runs, times, stranger, runs.length + index));
  }
  return steps.sort((a, b) => a.latestMs - b.latestMs || a.earliestMs - b.earliestMs);
}

/** The first and the last row of each segment, by their time. */
function outermostRows({ records }: ClockEvidence, times: readonly RecordTime[]): { first: Row; last: Row }[] {
  const rows: { first: Row; last: Row }[] = [];
  for (const [index, time] of times.entries()) {
    const record = records[index];
    if (record === undefined || time.segment === null) continue;
    const row = { record, time };
    const known = rows[time.segment];
    if (known === undefined) rows[time.segment] = { first: row, last: row };
    else if (time.occurredAtMs >= known.last.time.occurredAtMs) known.last = row;
    else if (time.occurredAtMs < known.first.time.occurredAtMs) known.first = row;
  }
  return rows;
}

function stepBetween(
  evidence: ClockEvidence,
  runs: readonly Run[],
  index: number,
  rows: readonly { first: Row; last: Row }[],
): ClockStep {
  const [run, next] = [runs[index], runs[index + 1]];
  if (run === undefined || next === undefined) throw new RangeError('a step needs a run on both sides');
  const seen = { earliestMs: next.fromMs, latestMs: run.untilMs };
  const set = evidence.sets.find(({ sentAtMs, receivedAtMs }) => meets(seen, sentAtMs, receivedAtMs));
  const hostStep = evidence.hostSteps.find(({ atMs, byMs }) => meets(seen, Math.min(atMs, atMs + byMs), atMs));
  const reset = set === undefined ? resetIn(next, seen) : null;
  const [before, after] = [rows[index]?.last, rows[index + 1]?.first];
  const [fromMs, untilMs] = [earliestOf(before), latestOf(after)];
  const start = reset ?? seen;
  // Where records contradict the samples, neither narrows the other.
  const narrowed = { earliestMs: Math.max(start.earliestMs, fromMs), latestMs: Math.min(start.latestMs, untilMs) };
  const window = narrowed.earliestMs <= narrowed.latestMs ? narrowed : start;
  const hintMs = hintIn(evidence, runs, seen);
  const locatedBy = locatorOf({ set, window, start, hintMs, before, after, run, next });
  const byMs = sizeBetween(run, next, window);
  const kind = kindOf({
    window,
    unseenMs: seen.latestMs - seen.earliestMs,
    byMs,
    set,
    hostStep,
    touchesFrozen: run.kind === 'frozen' || next.kind === 'frozen',
    shownAfterMs: next.looks[0]?.sample.deviceMs ?? 0,
    beganIn2000: reset !== null,
    offsetBeforeMs: offsetAt(run, run.looks.at(-1)),
    offsetAfterMs: offsetAt(next, next.looks[0]),
    nominalMs: zoneOffsetMs(evidence.zone, window.latestMs),
    spacingMs: spacingOf(run.looks),
  });
  return {
    kind,
    before: index,
    after: index + 1,
    ...window,
    byMs,
    locatedBy,
    hintMs,
    lastBefore: idOf(before),
    firstAfter: idOf(after),
  };
}

/** The best guess of the offset at a look; null when frozen. */
function offsetAt(run: Run, look: Look | undefined): number | null {
  return run.kind === 'frozen' || look === undefined ? null : midpointOf(look.all);
}

/** The jump between two runs, both offsets carried into the window. */
function sizeBetween(run: Run, next: Run, window: Span): ClockStep['byMs'] {
  const [last, first] = [run.looks.at(-1), next.looks[0]];
  if (last === undefined || first === undefined || run.kind === 'frozen' || next.kind === 'frozen') return null;
  const rate = rateAround(run.lines, last.before.atMs, first.after.atMs);
  const before = [window.earliestMs, window.latestMs].map((atMs) => carry(last.before, atMs, rate));
  const after = [window.earliestMs, window.latestMs].map((atMs) => carry(first.after, atMs, rate));
  return difference(hull(before), hull(after));
}

function hull(intervals: readonly OffsetInterval[]): Span {
  const earliestMs = Math.min(...intervals.map((interval) => interval.earliestMs));
  return { earliestMs, latestMs: Math.max(...intervals.map((interval) => interval.latestMs)) };
}

function difference(before: Span, after: Span): Span {
  return { earliestMs: after.earliestMs - before.latestMs, latestMs: after.latestMs - before.earliestMs };
}

/** How far apart the last looks of a run were, as a rule: looks of one visit count once. */
function spacingOf(looks: readonly Look[]): number {
  const gaps = looks
    .slice(-32)
    .map((look, index, all) => look.before.atMs - (all[index - 1]?.before.atMs ?? look.before.atMs))
    .filter((gapMs) => gapMs > 20_000)
    .sort((a, b) => a - b);
  return gaps[Math.floor(gaps.length / 2)] ?? 60_000;
}

function slightStep(run: Run, index: number, look: number): ClockStep {
  const [before, after] = [run.looks[look], run.looks[look + 1]];
  if (before === undefined || after === undefined) throw new RangeError('a slight step lies between two looks');
  const rate = rateAround(run.lines, before.before.atMs, after.after.atMs);
  return {
    kind: 'slight',
    before: index,
    after: index,
    earliestMs: before.sample.sentAtMs,
    latestMs: after.sample.receivedAtMs,
    byMs: difference(carry(before.before, after.after.atMs, rate), after.after),
    locatedBy: 'samples',
    hintMs: null,
    lastBefore: null,
    firstAfter: null,
  };
}

/** The way to an unsampled clock and the way back. */
function stepsAround(
  { records }: ClockEvidence,
  runs: readonly Run[],
  times: readonly RecordTime[],
  stranger: Stranger,
  segment: number,
): ClockStep[] {
  const row = (index: number): Row | undefined => {
    const [record, time] = [records[index], times[index]];
    return record === undefined || time === undefined ? undefined : { record, time };
  };
  const [first, last] = [row(stranger.from), row(stranger.to - 1)];
  const [previous, following] = [row(stranger.from - 1), row(stranger.to)];
  if (first === undefined || last === undefined) return [];
  const standing = runs.findLastIndex((run) => (run.looks[0]?.sample.sentAtMs ?? 0) <= first.time.earliestMs);
  const closing = runs.findIndex((run) => (run.looks.at(-1)?.sample.receivedAtMs ?? 0) >= last.time.latestMs);
  const backMs = Math.min(last.time.latestMs, latestOf(following));
  const shared = { byMs: null, hintMs: null, locatedBy: 'arrival' } as const;
  const away: ClockStep = {
    ...shared,
    kind: isResetTime(first.record.deviceMs ?? 0) ? 'reset-2000' : 'moved',
    before: previous?.time.segment ?? (standing < 0 ? null : standing),
    after: segment,
    ...ordered(Math.max(first.time.earliestMs, earliestOf(previous)), Math.min(first.time.latestMs, backMs)),
    lastBefore: idOf(previous),
    firstAfter: idOf(first),
  };
  const back: ClockStep = {
    ...shared,
    kind: 'moved',
    before: segment,
    after: following?.time.segment ?? (closing < 0 ? null : closing),
    ...ordered(Math.max(last.time.earliestMs, away.earliestMs), backMs),
    lastBefore: idOf(last),
    firstAfter: idOf(following),
  };
  // The way on to another clock, sampled or not, is told of by that one.
  return back.after === null || back.after === standing || standing < 0 ? [away, back] : [away];
}

function ordered(earliestMs: number, latestMs: number): Span {
  return { earliestMs: Math.min(earliestMs, latestMs), latestMs };
}
