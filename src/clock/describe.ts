/** Explains one punch: everything its time rests on, as data (docs/time.md, "One punch"). */
import type { Assumption, LookFact, Sum, TimeDescription, WhatWouldChange } from './description.ts';
import type { ClockEvidence, ClockModel, ClockStep, RecordTime, Span } from './model-types.ts';
import { readingsOf } from './readings.ts';
import { type Look, type Run, runsOf } from './runs.ts';
import { type Placed, placeIn, rateBetween, spanUnder } from './span.ts';

/** Samples shown of one look, and how long before the last of them they may have been taken. */
const samplesShown = 12;
const oneVisitMs = 60_000;

/**
 * Explains the time of one record.
 *
 * @param model what `buildClockModel` made of the same evidence
 * @param index of the record in `evidence.records`
 * @param candidate which of several settings of the clock that fit the looks and the sums are of: an index into
 * `candidates` of its time
 * @throws RangeError when there is no such record
 */
export function describeTime(
  evidence: ClockEvidence,
  model: ClockModel,
  index: number,
  candidate = 0,
): TimeDescription {
  const [record, time] = [evidence.records[index], model.times[index]];
  if (record === undefined || time === undefined) throw new RangeError(`no record number ${index}`);
  const runs = runsOf(readingsOf(evidence).readings, evidence);
  const chosen = time.segment ?? time.candidates[candidate]?.segment ?? -1;
  const run = runs[chosen];
  const placed = run === undefined || record.deviceMs === null ? null : placeIn(run, record.deviceMs);
  const lookBefore = factOf(run, placed?.lookBefore ?? null, 'before');
  const lookAfter = factOf(run, placed?.lookAfter ?? null, 'after');
  const around = {
    earliestMs: Math.min(time.earliestMs, lookBefore?.offset.atMs ?? time.earliestMs),
    latestMs: Math.max(time.latestMs, lookAfter?.offset.atMs ?? time.latestMs),
  };
  const isOfRecord = (ranges: readonly { epoch: number; from: number; to: number }[]): boolean =>
    ranges.some(({ epoch, from, to }) => epoch === record.epoch && from <= record.ordinal && record.ordinal < to);
  return {
    record,
    time,
    segment: time.segment === null ? null : (model.segments[time.segment] ?? null),
    lookBefore,
    lookAfter,
    steps: stepsNear(model.steps, time),
    troubles: model.troubles.filter(
      ({ fromMs, untilMs, records }) => isOfRecord(records) || (records.length === 0 && meets(around, fromMs, untilMs)),
    ),
    sets: evidence.sets.filter(({ sentAtMs, receivedAtMs }) => meets(around, sentAtMs, receivedAtMs)),
    operations: evidence.operations.filter(({ absentAtMs, presentAtMs }) =>
      meets(around, absentAtMs ?? presentAtMs, presentAtMs),
    ),
    sums:
      run === undefined || record.deviceMs === null || placed === null
        ? []
        : sumsOf(run, placed, record.deviceMs, time),
    assumptions: assumptionsOf(time),
    wouldChange: wouldChange(time),
  };
}

function meets({ earliestMs, latestMs }: Span, fromMs: number, untilMs: number): boolean {
  return fromMs <= latestMs && untilMs >= earliestMs;
}

/** A look with the samples that belong to the same visit. */
function factOf(run: Run | undefined, index: number | null, side: 'before' | 'after'): LookFact | null {
  const look = index === null ? undefined : run?.looks[index];
  if (run === undefined || index === null || look === undefined) return null;
  const nearby = (other: Look): boolean => Math.abs(other.before.atMs - look.before.atMs) <= oneVisitMs;
  const looks =
    side === 'before'
      ? run.looks.slice(Math.max(0, index - samplesShown + 1), index + 1)
      : run.looks.slice(index, index + samplesShown);
  return { offset: look[side], samples: looks.filter(nearby).map(({ sample }) => sample) };
}

/** Steps that overlap the bounds, the last one before them and the first one after them. */
function stepsNear(steps: readonly ClockStep[], time: RecordTime): ClockStep[] {
  const before = steps.findLast(({ latestMs }) => latestMs < time.earliestMs);
  const after = steps.find(({ earliestMs }) => earliestMs > time.latestMs);
  return steps.filter((step) => step === before || step === after || meets(time, step.earliestMs, step.latestMs));
}

function sumsOf(run: Run, placed: Placed, shownMs: number, time: RecordTime): Sum[] {
  if (run.kind === 'frozen') return [cutTo(time)];
  const { lookBefore, lookAfter, estimateMs } = placed;
  const rate = rateBetween(run, lookBefore ?? -1, lookAfter ?? run.looks.length);
  const { minPpm, maxPpm } = rate;
  const sums: Sum[] = [];
  for (const [side, index] of [
    ['before', lookBefore],
    ['after', lookAfter],
  ] as const) {
    const offset = index === null ? undefined : run.looks[index]?.[side];
    if (offset === undefined) continue;
    const span = spanUnder(shownMs, offset, rate);
    const from = { earliestMs: offset.earliestMs, latestMs: offset.latestMs };
    const to = { earliestMs: shownMs + 1_000 - span.latestMs, latestMs: shownMs - span.earliestMs };
    sums.push({ kind: 'carry', side, overMs: estimateMs - offset.atMs, minPpm, maxPpm, from, to });
  }
  const { earliestMs, latestMs } = placed;
  sums.push({ kind: 'earliest', shownMs, offsetMs: shownMs - earliestMs, resultMs: earliestMs });
  sums.push({ kind: 'latest', shownMs, offsetMs: shownMs + 1_000 - latestMs, resultMs: latestMs });
  sums.push({ kind: 'estimate', shownMs, offsetMs: shownMs - estimateMs, resultMs: estimateMs });
  if (time.earliestMs !== earliestMs || time.latestMs !== latestMs) sums.push(cutTo(time));
  return sums;
}

function cutTo({ earliestMs, latestMs }: RecordTime): Sum {
  return { kind: 'cut', earliestMs, latestMs };
}

function assumptionsOf({ status, basis }: RecordTime): Assumption[] {
  if (status === 'final') {
    const proof = basis === 'reset-proven' ? 'restarts-in-2000' : 'not-there-and-back';
    return ['host-clock', 'rate-within-limits', 'log-in-order', proof];
  }
  if (status === 'provisional') return ['host-clock', 'rate-within-limits', 'not-moved-since-look'];
  return ['host-clock', 'log-in-order'];
}

function wouldChange({ status, basis }: RecordTime): WhatWouldChange {
  if (status === 'final') return 'nothing';
  if (status === 'provisional') return basis === 'after-last-sample' ? 'later-sample' : 'no-later-evidence';
  return basis === 'no-sample' ? 'later-sample' : 'witness';
}
