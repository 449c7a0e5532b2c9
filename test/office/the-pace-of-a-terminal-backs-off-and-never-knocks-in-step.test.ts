import fc from 'fast-check';
import { describe, expect, test, vi } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { firstDelayMs, intervalMs, nextDueMs, type Pace, type PollEnd } from '../../src/office/pacing.ts';
import { startPoller } from '../../src/office/poller.ts';
import { judged } from '../tools/judged.ts';

const minute: Pace = { pollEveryMs: 60_000, restMs: 250 };
const middle = 0.5;

describe('intervals', () => {
  test('a poll that went well comes back after its interval, a tenth more or less', () => {
    expect(intervalMs(minute, 'done', 0, 0)).toBe(54_000);
    expect(intervalMs(minute, 'done', 0, middle)).toBe(60_000);
    expect(intervalMs(minute, 'waits', 0, middle)).toBe(60_000);
  });

  test('the first retry comes early, each further one later, up to five minutes', () => {
    const waits = [1, 2, 3, 4, 5, 6, 7, 50].map((failures) => intervalMs(minute, 'failed', failures, 1));
    expect(waits).toEqual([10_000, 20_000, 40_000, 80_000, 160_000, 300_000, 300_000, 300_000]);
  });

  test('the cap is ten polls where a poll is short, and never faster than the usual pace where it is long', () => {
    expect(intervalMs({ pollEveryMs: 2_000, restMs: 0 }, 'failed', 30, 1)).toBe(20_000);
    expect(intervalMs({ pollEveryMs: 3_600_000, restMs: 0 }, 'failed', 30, 1)).toBe(3_600_000);
  });

  test('what needs a person is tried five polls later at the soonest, and never within a minute', () => {
    expect(intervalMs(minute, 'needs-person', 1, middle)).toBe(300_000);
    expect(intervalMs(minute, 'needs-person', 9, middle)).toBe(900_000);
    expect(intervalMs({ pollEveryMs: 1_000, restMs: 0 }, 'needs-person', 1, middle)).toBe(60_000);
  });

  test('what was put off comes back within seconds', () => {
    expect(intervalMs(minute, 'put-off', 0, 0)).toBe(2_500);
    expect(intervalMs(minute, 'put-off', 0, 1)).toBe(7_500);
  });

  test('half of every back-off is chance', judged, () => {
    const failures = fc.integer({ min: 1, max: 1000 });
    const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    const everyMs = fc.integer({ min: 1_000, max: 86_400_000 });
    fc.assert(
      fc.property(failures, chance, everyMs, (count, luck, pollEveryMs) => {
        const pace = { pollEveryMs, restMs: 250 };
        const longest = intervalMs(pace, 'failed', count, 1);
        const wait = intervalMs(pace, 'failed', count, luck);
        expect(wait).toBeGreaterThanOrEqual(longest / 2);
        expect(longest).toBeLessThanOrEqual(Math.max(pollEveryMs, Math.min(10 * pollEveryMs, 300_000)));
      }),
    );
  });
});

describe('the circuit breaker', () => {
  test('opens at the first failure, is tried once per wait, and closes at the first success', async () => {
    const ends: PollEnd[] = ['failed', 'failed', 'done', 'done'];
    const polls: PollEnd[] = [];
    const poller = startPoller(
      [
        {
          name: 'Lobi',
          log: silentLog(),
          poll: async () => {
            const end = ends[polls.length] ?? 'done';
            polls.push(end);
            // A bell through an open circuit rings nobody.
            if (end === 'failed') setTimeout(() => poller.ring('Lobi'), 20);
            return { end, error: null };
          },
          onEnd: () => undefined,
        },
      ],
      { pace: { pollEveryMs: 4_000, restMs: 0 }, sessions: 1, deadlineMs: 10_000, random: () => 0 },
    );
    await vi.waitFor(() => expect(polls).toHaveLength(1), 10_000);
    await new Promise((resolve) => setTimeout(resolve, 600));
    expect(polls).toEqual(['failed']);
    await vi.waitFor(() => expect(polls).toEqual(['failed', 'failed', 'done']), 10_000);
    poller.ring('Lobi');
    await vi.waitFor(() => expect(polls).toHaveLength(4), 10_000);
    await poller.stop();
  });

  test('tries of terminals that failed together spread over half of their wait', () => {
    const waits = Array.from({ length: 100 }, (_, n) => intervalMs(minute, 'failed', 3, n / 100));
    expect(new Set(waits).size).toBe(100);
    expect(Math.max(...waits) - Math.min(...waits)).toBeGreaterThan(19_000);
  });
});

describe('due times', () => {
  test('intervals count from the begin of a poll, but a session is followed by a rest', () => {
    expect(nextDueMs(minute, 1_000, 3_000, 60_000)).toBe(61_000);
    expect(nextDueMs(minute, 1_000, 90_000, 60_000)).toBe(90_250);
  });

  test('first polls are spread over five seconds at most', () => {
    expect(firstDelayMs(minute, 0.999)).toBeLessThan(5_000);
    expect(firstDelayMs({ pollEveryMs: 1_000, restMs: 0 }, 0.5)).toBe(500);
  });
});
