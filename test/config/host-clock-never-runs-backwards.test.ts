import { expect, test } from 'vitest';
import { createHostClock } from '../../src/host-clock.ts';

/** Three clocks of one machine, each moved by hand. */
function machine() {
  const now = { monotonicMs: 5_000, wallMs: 1_000_000, uptimeMs: 9_000 };
  const clock = createHostClock({
    monotonicMs: () => now.monotonicMs,
    wallMs: () => now.wallMs,
    uptimeMs: () => now.uptimeMs,
  });
  const run = (ms: number): void => {
    now.monotonicMs += ms;
    now.wallMs += ms;
    now.uptimeMs += ms;
  };
  return { now, clock, run };
}

test('the host clock goes on when the wall clock jumps, and says by how much', () => {
  const { now, clock, run } = machine();
  expect(clock.nowMs()).toBe(1_000_000);
  run(250);
  expect(clock.departure()).toEqual({ steppedMs: 0, sleptMs: 0 });
  now.wallMs -= 3_600_000;
  expect(clock.nowMs()).toBe(1_000_250);
  expect(clock.departure()).toEqual({ steppedMs: -3_600_000, sleptMs: 0 });
});

test('a machine that slept is no machine whose clock was stepped', () => {
  const { now, clock, run } = machine();
  now.wallMs += 60_000;
  now.uptimeMs += 60_000;
  expect(clock.departure()).toEqual({ steppedMs: 0, sleptMs: 60_000 });
  // Set right after it woke.
  now.wallMs += 700;
  run(10);
  expect(clock.departure()).toEqual({ steppedMs: 700, sleptMs: 60_000 });
});

test('a process that was stopped and went on finds all its clocks further on', () => {
  const { clock, run } = machine();
  run(45_000);
  expect(clock.departure()).toEqual({ steppedMs: 0, sleptMs: 0 });
  expect(clock.nowMs()).toBe(1_045_000);
});

test('a process that is put aside between two readings reads them again', () => {
  let monotonicMs = 0;
  let reads = 0;
  const clock = createHostClock({
    monotonicMs: () => monotonicMs,
    wallMs: () => {
      reads += 1;
      // Put aside for 40 ms right after the first look at the wall clock.
      const shownMs = 7_000 + monotonicMs;
      if (reads === 1) monotonicMs += 40;
      return shownMs;
    },
    uptimeMs: () => monotonicMs,
  });
  expect(clock.nowMs()).toBe(7_040);
});

test('the system clock is UTC milliseconds', () => {
  const before = Date.now();
  const now = createHostClock().nowMs();
  expect(now).toBeGreaterThanOrEqual(before - 5);
  expect(now).toBeLessThanOrEqual(Date.now() + 5);
});
