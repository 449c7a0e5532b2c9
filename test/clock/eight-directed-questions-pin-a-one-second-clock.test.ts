import { describe, expect, test } from 'vitest';
import { aimDelayMs, planBurst } from '../../src/clock/aim.ts';
import { foldSamples, intersect, widthOf } from '../../src/clock/offset.ts';
import type { ClockSample } from '../../src/clock/sample.ts';
import { ask } from './questions.ts';
import { seeded } from './random.ts';

function quantile(values: number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

const runs = 1_000;

describe.each([
  { name: 'LAN', roundTripMs: 3, tailShare: 0.05 },
  { name: 'slow terminal', roundTripMs: 25, tailShare: 0.1 },
  { name: 'VPN', roundTripMs: 60, tailShare: 0.1 },
  { name: 'GSM', roundTripMs: 300, tailShare: 0.1 },
])('over a $name link of $roundTripMs ms', ({ roundTripMs, tailShare }) => {
  const random = seeded(roundTripMs);
  const link = { roundTripMs, tailShare };
  const directed = Array.from({ length: runs }, () => ask(random, link, 8, 'directed'));
  const atRandom = Array.from({ length: runs }, () => ask(random, link, 8, 'random'));

  test('the truth is never outside the bound', () => {
    expect([...directed, ...atRandom].filter(({ outside }) => outside)).toEqual([]);
  });

  test('eight directed questions come near half the round trip', () => {
    // 1,000 ms halved seven times leaves 8 ms, which is the limit on links faster than that.
    const limitMs = Math.max(roundTripMs, 8) / 2;
    expect(
      quantile(
        directed.map(({ boundMs }) => boundMs),
        0.5,
      ),
    ).toBeLessThan(limitMs * 2.5);
    expect(
      quantile(
        directed.map(({ boundMs }) => boundMs),
        0.99,
      ),
    ).toBeLessThan(limitMs * 5);
    expect(
      quantile(
        directed.map(({ errorMs }) => errorMs),
        0.5,
      ),
    ).toBeLessThan(limitMs);
  });

  test('as many at random moments do not', () => {
    const ratio =
      quantile(
        atRandom.map(({ boundMs }) => boundMs),
        0.99,
      ) /
      quantile(
        directed.map(({ boundMs }) => boundMs),
        0.99,
      );
    expect(ratio).toBeGreaterThan(roundTripMs < 100 ? 2.5 : 1.2);
  });
});

test('two questions of a poll prove both sides by themselves, so a clock moved by a quarter second is caught', () => {
  const random = seeded(2);
  let [narrow, caught, slandered] = [0, 0, 0];
  for (let run = 0; run < runs; run += 1) {
    const offsetMs = random() * 100_000;
    const movedMs = run % 2 === 0 ? 0 : (random() < 0.5 ? -1 : 1) * 250;
    const prior = { atMs: 0, earliestMs: offsetMs - random() * 20, latestMs: offsetMs + 0.1 + random() * 20 };
    const samples: ClockSample[] = [];
    let nowMs = random() * 1_000;
    for (let plan = planBurst({ prior, samples, count: 2, nowMs }); plan !== null; ) {
      const sentAtMs = nowMs + plan.delayMs;
      const receivedAtMs = sentAtMs + 20 + random() * 8;
      const readAtMs = sentAtMs + (receivedAtMs - sentAtMs) * random();
      const deviceMs = Math.floor((readAtMs + offsetMs + movedMs) / 1_000) * 1_000;
      samples.push({ sentAtMs, receivedAtMs, deviceMs, kind: 'before-read' });
      nowMs = receivedAtMs;
      plan = planBurst({ prior, samples, count: 2, nowMs });
    }
    const own = foldSamples(samples).at(-1);
    if (own === undefined) throw new Error('no run');
    const stepped = intersect(prior, own.interval).step || own.samples.length < 2;
    if (movedMs !== 0 && stepped) caught += 1;
    if (movedMs === 0 && stepped) slandered += 1;
    if (movedMs === 0 && widthOf(own.interval) < 150) narrow += 1;
  }
  expect({ narrow, caught, slandered }).toEqual({ narrow: runs / 2, caught: runs / 2, slandered: 0 });
});

describe('aiming', () => {
  test('waits until the middle of what is possible falls on a tick', () => {
    // The terminal is between 200 and 600 ms ahead: at host second 10.000 it probably shows 10.400. Read 20 ms after
    // sending, it ticks 580 ms later.
    const interval = { atMs: 10_000, earliestMs: 200, latestMs: 600 };
    expect(aimDelayMs({ interval, nowMs: 10_000, roundTripMs: 40 })).toBe(580);
    expect(aimDelayMs({ interval, nowMs: 10_580, roundTripMs: 40 })).toBe(0);
    expect(aimDelayMs({ interval, nowMs: 10_581, roundTripMs: 40 })).toBe(999);
    expect(
      aimDelayMs({ interval: { ...interval, earliestMs: -700, latestMs: -500 }, nowMs: 10_000, roundTripMs: 0 }),
    ).toBe(600);
  });

  test('knows nothing before the first answer and asks at once', () => {
    expect(aimDelayMs({ interval: null, nowMs: 10_123, roundTripMs: 40 })).toBe(0);
    expect(planBurst({ prior: null, samples: [], count: 1, nowMs: 10_123 })).toEqual({ delayMs: 0 });
  });

  test('stops when there are enough answers', () => {
    const sample: ClockSample = { sentAtMs: 0, receivedAtMs: 10, deviceMs: 0, kind: 'hourly' };
    expect(planBurst({ prior: null, samples: [sample, sample], count: 2, nowMs: 20 })).toBeNull();
  });

  test('uses what was known before, until an answer contradicts it', () => {
    const prior = { atMs: 0, earliestMs: 250, latestMs: 260 };
    expect(planBurst({ prior, samples: [], count: 2, nowMs: 0 })?.delayMs).toBeCloseTo(1_000 - 255 - 12.5, 6);
    // The answer says 5,000 ms ahead: between 4,900 and 6,000, so the next tick to ask at is that of the middle.
    const moved: ClockSample = { sentAtMs: 0, receivedAtMs: 100, deviceMs: 5_000, kind: 'before-read' };
    expect(planBurst({ prior, samples: [moved], count: 2, nowMs: 100 })?.delayMs).toBeCloseTo(400, 0);
  });
});
