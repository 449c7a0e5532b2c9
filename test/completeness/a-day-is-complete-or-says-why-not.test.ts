import { describe, expect, test } from 'vitest';
import { calendarDay, daysBetween } from '../../src/completeness/calendar.ts';
import { judgeDay } from '../../src/completeness/judge.ts';
import { factsOf, gapOf, hourMs, midnightMs, nextMidnightMs, stayOf } from './facts.ts';

const judged = (given: Parameters<typeof factsOf>[0]) => {
  const { state, reasons, terminals, terminalsRead, gaps } = judgeDay(factsOf(given));
  return { state, kinds: reasons.map(({ kind }) => kind), reasons, terminals, terminalsRead, gaps };
};

describe('complete', () => {
  test('when every machine is read past the end of the day and nothing is missing', () => {
    expect(judged({})).toMatchObject({ state: 'complete', kinds: [], terminals: 1, terminalsRead: 1, gaps: 0 });
  });

  test('not a second before the end is read, and not while the day goes on', () => {
    const almost = judged({ stays: [stayOf({ readThroughMs: nextMidnightMs - 1 })] });
    expect(almost).toMatchObject({ state: 'not-yet', kinds: ['unread'], terminalsRead: 0 });
    const noon = { nowMs: midnightMs + 12 * hourMs, stays: [stayOf({ readThroughMs: midnightMs + 12 * hourMs })] };
    expect(judged(noon)).toMatchObject({ state: 'not-yet', kinds: ['day-not-over'], terminalsRead: 1 });
  });

  test('earlier, where the office says up to when a day matters', () => {
    const relevantEndMs = midnightMs + 20 * hourMs;
    const read = { relevantEndMs, nowMs: relevantEndMs + 60_000, stays: [stayOf({ readThroughMs: relevantEndMs })] };
    expect(judged(read).state).toBe('complete');
    expect(judged({ ...read, nowMs: relevantEndMs - 1 }).state).toBe('not-yet');
  });

  test('whatever became of machines that left before the day, or came after it', () => {
    const before = stayOf({ terminalName: 'Lama', untilMs: midnightMs - 1, readThroughMs: null });
    const after = stayOf({ terminalName: 'Baru', fromMs: nextMidnightMs, readThroughMs: null, state: 'waiting' });
    expect(judged({ stays: [before, stayOf(), after] })).toMatchObject({ state: 'complete', terminals: 1 });
  });

  test('although a log was cleared, when nothing was lost with it or the machine was reached again', () => {
    expect(judged({ gaps: [gapOf({ atLeast: 0, atMost: 0 })] }).state).toBe('complete');
    expect(judged({ gaps: [gapOf({ kind: 'swapped', reachedAtMs: nextMidnightMs })] }).state).toBe('complete');
  });
});

describe('not yet', () => {
  test.each(['ok', 'waiting', 'failing'] as const)('while a machine that is %s may still bring records', (state) => {
    const stays = [stayOf({ state, readThroughMs: midnightMs + 10 * hourMs, counted: 512 })];
    const { reasons, ...rest } = judged({ stays });
    expect(rest).toMatchObject({ state: 'not-yet', kinds: ['unread'] });
    expect(reasons).toMatchObject([{ readThrough: '2026-03-02T03:00:00.000Z', unstored: 12 }]);
  });

  test('when the gateway itself was away for days: the machines are only waiting to be asked', () => {
    const stays = [stayOf({ state: 'waiting', readThroughMs: midnightMs + hourMs })];
    expect(judged({ stays, nowMs: nextMidnightMs + 90 * hourMs }).state).toBe('not-yet');
  });

  test('but nothing is expected of a machine that a person put to rest, and the day says so', () => {
    const pausedSinceMs = midnightMs + 11 * hourMs;
    const stays = [stayOf({ state: 'waiting', readThroughMs: midnightMs + 10 * hourMs, pausedSinceMs })];
    const { reasons, ...rest } = judged({ stays });
    expect(rest).toMatchObject({ state: 'complete-except', kinds: ['paused'], terminalsRead: 0 });
    expect(reasons).toMatchObject([{ terminal: 'Lobi', since: '2026-03-02T04:00:00.000Z' }]);
  });

  test('also names, while the day goes on, whom somebody should look after', () => {
    const stays = [stayOf({ state: 'quarantined', errorCode: 'TERMINAL_SERIAL_MISMATCH', readThroughMs: midnightMs })];
    const noon = judged({ stays, nowMs: midnightMs + 12 * hourMs });
    expect(noon).toMatchObject({ state: 'not-yet', kinds: ['day-not-over', 'quarantined'] });
  });
});

