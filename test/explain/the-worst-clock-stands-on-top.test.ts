import { describe, expect, test } from 'vitest';
import { buildClockModel } from '../../src/clock/model.ts';
import { clockChart } from '../../src/explain/clock-chart.ts';
import { rankClocks, type TerminalClock, terminalClock } from '../../src/explain/terminal-clock.ts';
import { at, every, hour, minute } from '../clock/stories/at.ts';
import { evidenceOf, type SmallWorld } from './cases.ts';

const nowMs = at('12:30');
const polls = every(10 * minute, '06:00', '12:20');
const place = (serial: string) => ({
  serial,
  terminalName: serial,
  officeCode: 'kominfo',
  officeName: 'Dinas Kominfo',
  timeZone: 'Asia/Jakarta',
});

function clockOf(serial: string, world: Partial<SmallWorld>, contradictions = 0): TerminalClock {
  const evidence = evidenceOf({ aheadMs: () => 0, polls, punches: [], ...world });
  return terminalClock(place(serial), evidence, buildClockModel(evidence), { nowMs, contradictions });
}

/** When the power came back, so that the clock shows the first second of 2000. */
const since2000 = (atMs: number, startMs: number): number => Date.UTC(2000, 0, 1) + (atMs - startMs) - atMs - 7 * hour;

const right = clockOf('well', {});
const fast = clockOf('fast', { aheadMs: () => 125_000 });
const reset = clockOf('reset', { aheadMs: (t) => (t < at('09:05') ? 0 : since2000(t, at('09:05'))) });
const battery = clockOf('battery', {
  aheadMs: (t) => {
    if (t < at('07:05') || t >= at('10:05')) return 0;
    return since2000(t, t < at('08:35') ? at('07:05') : at('08:35'));
  },
});
const thereAndBack = clockOf('there-and-back', {
  aheadMs: (t) => (t > at('09:05') && t < at('09:25') ? -37 * minute : 0),
});
const unasked = clockOf('unasked', { polls: [] });

describe('the ranking', () => {
  test('is by what needs somebody first, then by how far off', () => {
    const inTheWayOf = [right, unasked, thereAndBack, battery, fast, reset];
    expect(rankClocks(inTheWayOf).map(({ serial }) => serial)).toEqual([
      'reset',
      'fast',
      'battery',
      'there-and-back',
      'unasked',
      'well',
    ]);
  });

  test('is the same whatever order they came in', () => {
    const all = [right, fast, reset, battery, thereAndBack, unasked];
    expect(rankClocks([...all].reverse())).toEqual(rankClocks(all));
  });

  test('says why each stands where it does', () => {
    expect(reset).toMatchObject({ standing: 'wrong', lastStep: { kind: 'reset-2000' } });
    expect(fast).toMatchObject({ standing: 'wrong', lastStep: null, notices: [] });
    expect(battery.standing).toBe('needs-person');
    expect(battery.notices.map(({ kind }) => kind)).toContain('does-not-hold-time');
    expect(thereAndBack).toMatchObject({ standing: 'to-look-at', lastStep: { kind: expect.any(String) } });
    expect(thereAndBack.notices.map(({ kind }) => kind)).toContain('there-and-back');
    expect(unasked).toMatchObject({ standing: 'unmeasured', offsetMs: null, lastLookMs: null });
    expect(right).toMatchObject({ standing: 'well', notices: [], lastStep: null });
  });

  test('models that contradict each other put a right clock among those to look at', () => {
    expect(clockOf('right', {}, 2).standing).toBe('to-look-at');
  });

  test('an offset is carried to now, and as uncertain as the time since makes it', () => {
    expect(Math.abs((fast.offsetMs ?? 0) - 125_000)).toBeLessThanOrEqual(fast.boundMs ?? 0);
    const longAgo = clockOf('old', { polls: polls.slice(0, 3) });
    expect(longAgo.boundMs ?? 0).toBeGreaterThan((right.boundMs ?? 0) + 4_000);
  });
});

describe('a chart', () => {
  const chartOf = (world: Partial<SmallWorld>, bins = 60) => {
    const evidence = evidenceOf({ aheadMs: () => 0, polls, punches: [], ...world });
    const view = { fromMs: at('06:00'), untilMs: nowMs, bins, timeZone: 'Asia/Jakarta' };
    return clockChart(evidence, buildClockModel(evidence), view);
  };

  test('holds the true offset at every point of a band', () => {
    const aheadMs = (t: number): number => 3_000 - (t - at('06:00')) * 0.0001;
    const points = chartOf({ aheadMs }).bands.flatMap(({ points }) => points);
    expect(points.length).toBeGreaterThan(30);
    for (const { atMs, lowMs, highMs } of points) {
      expect(lowMs).toBeLessThanOrEqual(aheadMs(atMs));
      expect(highMs).toBeGreaterThanOrEqual(aheadMs(atMs));
    }
  });

  test('leaves a gap in which nobody looked as wide as it was, and opens the bounds in it', () => {
    const gap = polls.filter((atMs) => atMs < at('08:00') || atMs > at('11:00'));
    const unwatched = chartOf({ polls: gap }).bands.filter(({ kind }) => kind === 'unwatched');
    expect(unwatched).toHaveLength(1);
    const widths = unwatched[0]?.points.map(({ lowMs, highMs }) => highMs - lowMs) ?? [];
    const [before = 0, ...inside] = widths;
    const after = inside.pop() ?? 0;
    expect(inside).toHaveLength(3);
    for (const width of inside) expect(width).toBeGreaterThan(4 * Math.max(before, after));
  });

  test('does not join what a step parts, and numbers the step', () => {
    const { bands, steps } = chartOf({ aheadMs: (t) => (t < at('09:05') ? 0 : 60_000) });
    expect(bands.filter(({ kind }) => kind === 'watched')).toHaveLength(2);
    expect(steps).toMatchObject([{ number: 1, kind: 'moved' }]);
  });

  test('of a clock that restarted in 2000 still shows the rest of its life', () => {
    const { lowMs, highMs, outside } = chartOf({ aheadMs: (t) => (t < at('09:05') ? 0 : since2000(t, at('09:05'))) });
    expect(outside).toBeGreaterThan(5);
    expect(highMs - lowMs).toBeLessThan(60_000);
  });

  test('without looks is empty, not wrong', () => {
    expect(chartOf({ polls: [] })).toMatchObject({ bands: [], steps: [], days: [], outside: 0 });
  });
});
