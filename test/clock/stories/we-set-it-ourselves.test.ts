import { describe, expect } from 'vitest';
import { ownSetsIn } from '../../../src/clock/sets.ts';
import { at, every, minute, second, set, tell } from './tell.ts';

describe('a clock that the gateway sets', () => {
  tell('punches before and after keep their true times', {
    fastMs: 45 * second,
    happens: [set('22:00:00')],
    polls: every(5 * minute, '20:02', '23:30'),
    punches: {
      '21:00:00': 'final ±0.7s ~1.1s',
      '21:58:00': 'final ±0.7s ~1.1s',
      '22:05:00': 'final ±0.7s ~1.1s',
      '23:00:00': 'final ±0.7s ~1.1s',
    },
    steps: ['own-set'],
    also: ({ steps }) => {
      expect(steps[0]).toMatchObject({ locatedBy: 'own-set', byMs: { latestMs: expect.closeTo(-45_000, -2) } });
      expect((steps[0]?.latestMs ?? 0) - (steps[0]?.earliestMs ?? 0)).toBeLessThan(100);
    },
  });

  tell('by so little that the samples alone would not show it', {
    fastMs: 120,
    happens: [set('22:00:00')],
    polls: every(5 * minute, '20:02', '23:30'),
    punches: { '21:00:00': 'final ±0.7s ~1.1s', '23:00:00': 'final ±0.7s ~1.1s' },
    steps: ['own-set'],
  });

  tell('and a terminal that takes the command and shows another time all the same', {
    fastMs: 45 * second,
    happens: [set('22:00:00', false)],
    polls: every(5 * minute, '20:02', '23:30'),
    punches: { '21:00:00': 'final ±0.7s ~1.1s', '23:00:00': 'final ±0.7s ~1.1s' },
    steps: ['own-set'],
    troubles: ['set-did-not-take'],
    also: ({ troubles }) => expect(troubles[0]?.size).toBeCloseTo(45_000, -3),
  });

  tell('a punch in the very second of the set may be of either side', {
    fastMs: 45 * second,
    happens: [set('22:00:00')],
    polls: every(5 * minute, '20:02', '23:30'),
    punches: { '21:59:59.9': 'bounded ±160s ~1.1s', '22:00:00.6': 'bounded ±160s ~1.1s' },
    steps: ['own-set'],
  });

  tell('is found again among the samples, where nobody kept the command', {
    fastMs: 45 * second,
    happens: [set('22:00:00')],
    polls: every(5 * minute, '20:02', '23:30'),
    punches: {},
    steps: ['own-set'],
    also: (_, { evidence }) => {
      const [found, ...others] = ownSetsIn(evidence.samples, 'Asia/Jakarta');
      expect(others).toEqual([]);
      expect(found?.deviceMs).toBe(evidence.sets[0]?.deviceMs);
      expect(found?.sentAtMs).toBeLessThan(at('22:00:00.1'));
      expect(found?.receivedAtMs).toBeGreaterThan(at('22:00:00'));
    },
  });
});
