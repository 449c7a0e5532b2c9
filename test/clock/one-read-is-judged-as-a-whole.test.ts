import { describe, expect, test } from 'vitest';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockEvidence, RecordEvidence, RecordTime } from '../../src/clock/model-types.ts';
import { at, every, hour, minute } from './stories/at.ts';
import { type Event, play } from './truth.ts';

const jakarta = 7 * hour;

/** A terminal that is right, moved back by ten minutes at 08:00:30, sampled every minute; what it wrote, found by one read. */
function oneRead(
  punches: readonly string[],
  events: readonly Event[] = [{ kind: 'move', atMs: at('08:00:30'), byMs: -10 * minute }],
): { times: readonly RecordTime[]; truthMs: readonly number[] } {
  const { evidence, truthMs } = play({
    seed: 1,
    startMs: at('00:00'),
    zone: 'Asia/Jakarta',
    zoneHours: 7,
    fastMs: 0,
    driftPpm: 0,
    wobblePpm: 0,
    roundTripMs: 25,
    polls: every(minute, '06:00', '12:00'),
    events,
    punches: punches.map(at),
    cachedForMs: 0,
    live: false,
    operationLog: false,
    hostErrorMs: 0,
  });
  const records = evidence.records.map((record) => ({ ...record, absentAtMs: at('06:30'), presentAtMs: at('11:30') }));
  return { truthMs, times: buildClockModel({ ...evidence, records }).times };
}

test('a punch beside the step can not lie before the final one in front of it, nor after the one behind it', () => {
  const { times, truthMs } = oneRead(['07:50:00', '08:00:20', '08:10:00']);
  expect(times.map(({ status }) => status)).toEqual(['final', 'bounded', 'final']);
  const [, beside] = times;
  // A second and a half is how far records may be out of order.
  expect(beside?.earliestMs).toBeGreaterThan(at('07:49:57'));
  expect(beside?.latestMs).toBeLessThan(at('08:10:03'));
  expect(beside?.occurredAtMs).toBeCloseTo(truthMs[1] ?? 0, -3);
});

test('unless the host went back in between: then what came later can stand earlier', () => {
  const wentBack = { kind: 'host-step', atMs: at('09:00:30'), byMs: -hour } as const;
  const { times, truthMs } = oneRead(['08:40:00', '09:00:50', '11:00:00'], [wentBack]);
  for (const [index, { earliestMs, latestMs }] of times.entries()) {
    expect(truthMs[index]).toBeGreaterThanOrEqual(earliestMs);
    expect(truthMs[index]).toBeLessThanOrEqual(latestMs);
  }
  // By the host's clock the second was made forty minutes before the first.
  expect((truthMs[0] ?? 0) - (truthMs[1] ?? 0)).toBeGreaterThan(39 * minute);
});

test('records of a clock that was never sampled are cut where even one clock did not write them', () => {
  const day = 24 * hour;
  const base = evidenceOf([at('07:10'), at('08:00') + 90 * day, at('07:30') + 90 * day, at('08:10') + 90 * day]);
  const { segments, times } = buildClockModel(base);
  expect(times.map(({ segment }) => segment)).toEqual([0, 1, 2, 2]);
  expect(segments.slice(1).map(({ kind, records }) => [kind, records])).toEqual([
    ['unsampled', [{ epoch: 1, from: 1, to: 2 }]],
    ['unsampled', [{ epoch: 1, from: 2, to: 4 }]],
  ]);
});

test('one record that no clock explains takes the trust from all of its read', () => {
  const { times } = oneRead(['07:10:00', '07:20:00', '07:30:00'], []);
  expect(times.map(({ status }) => status)).toEqual(['final', 'final', 'final']);
  const records = (deviceMs: number | null): ClockEvidence => {
    const base = evidenceOf([at('07:10'), at('07:20'), at('07:30')]);
    return { ...base, records: base.records.map((record, index) => (index === 1 ? { ...record, deviceMs } : record)) };
  };
  const strange = buildClockModel(records(at('23:00') + jakarta)).times;
  expect(strange.map(({ status, basis }) => [status, basis])).toEqual([
    ['bounded', 'several-steps'],
    ['uncorrectable', 'outside-bracket'],
    ['bounded', 'several-steps'],
  ]);
  // A date that cannot exist tells of a broken record, not of a moved clock.
  expect(buildClockModel(records(null)).times.map(({ status }) => status)).toEqual(['final', 'uncorrectable', 'final']);
});

