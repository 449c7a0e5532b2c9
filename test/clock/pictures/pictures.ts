/** The pictures of docs/time.md: simulated worlds, asked, read and corrected by the production code. */
import { buildClockModel } from '../../../src/clock/model.ts';
import { at, every, hour, minute } from '../stories/at.ts';
import { type Event, play, type WorldPlan } from '../truth.ts';
import { type Chart, offsetChart } from './offset-chart.ts';
import { questionChart } from './question-chart.ts';

/** File names and what stands in them. */
export function pictures(): Readonly<Record<string, string>> {
  return {
    'questions.svg': questionChart(),
    'day.svg': chartOf(
      'A working day of a clock 21 s fast that loses 20 millionths; out of reach from 10:00 to 14:00',
      {
        fastMs: 21_000,
        driftPpm: -20,
        polls: [...every(5 * minute, '06:00', '10:00'), ...every(5 * minute, '14:00', '18:00')],
      },
      ['07:29:34', '12:00:00', '16:00:00'],
      { fromMs: at('06:00'), untilMs: at('18:00'), hours: every(2 * hour, '06:00', '18:00'), seconds: [18, 22] },
    ),
    'step.svg': chartOf(
      'A clock two minutes slow is put right at 08:00:30, between two polls',
      {
        fastMs: -2 * minute,
        events: [{ kind: 'move', atMs: at('08:00:30'), byMs: 2 * minute }],
        polls: every(minute, '07:00', '09:00'),
      },
      ['07:58:20', '08:00:08', '08:00:52', '08:02:30'],
      { fromMs: at('07:57'), untilMs: at('08:04'), hours: every(minute, '07:57', '08:04'), seconds: [-150, 50] },
    ),
    'outage.svg': chartOf(
      'Ten minutes back, while out of reach from 09:00 to 15:00: only the order of the records tells when',
      {
        events: [{ kind: 'move', atMs: at('12:00'), byMs: -10 * minute }],
        polls: [...every(5 * minute, '07:00', '09:00'), ...every(5 * minute, '15:00', '17:00')],
      },
      ['08:00:00', '11:00:00', '11:58:00', '12:03:00', '13:00:00', '16:00:00'],
      { fromMs: at('07:00'), untilMs: at('17:00'), hours: every(hour, '07:00', '17:00'), seconds: [-800, 200] },
    ),
    'reset.svg': chartOf(
      'A power cut from 09:05 to 09:20 with a dead coin cell: the clock restarts in the year 2000',
      {
        events: [{ kind: 'reset', atMs: at('09:20') }],
        polls: [...every(minute, '08:00', '09:05'), ...every(minute, '10:30', '12:00')],
      },
      ['08:45:00', '09:03:30', '09:25:00', '09:45:00', '11:00:00'],
      {
        fromMs: at('08:30'),
        untilMs: at('11:30'),
        hours: every(hour / 2, '08:30', '11:30'),
        seconds: [-2, 2],
        note: { atMs: at('11:00'), text: 'here the clock is 26 years behind' },
      },
    ),
    'there-and-back.svg': chartOf(
      'Set back by half an hour at 07:50:30, and forward again at 07:55:30',
      {
        events: [
          { kind: 'move', atMs: at('07:50:30'), byMs: -30 * minute },
          { kind: 'move', atMs: at('07:55:30'), byMs: 30 * minute },
        ],
        polls: every(minute, '07:00', '09:00'),
      },
      ['07:48:00', '07:53:10', '07:58:00'],
      { fromMs: at('07:45'), untilMs: at('08:01'), hours: every(2 * minute, '07:45', '08:01'), seconds: [-2_000, 400] },
    ),
  };
}

function chartOf(
  title: string,
  told: Partial<WorldPlan> & { readonly events?: readonly Event[] },
  punches: readonly string[],
  view: Pick<Chart, 'fromMs' | 'untilMs' | 'hours' | 'seconds' | 'note'>,
): string {
  const world = play({
    seed: 1,
    startMs: at('00:00'),
    zone: 'Asia/Jakarta',
    zoneHours: 7,
    fastMs: 0,
    driftPpm: 0,
    wobblePpm: 0,
    roundTripMs: 25,
    polls: every(minute, '06:00', '12:00'),
    events: [],
    punches: punches.map(at),
    cachedForMs: 0,
    live: false,
    operationLog: false,
    hostErrorMs: 0,
    ...told,
  });
  return offsetChart({ title, world, model: buildClockModel(world.evidence), zoneMs: 7 * hour, ...view });
}
