import { describe, expect, test } from 'vitest';
import { afterReset, isResetTime } from '../../src/clock/reset.ts';

const minute = 60_000;
const hour = 60 * minute;
const year2000 = Date.UTC(2000, 0, 1);
/** When the sampled life began, in true time. */
const startMs = Date.UTC(2026, 10, 2, 10);
/** A punch so long into that life, known to ±1 s. */
const punch = (afterMs: number) =>
  [year2000 + afterMs, { earliestMs: startMs + afterMs - 1_000, latestMs: startMs + afterMs + 1_000 }] as const;

describe('a punch that shows the year 2000', () => {
  test('is proven when the clock was seen too short a while before for another restart', () => {
    // Last seen 20 minutes before the restart: an earlier life can have lasted 20 minutes, not 21.
    const seenMs = startMs - 20 * minute;
    expect(afterReset(...punch(21 * minute), seenMs)?.isProven).toBe(true);
    expect(afterReset(...punch(19 * minute), seenMs)?.isProven).toBe(false);
  });

  test('and is certain to lie as long after the last sign of the clock as it shows, if it is not', () => {
    const found = afterReset(...punch(5 * minute), startMs - 2 * hour);
    expect(found?.isProven).toBe(false);
    // 5 minutes at 250 millionths are 75 ms.
    expect(found?.certain.earliestMs).toBeCloseTo(startMs - 2 * hour + 5 * minute - 75, -1);
    expect(found?.certain.latestMs).toBe(startMs + 5 * minute + 1_000);
  });

  test('did not begin before the clock was last seen to run otherwise: that is no restart', () => {
    expect(afterReset(...punch(hour), startMs + minute)).toBeNull();
  });

  test('nothing is known of the time before a clock that was never seen otherwise', () => {
    expect(afterReset(...punch(hour), Number.NEGATIVE_INFINITY)).toMatchObject({
      isProven: false,
      certain: { earliestMs: Number.NEGATIVE_INFINITY },
    });
  });
});

test('other years are no restart', () => {
  expect(isResetTime(year2000)).toBe(true);
  expect(isResetTime(year2000 - 1)).toBe(false);
  expect(isResetTime(Date.UTC(2009, 11, 31))).toBe(true);
  expect(isResetTime(Date.UTC(2010, 0, 1))).toBe(false);
  expect(afterReset(Date.UTC(2026, 0, 1), { earliestMs: startMs, latestMs: startMs }, 0)).toBeNull();
});
