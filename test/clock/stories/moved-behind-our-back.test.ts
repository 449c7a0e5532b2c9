import { describe, expect, test } from 'vitest';
import { isStandstill } from '../../../src/clock/step-kinds.ts';
import { at, clearLog, day, every, hour, minute, move, reset, second, stop, tell } from './tell.ts';

/** Online from 06:00 to 09:00 and from 15:00 to 18:00. */
const away = [...every(minute, '06:00', '09:00'), ...every(minute, '15:00', '18:00')];

describe('a clock that is moved while it is out of reach', () => {
  tell('ten minutes forward: a punch fits both settings, and both are listed', {
    polls: away,
    happens: [move('12:00:00', 10 * minute)],
    punches: {
      '08:00:00': 'final ±0.6s ~1.1s',
      '11:00:00': 'ambiguous ±3.1h',
      '13:00:00': 'ambiguous ±3.1h',
      '16:00:00': 'final ±0.6s ~1.1s',
    },
    steps: ['moved'],
    also: ({ times }, { truthMs }) => {
      const [, before, after] = times;
      expect(before?.candidates).toHaveLength(2);
      expect(before?.candidates[0]?.occurredAtMs).toBeCloseTo(truthMs[1] ?? 0, -3);
      expect(after?.candidates[1]?.occurredAtMs).toBeCloseTo(truthMs[2] ?? 0, -3);
      // The whole minutes it may lie on either side of are named.
      expect(before?.straddles).toEqual({ firstMs: at('09:01'), lastMs: at('15:00') });
    },
  });

  tell('ten minutes back, which the order of the records shows', {
    polls: away,
    happens: [move('12:00:00', -10 * minute)],
    punches: { '11:58:00': 'bounded ±3.1h ~1.1s', '12:03:00': 'bounded ±3.1h ~1.1s' },
    steps: ['moved'],
    also: ({ steps }) => {
      expect(steps[0]?.locatedBy).toBe('order');
      expect((steps[0]?.latestMs ?? 0) - (steps[0]?.earliestMs ?? 0)).toBeLessThan(6 * minute);
    },
  });

  tell('a year forward: only one setting fits each punch', {
    polls: away,
    happens: [move('12:00:00', 365 * day)],
    punches: { '11:00:00': 'bounded ±3.1h ~1.5s', '13:00:00': 'bounded ±3.1h ~1.5s', '17:00:00': 'final ±0.6s ~1.1s' },
    steps: ['zone-change'],
    troubles: ['future-punches'],
  });

  tell('twice: the setting in between was never sampled', {
    polls: away,
    happens: [move('11:00:00', 200 * day + 7 * minute), move('13:00:00', -200 * day)],
    punches: {
      '10:00:00': 'bounded ±3.1h',
      '12:00:00': 'uncorrectable ±3.1h',
      '14:00:00': 'bounded ±3.1h',
      '16:00:00': 'final ±0.6s ~1.1s',
    },
    steps: ['moved', 'moved'],
    troubles: ['future-punches'],
    also: ({ segments, times }) => {
      expect(segments.map(({ kind }) => kind)).toEqual(['running', 'running', 'unsampled']);
      expect(times[1]?.segment).toBe(2);
    },
  });

  tell('there and back again, which the order of the records shows', {
    polls: away,
    happens: [move('11:00:00', -40 * minute), move('13:00:00', 40 * minute)],
    punches: { '10:50:00': 'bounded ±3.1h', '11:10:00': 'bounded ±3.1h', '13:10:00': 'bounded ±3.1h' },
    troubles: [],
  });

  tell('there and back again, which only the operation log tells', {
    polls: away,
    operationLog: true,
    happens: [move('11:00:30', -40 * minute), move('11:03:00', 40 * minute)],
    punches: { '08:00:00': 'final ±0.6s ~1.1s', '11:01:30': 'bounded ±3.1h', '16:00:00': 'final ±0.6s ~1.1s' },
  });

  tell('set once to the time it showed already, as the operation log tells: one move is what bounds hold anyway', {
    polls: away,
    operationLog: true,
    happens: [move('11:00:30', 300)],
    punches: { '11:01:30': 'final ±6s ~1.2s' },
  });

  tell('ten minutes forward, and the operation log hints when', {
    seed: 3,
    polls: away,
    operationLog: true,
    happens: [move('12:00:00', 10 * minute)],
    punches: { '11:00:00': 'ambiguous ±3.1h' },
    steps: ['moved'],
    also: ({ steps }) => {
      expect(steps[0]?.locatedBy).toBe('operation-log');
      // Which of the two times it writes is not known, so it is a hint to within the step itself.
      expect(Math.abs((steps[0]?.hintMs ?? 0) - at('12:00:00'))).toBeLessThan(10 * minute + 2 * second);
      // And it moves no bound.
      expect(steps[0]?.latestMs).toBeGreaterThan(at('15:00'));
    },
  });

  tell('moved a little, within what a bad crystal could do: the bounds hold both', {
    polls: [...every(minute, '06:00', '18:00'), ...every(minute, '2 06:00', '2 09:00')],
    happens: [move('1 23:00', 4 * second)],
    punches: {
      '12:00:00': 'final ±0.6s ~1.1s',
      '1 22:00:00': 'final ±16s ~5s',
      '2 05:00:00': 'final ±16s ~5s',
      '2 08:00:00': 'final ±0.6s ~1.1s',
    },
    steps: ['slight'],
  });
});

