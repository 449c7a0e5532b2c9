import { describe, expect, test } from 'vitest';
import { carry, foldSamples, intersect, intervalOf } from '../../src/clock/offset.ts';
import type { ClockSample } from '../../src/clock/sample.ts';

const at = (sentAtMs: number, receivedAtMs: number, deviceMs: number): ClockSample => ({
  sentAtMs,
  receivedAtMs,
  deviceMs,
  kind: 'hourly',
});

test('one answer leaves one second and the round trip', () => {
  // Asked at 100.200, answered at 100.300, shown 107: the terminal is 6.7 s to 7.8 s ahead.
  expect(intervalOf(at(100_200, 100_300, 107_000))).toEqual({ atMs: 100_300, earliestMs: 6_700, latestMs: 7_800 });
});

test('a host clock that may be wrong makes it wider by as much on both sides', () => {
  expect(intervalOf({ ...at(100_200, 100_300, 107_000), hostErrorMs: 5 })).toEqual({
    atMs: 100_300,
    earliestMs: 6_695,
    latestMs: 7_805,
  });
});

test('knowledge fades by the drift, before and after', () => {
  const interval = { atMs: 0, earliestMs: 10, latestMs: 20 };
  // 1,000 s at the limit for any clock, 250 ppm, are 250 ms.
  expect(carry(interval, 1_000_000)).toEqual({ atMs: 1_000_000, earliestMs: -240, latestMs: 270 });
  expect(carry(interval, -1_000_000)).toEqual({ atMs: -1_000_000, earliestMs: -240, latestMs: 270 });
});

test('where the rate is known, knowledge moves along with it', () => {
  const interval = { atMs: 0, earliestMs: 10, latestMs: 20 };
  const rate = { minPpm: 30, maxPpm: 50 };
  expect(carry(interval, 1_000_000, rate)).toEqual({ atMs: 1_000_000, earliestMs: 40, latestMs: 70 });
  expect(carry(interval, -1_000_000, rate)).toEqual({ atMs: -1_000_000, earliestMs: -40, latestMs: -10 });
});

describe('two intervals', () => {
  const a = { atMs: 0, earliestMs: 0, latestMs: 1_000 };

  const rate = { minPpm: -100, maxPpm: 100 };

  test('leave what fits both, at the instant of the second, in either order', () => {
    const b = { atMs: 1_000_000, earliestMs: 600, latestMs: 1_600 };
    expect(intersect(a, b, rate)).toEqual({ step: false, interval: { ...b, latestMs: 1_100 } });
    expect(intersect(b, a, rate)).toEqual({ step: false, interval: { ...a, earliestMs: 500 } });
  });

  test('that cannot both hold are a step, with its least size and direction', () => {
    const forward = { atMs: 1_000_000, earliestMs: 5_100, latestMs: 6_100 };
    expect(intersect(a, forward, rate)).toEqual({ step: true, byMs: 4_000 });
    const back = { atMs: 1_000_000, earliestMs: -5_000, latestMs: -4_100 };
    expect(intersect(a, back, rate)).toEqual({ step: true, byMs: -4_000 });
  });

  test('that only touch do not fit: the latest offset is excluded', () => {
    expect(intersect(a, { atMs: 0, earliestMs: 1_000, latestMs: 2_000 })).toEqual({ step: true, byMs: 0 });
  });
});

describe('a row of samples', () => {
  test('becomes one run while one clock explains it', () => {
    const samples = [at(0, 10, 5_000), at(990, 1_000, 5_000), at(2_000, 2_010, 7_000)];
    const [run, ...others] = foldSamples(samples);
    expect(others).toEqual([]);
    expect(run?.samples).toEqual(samples);
    // The second answer says 4,000 to 5,010, the third 4,990 to 6,000; 1,010 ms at 250 ppm and 10 ms under way, 0.255 ms.
    expect(run?.interval).toEqual({
      atMs: 2_010,
      earliestMs: expect.closeTo(4_990, 2),
      latestMs: expect.closeTo(5_010.255, 3),
    });
  });

  test('is cut where the clock was moved, and the runs keep their samples', () => {
    const before = [at(0, 10, 5_000), at(990, 1_000, 5_000)];
    const after = [at(2_000, 2_010, 67_000), at(3_500, 3_510, 68_000)];
    const runs = foldSamples([...before, ...after]);
    expect(runs.map((run) => run.samples)).toEqual([before, after]);
    expect(runs[1]?.interval).toMatchObject({ atMs: 3_510, latestMs: expect.closeTo(65_500, 2) });
  });

  test('allows for the drift while a slow reply was under way', () => {
    // 10 s at 250 ppm are 2.5 ms.
    const interval = foldSamples([at(0, 10_000, 20_000)])[0]?.interval;
    expect(interval).toEqual({ atMs: 10_000, earliestMs: 9_997.5, latestMs: 21_002.5 });
  });

  test('without samples knows nothing', () => {
    expect(foldSamples([])).toEqual([]);
  });
});