describe('complete except', () => {
  test('machines that have been silent for more than a day', () => {
    const stays = [
      stayOf(),
      stayOf({ terminalName: 'Gudang', state: 'failing', errorCode: 'NET_CONNECT_TIMEOUT', readThroughMs: midnightMs }),
    ];
    expect(judged({ stays, nowMs: midnightMs + 24 * hourMs })).toMatchObject({ state: 'not-yet' });
    const later = judged({ stays, nowMs: midnightMs + 24 * hourMs + 1 });
    expect(later).toMatchObject({ state: 'complete-except', kinds: ['silent'], terminals: 2, terminalsRead: 1 });
    expect(later.reasons).toMatchObject([{ terminal: 'Gudang', errorCode: 'NET_CONNECT_TIMEOUT' }]);
  });

  test('a machine that was never reached, one that is quarantined, one that left unread', () => {
    const stays = [
      stayOf({ terminalName: 'A', serial: null, readThroughMs: null, state: 'failing' }),
      stayOf({ terminalName: 'B', state: 'quarantined', readThroughMs: midnightMs }),
      stayOf({
        terminalName: 'C',
        untilMs: midnightMs + 9 * hourMs,
        readThroughMs: midnightMs + 8 * hourMs,
        state: null,
      }),
    ];
    const { state, kinds, terminals, terminalsRead } = judged({ stays });
    expect({ state, kinds }).toEqual({
      state: 'complete-except',
      kinds: ['never-reached', 'quarantined', 'left-unread'],
    });
    expect({ terminals, terminalsRead }).toEqual({ terminals: 3, terminalsRead: 0 });
  });

  test('one of two machines that stood in the same place that day', () => {
    const old = stayOf({ untilMs: midnightMs + 9 * hourMs, readThroughMs: midnightMs + 8 * hourMs, state: null });
    const stays = [old, stayOf({ serial: 'NEW1', fromMs: midnightMs + 9 * hourMs })];
    expect(judged({ stays })).toMatchObject({ kinds: ['left-unread'], terminals: 1, terminalsRead: 0 });
    expect(judged({ stays: [{ ...old, readThroughMs: midnightMs + 9 * hourMs }, stays[1] ?? old] })).toMatchObject({
      state: 'complete',
      terminalsRead: 1,
    });
  });

  test('a machine that was read for the first time within the day, for what was erased before left no trace', () => {
    const fromMs = midnightMs - 3 * 24 * hourMs;
    const { state, reasons } = judged({ stays: [stayOf({ fromMs, firstReadMs: midnightMs + hourMs })] });
    expect({ state, reasons }).toEqual({
      state: 'complete-except',
      reasons: [{ kind: 'watched-since', terminal: 'Lobi', serial: 'ABC123', since: '2026-03-01T18:00:00.000Z' }],
    });
    expect(judged({ stays: [stayOf({ fromMs, firstReadMs: midnightMs })] }).state).toBe('complete');
    // It came that day from where it had been watched before.
    const moved = stayOf({ fromMs: midnightMs + 9 * hourMs, firstReadMs: fromMs });
    expect(judged({ stays: [moved] }).state).toBe('complete');
  });

  test('a gap that touches the day, with its bounds', () => {
    const { state, reasons, gaps } = judged({ gaps: [gapOf()] });
    expect({ state, gaps }).toEqual({ state: 'complete-except', gaps: 1 });
    expect(reasons).toEqual([
      {
        kind: 'gap',
        terminal: 'Lobi',
        serial: 'ABC123',
        what: 'cleared',
        atLeast: 37,
        atMost: null,
        since: '2026-03-02T01:00:00.000Z',
        until: '2026-03-02T02:00:00.000Z',
      },
    ]);
    expect(judged({ gaps: [gapOf({ sinceMs: midnightMs - 9, untilMs: midnightMs - 1 })] }).state).toBe('complete');
    expect(judged({ gaps: [gapOf({ sinceMs: nextMidnightMs, untilMs: nextMidnightMs + 9 })] }).state).toBe('complete');
    expect(judged({ gaps: [gapOf({ sinceMs: Number.NEGATIVE_INFINITY })] }).reasons).toMatchObject([{ since: null }]);
  });

  test('punches whose time is not certain, and those that came after the month was closed', () => {
    const counts = { records: 500, notFinal: 3, afterClose: 2, content: '7' };
    expect(judged({ counts })).toMatchObject({ state: 'complete-except', kinds: ['not-final', 'after-close'] });
  });

  test('days before anybody watched, and an office without a machine', () => {
    expect(judged({ watchedSinceMs: nextMidnightMs, stays: [] })).toMatchObject({
      state: 'complete-except',
      kinds: ['not-watched'],
    });
    expect(judged({ stays: [] })).toMatchObject({ state: 'complete-except', kinds: ['no-terminals'], terminals: 0 });
  });
});

describe('a day', () => {
  const berlin = { code: 'b', timeZone: 'Europe/Berlin', relevantUntilMinute: 20 * 60 };
  test('ends at the same hour of the clock on days of 23, 24 and 25 hours', () => {
    const endOf = (day: string): string => new Date(calendarDay(berlin, day).relevantEndMs).toISOString();
    expect(endOf('2026-03-28')).toBe('2026-03-28T19:00:00.000Z');
    expect(endOf('2026-03-29')).toBe('2026-03-29T18:00:00.000Z');
    expect(endOf('2026-10-25')).toBe('2026-10-25T19:00:00.000Z');
  });

  test('is found by any stretch that reaches into it', () => {
    const jakarta = { code: 'k', timeZone: 'Asia/Jakarta', relevantUntilMinute: null };
    const daysOf = (fromMs: number, toMs: number) => daysBetween(jakarta, fromMs, toMs).map(({ day }) => day);
    expect(daysOf(midnightMs, midnightMs + 6 * hourMs)).toEqual(['2026-03-02']);
    expect(daysOf(midnightMs - 1, midnightMs)).toEqual(['2026-03-01']);
    expect(daysOf(midnightMs - 5 * hourMs, midnightMs + hourMs)).toEqual(['2026-03-01', '2026-03-02']);
  });
});
