import { describe, expect } from 'vitest';
import { at, every, hour, minute, tell } from './tell.ts';

describe('a clock that nobody touches', () => {
  tell('a terminal that is right keeps the time of its screen', {
    punches: { '07:29:55': 'final ±0.6s ~1.0s', '07:30:00': 'final ±0.6s ~1.0s', '11:00:00': 'final ±0.6s ~1.0s' },
  });

  tell('a clock two minutes and ten seconds fast is put right', {
    fastMs: 130_040,
    punches: { '07:29:54': 'final ±0.6s ~1.1s', '09:00:00': 'final ±0.6s ~1.1s' },
  });

  tell('a good crystal, 20 millionths slow', {
    driftPpm: -20,
    polls: every(minute, '06:00', '18:00'),
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '16:00:00': 'final ±0.6s ~1.1s' },
  });

  tell('a bad crystal, 200 millionths fast: its punches are put right and it is named', {
    driftPpm: 200,
    polls: every(minute, '06:00', '18:00'),
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '16:00:00': 'final ±0.7s ~1.1s' },
    troubles: ['bad-crystal'],
    also: ({ troubles, segments }) => {
      expect(troubles[0]?.size).toBeCloseTo(200, 0);
      expect(segments).toHaveLength(1);
    },
  });

  tell('a bad crystal the other way', {
    driftPpm: -200,
    polls: every(minute, '06:00', '18:00'),
    punches: { '07:30:00': 'final ±0.6s ~1.1s', '17:00:00': 'final ±0.7s ~1.1s' },
    troubles: ['bad-crystal'],
  });

  tell('a crystal that feels the day and the night', {
    driftPpm: 35,
    wobblePpm: 8,
    polls: every(5 * minute, '06:00', '3 06:00'),
    punches: { '07:30:00': 'final ±0.8s ~1.2s', '14:00:00': 'final ±0.8s ~1.2s', '2 03:00:00': 'final ±0.8s ~1.2s' },
  });

  tell('a slow link of 300 ms costs a little certainty', {
    roundTripMs: 300,
    fastMs: 7_777,
    punches: { '07:30:00': 'final ±0.9s ~1.2s', '10:10:10': 'final ±0.9s ~1.2s' },
  });

  tell('a host whose own clock may be 40 ms wrong says so, and bounds hold it', {
    hostErrorMs: 40,
    punches: { '07:30:00': 'final ±0.7s ~1.1s' },
  });

  tell('an office in the east keeps its own time', {
    zone: 'Asia/Jayapura',
    zoneHours: 9,
    punches: { '07:30:00': 'final ±0.6s ~1.0s' },
  });
});

describe('a clock that is looked at rarely', () => {
  tell('no samples for three days, after a day that told its rate', {
    driftPpm: 30,
    wobblePpm: 5,
    polls: [...every(minute, '00:00', '1 23:00'), ...every(minute, '5 06:00', '5 12:00')],
    punches: { '12:00:00': 'final ±0.6s ~1.1s', '3 07:30:00': 'final ±8s ~2s', '4 16:00:00': 'final ±9s ~2s' },
  });

  tell('no samples for three days, and nothing known of its rate', {
    driftPpm: 30,
    polls: [at('06:00'), ...every(minute, '4 06:00', '4 06:30')],
    punches: { '2 07:30:00': 'final ±70s ~2s', '4 06:10:00': 'final ±0.7s ~1.1s' },
  });

  tell('one visit in the morning and one in the evening', {
    driftPpm: -15,
    polls: [at('06:00'), at('18:00')],
    punches: { '07:30:00': 'final ±12s ~1.2s', '16:00:00': 'final ±12s ~1.2s' },
  });

  tell('a punch between the last two looks is known a little worse than those before it', {
    punches: { '11:30:00': 'final ±0.6s ~1.1s', '11:59:30': 'final ±1.1s ~1.1s' },
  });

  tell('a first contact finds a month of history: as good as nobody moved the clock', {
    driftPpm: 10,
    polls: every(minute, '31 06:00', '31 12:00'),
    punches: {
      '07:30:00': 'provisional ±700s ~10s',
      '30 07:30:00': 'provisional ±24s ~2s',
      '31 08:00:00': 'final ±0.6s ~1.1s',
    },
  });

  tell('three polls in an hour', {
    polls: every(hour / 3, '06:00', '07:00'),
    punches: { '06:10:00': 'final ±0.9s ~1.1s', '06:59:00': 'final ±1.1s ~1.1s' },
  });
});
