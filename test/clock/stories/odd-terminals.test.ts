import { describe, expect } from 'vitest';
import { at, day, every, freeze, hostStep, hour, minute, move, second, tell } from './tell.ts';

describe('a terminal that does not tell its time', () => {
  tell('frozen at one value for half an hour of polls', {
    happens: [freeze('08:00:30', 30 * minute)],
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '08:10:10': 'bounded ±35s', '09:00:00': 'final ±0.6s ~1.1s' },
    steps: ['frozen', 'frozen'],
    troubles: ['frozen-clock'],
    also: ({ segments, troubles, times }) => {
      expect(segments.map(({ kind }) => kind)).toEqual(['running', 'frozen', 'running']);
      expect(troubles[0]?.size).toBeCloseTo(29 * minute, -5);
      expect(times[1]?.basis).toBe('frozen-clock');
    },
  });

  tell('frozen while nobody looked: many punches of one second', {
    polls: [...every(minute, '06:00', '08:00'), ...every(minute, '09:00', '10:00')],
    happens: [freeze('08:10:00', 40 * minute)],
    punches: {
      '08:05:00': 'bounded ±31m ~1.1s',
      '08:20:00': 'bounded ±31m',
      '08:30:00': 'bounded ±31m',
      '08:40:00': 'bounded ±31m',
      '09:30:00': 'final ±0.6s ~1.1s',
    },
  });

  tell('answers from a reading that is five seconds old at most', {
    cachedForMs: 5 * second,
    punches: { '07:30:00': 'final ±5s ~6s', '10:30:00': 'final ±5s ~6s' },
    troubles: ['cached-clock'],
  });

  tell('answers from an old reading over a fast link, and runs slow', {
    cachedForMs: 20 * second,
    roundTripMs: 3,
    driftPpm: -60,
    punches: { '07:30:00': 'final ±31s ~30s', '10:30:00': 'final ±31s ~30s' },
    troubles: ['cached-clock'],
  });

  tell('writes dates that cannot exist', {
    punches: { '07:29:10': 'final ±0.6s ~1.1s', '07:30:10': 'uncorrectable ±32s', '07:31:10': 'final ±0.6s ~1.1s' },
    garbled: ['07:30:10'],
    troubles: ['impossible-dates'],
    also: ({ troubles, times }) => {
      expect(troubles[0]?.records).toEqual([{ epoch: 1, from: 1, to: 2 }]);
      expect(times[1]?.basis).toBe('impossible-date');
    },
  });
});

describe('records ahead of their time', () => {
  tell('punches dated in the future, on a clock that samples show to be right', {
    happens: [move('08:00:20', 40 * day), move('08:00:40', -40 * day)],
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '08:00:30': 'uncorrectable ±32s', '08:01:30': 'final ±0.6s ~1.1s' },
    steps: ['moved', 'moved'],
    troubles: ['future-punches', 'there-and-back'],
    also: ({ troubles }) => {
      expect(troubles.find(({ kind }) => kind === 'future-punches')?.records).toEqual([{ epoch: 1, from: 1, to: 2 }]);
      expect(troubles.find(({ kind }) => kind === 'there-and-back')?.records).toEqual([{ epoch: 1, from: 1, to: 2 }]);
    },
  });

  tell('a month filled in ahead while the terminal was taken away', {
    polls: [...every(minute, '06:00', '08:00'), ...every(minute, '16:00', '17:00')],
    happens: [...Array.from({ length: 6 }, (_, index) => move(`10:${20 + index}:30`, day)), move('10:27:30', -6 * day)],
    punches: {
      '07:30:00': 'final ±0.6s ~1.1s',
      ...Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`10:${21 + index}:00`, 'uncorrectable ±4.1h'])),
      '16:30:00': 'final ±0.6s ~1.1s',
    },
    steps: Array.from({ length: 7 }, () => 'moved' as const),
    troubles: ['filled-in-advance'],
    also: ({ segments }) => expect(segments.filter(({ kind }) => kind === 'unsampled')).toHaveLength(6),
  });
});

describe('a host whose own clock jumps', () => {
  tell('forward by 90 seconds: what was measured before is not touched, and the terminal is not blamed', {
    happens: [hostStep('09:00:30', 90 * second)],
    punches: {
      '08:30:00': 'final ±0.6s ~1.1s',
      '09:00:10': 'ambiguous ±170s',
      '09:00:50': 'ambiguous ±170s',
      '09:30:00': 'final ±0.6s ~1.1s',
    },
    steps: ['host-clock'],
    troubles: ['host-clock'],
  });

  tell('back by 20 seconds', {
    happens: [hostStep('09:00:30', -20 * second)],
    punches: { '08:30:00': 'final ±0.6s ~1.1s', '09:00:20': 'bounded ±60s', '09:30:00': 'final ±0.6s ~1.1s' },
    steps: ['host-clock'],
    troubles: ['host-clock'],
  });

  tell('back by an hour, which makes an hour of its log happen twice', {
    happens: [hostStep('09:00:30', -hour)],
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '11:00:00': 'final ±0.6s ~1.1s' },
    steps: ['host-clock'],
    // Seen from a host that is an hour behind, the terminal is an hour ahead.
    troubles: ['host-clock', 'zone-mistake'],
    also: (_, { truthMs }) => expect(truthMs[1]).toBe(at('10:00:00')),
  });
});
