import { describe, expect } from 'vitest';
import { at, day, every, hour, minute, move, second, tell } from './tell.ts';

describe('a clock that is moved between two polls, a minute apart', () => {
  tell('an administrator puts a clock right that was ten minutes slow', {
    fastMs: -10 * minute,
    happens: [move('08:00:30', 10 * minute)],
    punches: {
      '07:59:10': 'final ±0.6s ~1.1s',
      '08:00:10': 'bounded ±34s ~1.1s',
      '08:00:50': 'bounded ±34s ~1.1s',
      '08:05:00': 'final ±0.6s ~1.1s',
    },
    steps: ['set-by-other'],
    also: ({ steps }) => {
      // Two punches on either side stand closer to it than the polls.
      expect(steps[0]).toMatchObject({ locatedBy: 'arrival', lastBefore: { ordinal: 1 }, firstAfter: { ordinal: 2 } });
      expect(steps[0]?.earliestMs).toBeGreaterThan(at('08:00:09'));
      expect(steps[0]?.latestMs).toBeLessThan(at('08:00:52'));
      expect(steps[0]?.byMs?.earliestMs).toBeCloseTo(600_000, -3);
    },
  });

  tell('somebody sets it three minutes back', {
    happens: [move('08:00:30', -3 * minute)],
    punches: { '08:00:05': 'bounded ±34s ~1.1s', '08:00:55': 'bounded ±34s ~1.1s', '09:00:00': 'final ±0.6s ~1.1s' },
    steps: ['moved'],
  });

  tell('a step of three seconds is seen as well', {
    happens: [move('08:00:30', 3 * second)],
    punches: { '07:59:30': 'final ±0.6s ~1.1s', '08:00:20': 'ambiguous ±34s ~4s', '08:03:00': 'final ±0.6s ~1.1s' },
    steps: ['moved'],
  });

  tell('a punch in the second of the step', {
    happens: [move('08:00:30.5', -10 * minute)],
    punches: { '08:00:30': 'bounded ±34s ~1.1s', '08:00:31': 'bounded ±34s ~1.1s' },
    steps: ['moved'],
  });

  tell('records of the same second before and after a step back', {
    happens: [move('08:00:30', -40 * second)],
    punches: { '08:00:10': 'ambiguous ±34s', '08:00:50': 'ambiguous ±34s', '08:05:00': 'final ±0.6s ~1.1s' },
    steps: ['moved'],
    also: (model, { evidence }) => {
      expect(evidence.records[0]?.deviceMs).toBe(evidence.records[1]?.deviceMs);
      expect(model.times[1]?.candidates.map(({ segment }) => segment)).toEqual([0, 1]);
    },
  });

  tell('live events place a step of half a minute', {
    live: true,
    happens: [move('08:00:30', 35 * second)],
    punches: { '08:00:10': 'bounded ±6s ~1.1s', '08:00:40': 'bounded ±22s', '08:03:00': 'final ±0.6s ~1.1s' },
    steps: ['moved'],
    also: ({ steps }) => expect(steps[0]?.locatedBy).toBe('live-event'),
  });

  tell('another server sets it again and again', {
    fastMs: 40 * second,
    happens: [move('07:10:30', -40 * second), move('08:10:30', 30 * second), move('08:40:30', -30 * second)],
    punches: { '07:00:05': 'final ±0.6s ~1.1s', '08:30:05': 'final ±0.6s ~1.1s', '09:00:05': 'final ±0.6s ~1.1s' },
    steps: ['set-by-other', 'moved', 'set-by-other'],
    troubles: ['set-by-other', 'there-and-back'],
  });
});

describe('a clock that is moved by a rule', () => {
  tell('a server pushes the zone of Central Indonesia', {
    polls: every(minute, '05:59:30', '12:00'),
    happens: [move('11:00:00', hour)],
    punches: { '10:00:00': 'final ±0.6s ~1.1s', '11:30:00': 'final ±0.6s ~1.1s' },
    // On a whole hour, but of the day: no daylight saving begins then.
    steps: ['zone-change'],
    troubles: ['zone-mistake'],
    also: ({ troubles }) => expect(troubles[0]?.size).toBe(hour),
  });

  tell('somebody picks the zone of Nepal, an hour and a quarter back', {
    happens: [move('10:17:30', -75 * minute)],
    punches: { '10:17:10': 'bounded ±34s ~1.1s', '11:00:00': 'final ±0.6s ~1.1s' },
    steps: ['zone-change'],
    troubles: ['zone-mistake'],
  });

  tell('a terminal that was set up with a wrong zone is put right from the first punch on', {
    fastMs: -2 * hour,
    punches: { '07:30:00': 'final ±0.6s ~1.1s' },
    troubles: ['zone-mistake'],
    also: ({ troubles }) => expect(troubles[0]?.size).toBe(-2 * hour),
  });

  tell('its own daylight saving goes on in the night, where there is none', {
    polls: every(5 * minute, '00:02', '12:00'),
    happens: [move('02:00:00', hour)],
    punches: { '01:30:00': 'final ±0.7s ~1.1s', '02:01:00': 'bounded ±160s ~1.1s', '07:30:00': 'final ±0.7s ~1.1s' },
    steps: ['daylight-saving'],
    troubles: ['zone-mistake'],
  });

  tell('and off again half a year later, of which two days are told here', {
    fastMs: hour,
    polls: every(5 * minute, '00:00', '2 12:00'),
    happens: [move('2 02:00:00', -hour)],
    punches: { '07:30:00': 'final ±0.7s ~1.1s', '2 07:30:00': 'final ±0.7s ~1.1s' },
    steps: ['daylight-saving'],
    troubles: ['zone-mistake'],
  });
});

describe('tampering that samples see', () => {
  tell('set back half an hour, punch, set forward: the punch gets its true time, and the trip is named', {
    happens: [move('07:50:30', -30 * minute), move('07:55:30', 30 * minute)],
    punches: { '07:40:00': 'final ±0.6s ~1.1s', '07:53:00': 'final ±0.6s ~1.1s', '08:10:00': 'final ±0.6s ~1.1s' },
    steps: ['zone-change', 'zone-change'],
    troubles: ['there-and-back', 'zone-mistake'],
    also: ({ troubles }) =>
      expect(troubles.find(({ kind }) => kind === 'there-and-back')).toMatchObject({
        size: expect.closeTo(-30 * minute, -3),
        steps: [0, 1],
      }),
  });

  tell('set back by 23 minutes, and not back to the second', {
    happens: [move('07:50:30', -23 * minute), move('07:55:30', 23 * minute + 7 * second)],
    punches: { '07:53:00': 'final ±0.6s ~1.1s' },
    steps: ['moved', 'moved'],
    troubles: ['there-and-back'],
  });

  tell('a month filled in within twenty minutes, a day at a time', {
    happens: [...Array.from({ length: 8 }, (_, index) => move(`10:0${index}:30`, day)), move('10:09:30', -8 * day)],
    punches: {
      '09:00:00': 'final ±0.6s ~1.1s',
      ...Object.fromEntries(Array.from({ length: 7 }, (_, index) => [`10:0${index + 1}:15`, 'bounded ±34s ~1.1s'])),
      '10:20:00': 'final ±0.6s ~1.1s',
    },
    // A day is a whole number of quarter hours too.
    steps: Array.from({ length: 9 }, () => 'zone-change' as const),
    troubles: ['filled-in-advance', 'zone-mistake'],
  });
});
