/**
 * Where a step lies, and by what evidence (docs/time.md, "Where a clock was moved"): our own command, a live event, the
 * arrival of records, the operation log, the order of records, the samples themselves.
 */
import type { ClockEvidence, ClockStep, RecordEvidence, RecordTime, Span, StepLocator } from './model-types.ts';
import { locate, operationCodes } from './operations.ts';
import { isResetTime, resetDeviceMs } from './reset.ts';
import type { Run } from './runs.ts';
import { placeIn } from './span.ts';

/** A record and what was concluded about it. */
export interface Row {
  readonly record: RecordEvidence;
  readonly time: RecordTime;
}

export function meets({ earliestMs, latestMs }: Span, fromMs: number, untilMs: number): boolean {
  return fromMs <= latestMs && untilMs >= earliestMs;
}

/** When a clock that shows 2000 restarted, if that was in the window. */
export function resetIn(next: Run, window: Span): Span | null {
  const shownMs = next.looks[0]?.sample.deviceMs;
  const start = shownMs !== undefined && isResetTime(shownMs) ? placeIn(next, resetDeviceMs) : null;
  if (start === null) return null;
  const earliestMs = Math.max(start.earliestMs, window.earliestMs);
  const latestMs = Math.min(start.latestMs - 1_000, window.latestMs);
  return earliestMs <= latestMs ? { earliestMs, latestMs } : null;
}

/** The step lies behind the last record of the clock before it … */
export function earliestOf(row: Row | undefined): number {
  return row?.time.candidates[0]?.earliestMs ?? row?.time.earliestMs ?? Number.NEGATIVE_INFINITY;
}

/** … and in front of the first record of the clock after it. */
export function latestOf(row: Row | undefined): number {
  return row?.time.candidates[0]?.latestMs ?? row?.time.latestMs ?? Number.POSITIVE_INFINITY;
}

export function idOf(row: Row | undefined): ClockStep['lastBefore'] {
  return row === undefined ? null : { epoch: row.record.epoch, ordinal: row.record.ordinal };
}

/** What narrowed the step most credibly. */
export function locatorOf(facts: {
  readonly set: object | undefined;
  readonly window: Span;
  readonly start: Span;
  readonly hintMs: number | null;
  readonly before: Row | undefined;
  readonly after: Row | undefined;
  readonly run: Run;
  readonly next: Run;
}): StepLocator {
  const { set, window, start, hintMs, before, after, run, next } = facts;
  if (set !== undefined) return 'own-set';
  const limiting = [
    window.earliestMs > start.earliestMs && before !== undefined ? { row: before, other: next } : null,
    window.latestMs < start.latestMs && after !== undefined ? { row: after, other: run } : null,
  ].filter((limit) => limit !== null);
  const isHeard = limiting.some(({ row: { record } }) => (record.heardAtMs ?? null) !== null);
  if (isHeard) return 'live-event';
  if (limiting.some(({ row, other }) => !fitsBracket(row.record, other))) return 'arrival';
  if (hintMs !== null) return 'operation-log';
  return limiting.length > 0 ? 'order' : 'samples';
}

/** Whether the other clock could have written a record, by its arrival bracket alone. */
function fitsBracket({ deviceMs, absentAtMs, presentAtMs }: RecordEvidence, run: Run): boolean {
  const place = deviceMs === null ? null : placeIn(run, deviceMs);
  if (place === null) return false;
  return place.latestMs >= (absentAtMs ?? Number.NEGATIVE_INFINITY) && place.earliestMs <= presentAtMs;
}

/** The first entry of the operation log that tells of the clock and lies in the window, by one of its clocks. */
export function hintIn({ operations }: ClockEvidence, runs: readonly Run[], window: Span): number | null {
  const codes: readonly number[] = [operationCodes.timeSet, operationCodes.factoryReset, operationCodes.powerOn];
  for (const entry of operations) {
    if (!codes.includes(entry.operation)) continue;
    if (!meets(window, entry.absentAtMs ?? Number.NEGATIVE_INFINITY, entry.presentAtMs)) continue;
    const hint = locate(entry, runs);
    if (hint !== null && meets(window, hint.atMs, hint.atMs)) return hint.atMs;
  }
  return null;
}
