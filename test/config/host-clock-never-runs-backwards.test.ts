import { expect, it } from 'vitest';
import { createHostClock } from '../../src/host-clock.ts';

it('goes on when the wall clock is stepped, and tells the step', () => {
  let monotonicMs = 500;
  let wallMs = 1_700_000_000_000;
  const clock = createHostClock({ monotonicMs: () => monotonicMs, wallMs: () => wallMs });
  expect(clock.nowMs()).toBe(1_700_000_000_000);

  monotonicMs += 1000;
  wallMs += 1000 - 3_600_000; // an hour back, in the middle of a session
  expect(clock.nowMs()).toBe(1_700_000_001_000);
  expect(clock.stepMs()).toBe(-3_600_000);

  expect(clock.reanchor()).toBe(-3_600_000);
  expect(clock.stepMs()).toBe(0);
  expect(clock.nowMs()).toBe(wallMs);
});

it('is anchored to the wall clock of this machine', () => {
  const before = Date.now();
  const now = createHostClock().nowMs();
  expect(now).toBeGreaterThan(before - 60_000);
  expect(now).toBeLessThan(before + 60_000);
});
