import { describe, expect, test } from 'vitest';
import { describeTime } from '../../src/clock/describe.ts';
import type { Sum, TimeDescription } from '../../src/clock/description.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import type { ClockEvidence, RecordEvidence } from '../../src/clock/model-types.ts';
import type { ClockSample, SampleKind } from '../../src/clock/sample.ts';
import { judged } from '../tools/judged.ts';
import { randomPlan, themes } from './random-worlds.ts';
import { play } from './truth.ts';

const jakarta = 7 * 3_600_000;

/** An instant of 2 November 2026 by the clock of the office, in milliseconds UTC. */
function at(clock: string): number {
  const [hours = 0, minutes = 0, seconds = 0] = clock.split(':').map(Number);
  return Date.UTC(2026, 10, 2) - jakarta + ((hours * 60 + minutes) * 60 + seconds) * 1_000;
}

const shows = (clock: string): number => at(clock) + jakarta;

function sample(sent: string, received: string, shown: string, kind: SampleKind = 'before-read'): ClockSample {
  return { sentAtMs: at(sent), receivedAtMs: at(received), deviceMs: shows(shown), kind };
}

/** The worked example of docs/time.md, "One punch": a terminal about 2:10 fast, and a punch whose record shows 07:32:05. */
const example: ClockEvidence = {
  samples: [
    // Just before its clock ticks, and just after: 2:10.02 to 2:10.06 fast, before …
    sample('07:29:29.900', '07:29:29.940', '07:31:39'),
    sample('07:29:29.980', '07:29:30.000', '07:31:40'),
    // … and after.
    sample('07:30:29.900', '07:30:29.940', '07:32:39', 'after-read'),
    sample('07:30:29.980', '07:30:30.000', '07:32:40', 'after-read'),
  ],
  sets: [],
  operations: [],
  hostSteps: [],
  records: [
    { epoch: 1, ordinal: 0, deviceMs: shows('07:32:05'), absentAtMs: at('07:29:30'), presentAtMs: at('07:30:30') },
  ],
  zone: 'Asia/Jakarta',
};

function explain(evidence: ClockEvidence, index = 0): TimeDescription {
  return describeTime(evidence, buildClockModel(evidence), index);
}

const sumOf = <K extends Sum['kind']>(description: TimeDescription, kind: K): Extract<Sum, { kind: K }> | undefined =>
  description.sums.find((sum): sum is Extract<Sum, { kind: K }> => sum.kind === kind);

describe('the worked example', () => {
  const told = explain(example);

  test('is final, between two looks a minute apart', () => {
    expect(told.time).toMatchObject({ status: 'final', basis: 'between-samples', straddles: null });
    expect(told.lookBefore?.samples).toEqual(example.samples.slice(0, 2));
    expect(told.lookAfter?.samples).toEqual(example.samples.slice(2));
    expect(told).toMatchObject({ assumptions: expect.arrayContaining(['not-there-and-back']), wouldChange: 'nothing' });
  });

  test('comes out as a hearing works it out with pencil and paper', () => {
    const earliest = sumOf(told, 'earliest');
    expect(earliest?.shownMs).toBe(shows('07:32:05'));
    expect(earliest?.resultMs).toBe((earliest?.shownMs ?? 0) - (earliest?.offsetMs ?? 0));
    expect(told.time.earliestMs).toBe(earliest?.resultMs);
    const latest = sumOf(told, 'latest');
    expect(latest?.resultMs).toBe((latest?.shownMs ?? 0) + 1_000 - (latest?.offsetMs ?? 0));
    expect(told.time.latestMs).toBe(latest?.resultMs);
    expect(sumOf(told, 'estimate')?.resultMs).toBe(told.time.occurredAtMs);
    expect(sumOf(told, 'cut')).toBeUndefined();
  });

  test('and as it stands in docs/time.md', () => {
    // Before: shown 39 and not yet 40 when asked at 29.940, shown 40 when answered at 30.000.
    expect(told.lookBefore?.offset.earliestMs).toBeCloseTo(jakarta + 130_000, 0);
    expect(told.lookBefore?.offset.latestMs).toBeCloseTo(jakarta + 130_100, 0);
    // Half a minute at 250 millionths is 8 ms on either side.
    expect(told.time.earliestMs).toBeCloseTo(at('07:29:54.891'), -1);
    expect(told.time.latestMs).toBeCloseTo(at('07:29:56.009'), -1);
    expect(told.time.occurredAtMs).toBeCloseTo(at('07:29:54.950'), -1);
  });

  test('names the minute it cannot decide', () => {
    const near: RecordEvidence = {
      ...(example.records[0] as RecordEvidence),
      deviceMs: shows('07:32:09'),
      presentAtMs: at('07:31:00'),
    };
    const description = explain({ ...example, records: [near] });
    expect(description.time.straddles).toEqual({ firstMs: at('07:30:00'), lastMs: at('07:30:00') });
  });
});

describe('without a second side', () => {
  test('a later sample is what would change it', () => {
    const told = explain({ ...example, samples: example.samples.slice(0, 2) });
    expect(told.time.status).toBe('provisional');
    expect(told.lookAfter).toBeNull();
    expect(told.assumptions).toContain('not-moved-since-look');
    expect(told.wouldChange).toBe('later-sample');
  });

  test('without any sample there is no sum, and the bracket is all', () => {
    const told = explain({ ...example, samples: [] });
    expect(told.time).toMatchObject({ status: 'uncorrectable', basis: 'no-sample', latestMs: at('07:30:30') });
    expect(told).toMatchObject({ sums: [], segment: null, lookBefore: null, wouldChange: 'later-sample' });
  });
});

test('there is no explanation for a record that is not there', () => {
  expect(() => describeTime(example, buildClockModel(example), 1)).toThrow(RangeError);
});

test('whatever happened, the sums lead to what was concluded', judged, () => {
  let followed = 0;
  for (const theme of themes) {
    for (let seed = 1; seed <= 10; seed += 1) {
      const { evidence } = play(randomPlan(seed, theme));
      const model = buildClockModel(evidence);
      for (const [index, time] of model.times.slice(0, 20).entries()) {
        const told = describeTime(evidence, model, index);
        expect(told.record).toBe(evidence.records[index]);
        const last = told.sums.at(-1);
        if (last?.kind === 'cut') expect(last).toMatchObject({ earliestMs: time.earliestMs, latestMs: time.latestMs });
        const carried = told.sums.filter((sum) => sum.kind === 'carry');
        if (carried.length > 0) {
          const highest = Math.max(...carried.map(({ to }) => to.latestMs));
          const lowest = Math.min(...carried.map(({ to }) => to.earliestMs));
          expect(sumOf(told, 'earliest')?.offsetMs).toBeCloseTo(highest, 3);
          expect(sumOf(told, 'latest')?.offsetMs).toBeCloseTo(lowest, 3);
        }
        if (time.status === 'final' && last?.kind === 'estimate') {
          expect([sumOf(told, 'earliest')?.resultMs, sumOf(told, 'latest')?.resultMs]).toEqual([
            time.earliestMs,
            time.latestMs,
          ]);
          followed += 1;
        }
      }
    }
  }
  expect(followed).toBeGreaterThan(500);
});