describe('a power cut with a dead coin cell', () => {
  tell('one later sample repairs the year 2000', {
    polls: [...every(minute, '06:00', '09:00'), ...every(minute, '12:00', '18:00')],
    happens: [reset('09:20:00')],
    punches: {
      '09:10:00': 'bounded ±1.6h ~1.1s',
      '09:25:00': 'bounded ±11m ~1.1s',
      '09:45:00': 'final ±2.5s ~1.5s',
      '11:30:00': 'final ±2.5s ~1.5s',
      '13:00:00': 'final ±0.6s ~1.1s',
    },
    steps: ['reset-2000'],
    also: ({ steps, times }) => {
      // The moment of the restart follows from the first sample after it.
      expect(steps[0]?.latestMs).toBeCloseTo(at('09:20:00'), -4);
      expect(steps[0]?.earliestMs).toBeCloseTo(at('09:20:00'), -4);
      expect(times[2]?.basis).toBe('reset-proven');
    },
  });

  tell('two power cuts in one outage: the life in between was never sampled', {
    polls: away,
    happens: [reset('10:00:00'), reset('12:00:00')],
    punches: {
      '09:30:00': 'bounded ±3.1h ~1.1s',
      '11:30:00': 'uncorrectable ±3.1h',
      '12:10:00': 'bounded ±3.1h ~1.5s',
      '16:00:00': 'final ±0.6s ~1.1s',
    },
    steps: ['reset-2000', 'reset-2000'],
    troubles: ['does-not-hold-time'],
  });

  tell('reset, and set right by hand before anybody sampled it', {
    polls: away,
    happens: [reset('10:00:00'), move('11:00:00', at('10:00:00') + 7 * hour - Date.UTC(2000, 0, 1))],
    punches: {
      '09:30:00': 'bounded ±3.1h ~1.1s',
      '10:30:00': 'uncorrectable ±3.1h',
      '14:00:00': 'bounded ±3.1h ~1.1s',
    },
    steps: ['reset-2000', 'moved'],
  });

  tell('every night again: the coin cell is dead', {
    polls: [
      ...every(minute, '06:00', '07:00'),
      ...every(minute, '2 06:00', '2 07:00'),
      ...every(minute, '3 06:00', '3 07:00'),
    ],
    happens: [
      reset('1 23:00:20'),
      move('2 06:30:30', at('1 23:00:20') + 7 * hour - Date.UTC(2000, 0, 1)),
      reset('2 23:00'),
    ],
    punches: {
      '06:10:00': 'final ±0.6s ~1.1s',
      '2 06:10:00': 'final ±0.6s ~1.1s',
      '2 06:40:00': 'final ±0.6s ~1.1s',
      '3 06:10:00': 'final ±0.6s ~1.1s',
    },
    steps: ['reset-2000', 'set-by-other', 'reset-2000'],
    troubles: ['does-not-hold-time'],
  });

  tell('a clock that stands still while the power is away', {
    polls: [...every(minute, '06:00', '09:00'), ...every(minute, '10:53', '14:00')],
    happens: [stop('09:00:30', 112 * minute)],
    punches: { '08:00:00': 'final ±0.6s ~1.1s', '09:00:15': 'ambiguous ±60m ~1.1s', '13:00:00': 'final ±0.6s ~1.1s' },
    steps: ['stopped'],
    also: ({ steps }) => expect(steps[0]?.byMs?.latestMs).toBeCloseTo(-112 * minute, -4),
  });
});

test('a clock that was merely set back by less than it was out of reach did not stand still', () => {
  const facts = { unseenMs: 2 * hour, spacingMs: minute } as const;
  expect(isStandstill({ ...facts, byMs: { earliestMs: -2 * hour, latestMs: -2 * hour + second } })).toBe(true);
  expect(isStandstill({ ...facts, byMs: { earliestMs: -1.9 * hour, latestMs: -1.9 * hour } })).toBe(false);
  expect(isStandstill({ ...facts, byMs: { earliestMs: -2.1 * hour, latestMs: -2.1 * hour } })).toBe(false);
});

describe('a log that starts anew', () => {
  tell('cleared by somebody: a new epoch, whose records nobody saw arrive', {
    happens: [clearLog('08:30:30')],
    punches: {
      '08:00:00': 'final ±0.6s ~1.1s',
      '08:40:05': 'provisional ±0.6s ~1.1s',
      '08:41:05': 'final ±0.6s ~1.1s',
    },
    also: (_, { evidence }) => expect(evidence.records.map(({ epoch }) => epoch)).toEqual([1, 2, 2]),
  });
});
