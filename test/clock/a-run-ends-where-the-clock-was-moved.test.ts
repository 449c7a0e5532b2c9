import { describe, expect, test } from 'vitest';
import { rateAround } from '../../src/clock/rate.ts';
import { readingsOf } from '../../src/clock/readings.ts';
import { type Run, runsOf } from '../../src/clock/runs.ts';
import type { ClockSample } from '../../src/clock/sample.ts';
import { placeIn } from '../../src/clock/span.ts';

const second = 1_000;
const minute = 60_000;
const hour = 3_600_000;
const startMs = Date.UTC(2026, 10, 2);

/**
 * Two answers over a link of 10 ms, just before and just after the clock ticks: together they know its offset to 30 ms.
 *
 * @param offsetMs ahead of UTC
 */
function pair(atMs: number, offsetMs: number): ClockSample[] {
  const tickMs = Math.ceil((startMs + atMs + offsetMs) / second) * second;
  const ticksAtMs = tickMs - offsetMs;
  return [
    { sentAtMs: ticksAtMs - 20, receivedAtMs: ticksAtMs - 10, deviceMs: tickMs - second, kind: 'hourly' },
    { sentAtMs: ticksAtMs, receivedAtMs: ticksAtMs + 10, deviceMs: tickMs, kind: 'hourly' },
  ];
}

/** One answer in the middle of a second: it knows the offset to a second. */
function single(atMs: number, offsetMs: number): ClockSample {
  const sentAtMs = Math.ceil((startMs + atMs + offsetMs) / second) * second - offsetMs + 495;
  return {
    sentAtMs,
    receivedAtMs: sentAtMs + 10,
    deviceMs: Math.floor((sentAtMs + 5 + offsetMs) / second) * second,
    kind: 'before-read',
  };
}

const runs = (samples: readonly ClockSample[]): Run[] =>
  runsOf(readingsOf({ samples, hostSteps: [] }).readings, { sets: [], hostSteps: [] });

describe('a step of a third of a second', () => {
  // The answer in between is too vague to tell on which side of the step it was given.
  const vague = single(4 * minute, 1_300);
  const samples = [...pair(0, 1_000), vague, ...pair(8 * minute, 1_300), ...pair(9 * minute, 1_300)];
  const [before, after, ...others] = runs(samples);

  test('cuts the samples into two runs', () => {
    expect(others).toEqual([]);
    // The second answer alone says "at least a second ahead", and the fourth "at most 1.3": both fit either clock.
    expect(before?.looks.map(({ sample }) => sample)).toEqual(samples.slice(0, 1));
    expect(after?.looks.map(({ sample }) => sample)).toEqual(samples.slice(4));
  });

  test('lies anywhere between the last sample that is certainly before it and the first that is certainly after it', () => {
    expect(after?.fromMs).toBe(samples[0]?.sentAtMs);
    expect(before?.untilMs).toBe(samples[4]?.receivedAtMs);
  });
});

test('what is known before a look does not rest on what came after it, nor the other way round', () => {
  const samples = [...pair(0, 1_000), single(minute, 1_000), ...pair(2 * minute, 1_000)];
  const looks = runs(samples)[0]?.looks ?? [];
  const knownTo = (index: number, side: 'before' | 'after'): number =>
    (looks[index]?.[side].latestMs ?? 0) - (looks[index]?.[side].earliestMs ?? 0);
  // The first answer alone knows a second and its round trip; with those after it, 30 ms and the drift to them.
  expect(knownTo(0, 'before')).toBeCloseTo(1_010, 0);
  expect(knownTo(0, 'after')).toBeCloseTo(30, 0);
  expect(knownTo(4, 'before')).toBeCloseTo(30, 0);
  expect(knownTo(4, 'after')).toBeCloseTo(1_010, 0);
  // The vague one in between borrows from both sides: 30 ms, and 30 ms for the drift of a minute.
  expect(knownTo(2, 'before')).toBeCloseTo(60, -1);
  expect(knownTo(2, 'after')).toBeCloseTo(60, -1);
});

describe('the rate of a clock', () => {
  /** Hourly looks at a clock that gains `ppm(hour)` millionths in each hour. */
  function hourly(count: number, ppm: (hour: number) => number): ClockSample[] {
    let offsetMs = 1_000;
    return Array.from({ length: count }, (_, index) => {
      const looks = pair(index * hour, offsetMs);
      offsetMs += (ppm(index) * hour) / 1e6;
      return looks;
    }).flat();
  }

  test('is the slope of a straight line, with room for the weather', () => {
    const [run] = runs(hourly(24, () => 40));
    const rate = rateAround(run?.lines ?? [], startMs + 24 * hour, startMs + 24 * hour);
    expect(rate).toMatchObject({ basis: 'fitted', fit: { looks: expect.closeTo(24, -1) } });
    expect(rate.ppm).toBeCloseTo(40, 0);
    // 20 millionths for the weather, and a little for what the looks leave open.
    expect(rate.minPpm).toBeGreaterThan(40 - 24);
    expect(rate.minPpm).toBeLessThan(40 - 20);
    expect(rate.maxPpm).toBeGreaterThan(40 + 20);
    expect(rate.maxPpm).toBeLessThan(40 + 24);
  });

  test('is not known of a clock that was seen for an hour, nor by two looks', () => {
    for (const samples of [hourly(2, () => 40), [0, 10, 20, 30].flatMap((at) => pair(at * minute, 1_000))]) {
      const lines = runs(samples)[0]?.lines ?? [];
      expect(rateAround(lines, startMs, startMs + hour)).toMatchObject({ basis: 'assumed', minPpm: -250, maxPpm: 250 });
    }
  });

  test('follows a new line where the looks leave the old one', () => {
    const [run] = runs(hourly(40, (hourOf) => (hourOf < 20 ? 30 : -10)));
    const lines = run?.lines ?? [];
    expect(lines.length).toBeGreaterThan(1);
    expect(lines[0]?.ppm).toBeGreaterThan(20);
    expect(lines.at(-1)?.ppm).toBeCloseTo(-10, -1);
  });

  test('of a gap comes from the lines around it', () => {
    const [run] = runs([...hourly(20, () => 30)]);
    const lines = run?.lines ?? [];
    const later = [
      { ppm: -10, minPpm: -11, maxPpm: -9, fromMs: startMs + 100 * hour, untilMs: startMs + 120 * hour, looks: 20 },
    ];
    const rate = rateAround([...lines, ...later], startMs + 20 * hour, startMs + 100 * hour);
    expect(rate.minPpm).toBe(-31);
    expect(rate.maxPpm).toBeGreaterThan(50);
  });

  test('is not believed in a gap in which the clock left it: there any clock is possible', () => {
    // Twelve hours out of reach, in which it gained three seconds: more than its own rate, less than any clock's.
    const samples = [...hourly(20, () => 0), ...pair(32 * hour, 4_000), ...pair(33 * hour, 4_000)];
    const [run, ...others] = runs(samples);
    expect(others).toEqual([]);
    expect([...(run?.slight ?? [])]).toEqual([39]);
    const middle = run === undefined ? null : placeIn(run, startMs + 26 * hour);
    // Six to seven hours at 250 millionths on either side.
    expect((middle?.latestMs ?? 0) - (middle?.earliestMs ?? 0)).toBeGreaterThan(10 * second);
  });
});
