import { describe, expect, test } from 'vitest';
import { foldSamples, intersect, intervalOf, widen } from '../../src/clock/offset.ts';
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

test('knowledge fades by the drift, before and after', () => {
  const interval = { atMs: 0, earliestMs: 10, latestMs: 20 };
  expect(widen(interval, 1_000_000, 100)).toEqual({ atMs: 1_000_000, earliestMs: -90, latestMs: 120 });
  expect(widen(interval, -1_000_000, 100)).toEqual({ atMs: -1_000_000, earliestMs: -90, latestMs: 120 });
});

describe('two intervals', () => {
  const a = { atMs: 0, earliestMs: 0, latestMs: 1_000 };

  test('leave what fits both, at the later instant, in either order', () => {
    const b = { atMs: 1_000_000, earliestMs: 600, latestMs: 1_600 };
    const both = { step: false, interval: { atMs: 1_000_000, earliestMs: 600, latestMs: 1_100 } };
    expect(intersect(a, b, 100)).toEqual(both);
    expect(intersect(b, a, 100)).toEqual(both);
  });

  test('that cannot both hold are a step, with its least size and direction', () => {
    const forward = { atMs: 1_000_000, earliestMs: 5_100, latestMs: 6_100 };
    expect(intersect(a, forward, 100)).toEqual({ step: true, byMs: 4_000 });
    expect(intersect(forward, a, 100)).toEqual({ step: true, byMs: 4_000 });
    const back = { atMs: 1_000_000, earliestMs: -5_000, latestMs: -4_100 };
    expect(intersect(a, back, 100)).toEqual({ step: true, byMs: -4_000 });
  });

  test('that only touch do not fit: the latest offset is excluded', () => {
    expect(intersect(a, { atMs: 0, earliestMs: 1_000, latestMs: 2_000 }, 0)).toEqual({ step: true, byMs: 0 });
  });
});

describe('a row of samples', () => {
  test('becomes one run while one clock explains it', () => {
    const samples = [at(0, 10, 5_000), at(990, 1_000, 5_000), at(2_000, 2_010, 7_000)];
    const runs = foldSamples(samples, 0);
    expect(runs).toEqual([{ samples, interval: { atMs: 2_010, earliestMs: 4_990, latestMs: 5_010 } }]);
  });

  test('is cut where the clock was moved, and the runs keep their samples', () => {
    const before = [at(0, 10, 5_000), at(990, 1_000, 5_000)];
    const after = [at(2_000, 2_010, 67_000), at(3_500, 3_510, 68_000)];
    const runs = foldSamples([...before, ...after], 0);
    expect(runs.map((run) => run.samples)).toEqual([before, after]);
    expect(runs[1]?.interval).toEqual({ atMs: 3_510, earliestMs: 64_990, latestMs: 65_500 });
  });

  test('allows for the drift while a slow reply was under way', () => {
    // 10 s at 100 ppm are 1 ms.
    const interval = foldSamples([at(0, 10_000, 20_000)], 100)[0]?.interval;
    expect(interval).toEqual({ atMs: 10_000, earliestMs: 9_999, latestMs: 21_001 });
  });

  test('without samples knows nothing', () => {
    expect(foldSamples([])).toEqual([]);
  });
});