/** Samples of a terminal that is right, and records by the instants they were made at, found by one read at 11:30. */
function evidenceOf(madeAtMs: readonly number[], absentAtMs: number | null = at('06:30')): ClockEvidence {
  const samples = every(minute, '06:00', '12:00').flatMap((atMs) => [
    { sentAtMs: atMs - 20, receivedAtMs: atMs - 10, deviceMs: atMs - 1_000 + jakarta, kind: 'before-read' as const },
    { sentAtMs: atMs + 1, receivedAtMs: atMs + 11, deviceMs: atMs + jakarta, kind: 'before-read' as const },
  ]);
  const records = madeAtMs.map((atMs, ordinal): RecordEvidence => {
    return { epoch: 1, ordinal, deviceMs: atMs + jakarta, absentAtMs, presentAtMs: at('11:30') };
  });
  return { samples, sets: [], operations: [], hostSteps: [], records, zone: 'Asia/Jakarta' };
}

test('a host may have corrected its own clock by half a second since it last looked', () => {
  const early = buildClockModel(evidenceOf([at('06:29:59')])).times[0];
  // Shown 06:29:59, which lasts until 06:30:00: inside the bracket, half a second allowed.
  expect(early).toMatchObject({ status: 'final', earliestMs: at('06:29:59.5') });
  expect(buildClockModel(evidenceOf([at('06:29:58')])).times[0]?.status).toBe('uncorrectable');
});

test('a host that says it may be wrong by more gives more room at both ends', () => {
  const { samples, ...rest } = evidenceOf([at('06:29:58')]);
  const unsure = samples.map((sample) => ({ ...sample, hostErrorMs: 2_000 }));
  expect(buildClockModel({ ...rest, samples: unsure }).times[0]).toMatchObject({
    status: 'final',
    latestMs: expect.any(Number),
  });
});

test('a bracket that holds nothing, because the host went back, is no bracket', () => {
  const time = buildClockModel(evidenceOf([at('11:00')], at('11:45'))).times[0];
  expect(time).toMatchObject({ status: 'provisional', earliestMs: expect.closeTo(at('11:00'), -2) });
});

describe('a log that was never read before', () => {
  const reset = Date.UTC(2000, 0, 1) - jakarta;

  test('is good as far as it runs forward to the sample', () => {
    const { times } = buildClockModel(evidenceOf([at('06:10') - 90 * 24 * hour, at('06:10')], null));
    expect(times.map(({ status, basis }) => [status, basis])).toEqual([
      ['provisional', 'before-first-sample'],
      ['provisional', 'between-samples'],
    ]);
  });

  test('holds a reset: what stands behind it is good, what stands before it is not known', () => {
    const evidence = evidenceOf([at('06:05'), at('06:06'), reset, at('06:10')], null);
    expect(buildClockModel(evidence).times.map(({ status }) => status)).toEqual([
      'uncorrectable',
      'uncorrectable',
      'uncorrectable',
      'provisional',
    ]);
  });

  test('and what cannot be corrected stands where the screen showed it, if that can be', () => {
    const { times } = buildClockModel(evidenceOf([at('06:05'), reset, at('06:10')], null));
    expect(times.map(({ occurredAtMs }) => occurredAtMs).slice(0, 2)).toEqual([at('06:05'), reset]);
    expect(times[0]).toMatchObject({
      basis: 'behind-a-step',
      earliestMs: Number.NEGATIVE_INFINITY,
      latestMs: at('11:30'),
    });
  });
});

test('a live event bounds a record, whatever its clock showed', () => {
  const base = evidenceOf([at('23:00')]);
  const records = base.records.map((record) => ({ ...record, heardAtMs: at('07:00:01') }));
  expect(buildClockModel({ ...base, records }).times[0]).toMatchObject({
    status: 'uncorrectable',
    latestMs: at('07:00:01'),
  });
});
