import { describe, expect, it } from 'vitest';
import { createClock, resetClock, setClock, shownAt, stepClock, stopClock, wallAt } from '../../device-sim/clock.ts';

const TRUE_START = Date.parse('2024-03-01T01:00:00Z');
const iso = (wallMs: number): string => new Date(wallMs).toISOString().slice(0, -1);
const HOUR = 3_600_000;

describe('a simulated clock', () => {
  it('shows local time, floored to the second', () => {
    const clock = createClock({ zoneOffsetMinutes: 420 }, TRUE_START);
    expect(iso(shownAt(clock, TRUE_START))).toBe('2024-03-01T08:00:00.000');
    expect(iso(shownAt(clock, TRUE_START + 999))).toBe('2024-03-01T08:00:00.000');
    expect(iso(shownAt(clock, TRUE_START + 1_000))).toBe('2024-03-01T08:00:01.000');
  });

  it('is off by its offset and gains or loses by its drift, before its start too', () => {
    const clock = createClock({ zoneOffsetMinutes: 0, offsetMs: -90_500, driftPpm: 50 }, TRUE_START);
    expect(wallAt(clock, TRUE_START) - TRUE_START).toBe(-90_500);
    // 50 ppm of an hour are 180 ms.
    expect(wallAt(clock, TRUE_START + HOUR) - (TRUE_START + HOUR)).toBeCloseTo(-90_320, 6);
    expect(wallAt(clock, TRUE_START - HOUR) - (TRUE_START - HOUR)).toBeCloseTo(-90_680, 6);
  });

  it('wobbles around its drift without running away', () => {
    const clock = createClock({ zoneOffsetMinutes: 0, wobblePpm: 20, wobblePeriodMs: 24 * HOUR }, TRUE_START);
    const offset = (hours: number): number => wallAt(clock, TRUE_START + hours * HOUR) - (TRUE_START + hours * HOUR);
    // Half a period of a sine of 20 ppm gains 20e-6 * 86400 s / pi = 550 ms; a whole one nothing.
    expect(offset(12)).toBeCloseTo(550.04, 1);
    expect(offset(24)).toBeCloseTo(0, 6);
  });

  it('steps, is set, starts again in 2000 and stands still, and its past stays as it was', () => {
    const clock = createClock({ zoneOffsetMinutes: 0 }, TRUE_START);
    stepClock(clock, TRUE_START + HOUR, 60_000);
    setClock(clock, TRUE_START + 2 * HOUR + 300, TRUE_START);
    resetClock(clock, TRUE_START + 3 * HOUR);
    stopClock(clock, TRUE_START + 4 * HOUR, HOUR);
    const shown = (hours: number): string => iso(shownAt(clock, TRUE_START + hours * HOUR));
    expect(shown(0.5)).toBe('2024-03-01T01:30:00.000');
    expect(shown(1)).toBe('2024-03-01T02:01:00.000');
    // Set at a fraction of a second, its own fraction starts from zero.
    expect(iso(wallAt(clock, TRUE_START + 2 * HOUR + 300))).toBe('2024-03-01T01:00:00.000');
    expect(iso(wallAt(clock, TRUE_START + 2 * HOUR + 1_000))).toBe('2024-03-01T01:00:00.700');
    expect(shown(3)).toBe('2000-01-01T00:00:00.000');
    expect(shown(4.5)).toBe('2000-01-01T01:00:00.000');
    expect(shown(6)).toBe('2000-01-01T02:00:00.000');
  });

  it('takes changes in any order', () => {
    const clock = createClock({ zoneOffsetMinutes: 0 }, TRUE_START);
    stepClock(clock, TRUE_START + 2 * HOUR, 1_000);
    resetClock(clock, TRUE_START + HOUR);
    expect(iso(shownAt(clock, TRUE_START + 2 * HOUR))).toBe('2000-01-01T01:00:01.000');
  });

  it('is the same after a trip through JSON', () => {
    const clock = createClock({ offsetMs: 12_345, driftPpm: -33.3, wobblePpm: 4 }, TRUE_START);
    stepClock(clock, TRUE_START + HOUR, -7_000);
    const copy = JSON.parse(JSON.stringify(clock));
    for (const hours of [0, 0.3, 1, 2, 500]) {
      expect(wallAt(copy, TRUE_START + hours * HOUR)).toBe(wallAt(clock, TRUE_START + hours * HOUR));
    }
  });
});
