import { describe, expect, test } from 'vitest';
import {
  ageOf,
  nextReminderMs,
  notificationDeadlineMs,
  remindersDue,
  workingDayMs,
} from '../../src/incident/ageing.ts';
import {
  type Actor,
  type IncidentStanding,
  type IncidentState,
  refusalOf,
  stepsFor,
} from '../../src/incident/steps.ts';
import { type WatchedIncident, type WatchedPlace, watch } from '../../src/incident/watch.ts';

const handler: Actor = { kind: 'account', may: () => true };
const reporter: Actor = { kind: 'account', may: (permission) => permission === 'incident.report' };
const gateway: Actor = { kind: 'gateway', may: () => false };
const hour = 3_600_000;
const day = 24 * hour;

const standing = (state: IncidentState, rest: Partial<IncidentStanding> = {}): IncidentStanding => ({
  kind: 'broken',
  state,
  byGateway: false,
  ...rest,
});

describe('who may take a report where', () => {
  test.each([
    ['reported', handler, {}, ['acknowledged', 'verified', 'not-confirmed']],
    ['acknowledged', handler, {}, ['verified', 'not-confirmed']],
    ['verified', handler, {}, ['in-repair', 'repaired', 'replaced', 'written-off']],
    ['verified', handler, { kind: 'lost' }, ['repaired', 'replaced', 'written-off']],
    ['in-repair', handler, {}, ['repaired', 'replaced', 'written-off']],
    ['not-confirmed', handler, {}, ['reported']],
    ['repaired', handler, {}, []],
    ['replaced', handler, {}, []],
    ['written-off', handler, {}, []],
    ['reported', reporter, {}, []],
    ['not-confirmed', reporter, {}, ['reported']],
    ['reported', gateway, {}, []],
    ['reported', gateway, { byGateway: true }, ['repaired']],
    ['verified', gateway, { byGateway: true }, []],
    ['reported', handler, { byGateway: true }, ['acknowledged', 'verified', 'not-confirmed', 'repaired']],
  ] as const)('%s by %o %o', (state, actor, rest, steps) => {
    expect(stepsFor(standing(state, rest), actor)).toEqual(steps);
  });

  test.each([
    ['reported', 'replaced', handler, 'x', 'no-such-step'],
    ['reported', 'verified', reporter, 'x', 'not-permitted'],
    ['reported', 'not-confirmed', handler, '  ', 'note-needed'],
    ['verified', 'replaced', handler, '', 'note-needed'],
    ['not-confirmed', 'reported', reporter, '', 'note-needed'],
    ['repaired', 'reported', handler, 'x', 'no-such-step'],
    ['reported', 'acknowledged', handler, '', null],
    ['reported', 'repaired', gateway, '', 'no-such-step'],
  ] as const)('%s → %s is refused as it should', (state, to, actor, note, refusal) => {
    expect(refusalOf(standing(state), to, actor, note)).toBe(refusal);
  });
});

test.each([
  [0, 'fresh', 0, 1],
  [day - 1, 'fresh', 0, 1],
  [day, 'waiting', 1, 3],
  [3 * day, 'late', 2, 7],
  [7 * day, 'forgotten', 3, 14],
  [14 * day, 'forgotten', 4, 21],
  [30 * day, 'forgotten', 6, 35],
])('%i ms without a step: %s, %i reminders, the next after %i days', (sinceMs, age, due, nextDays) => {
  expect(ageOf('verified', sinceMs)).toBe(age);
  expect(remindersDue('verified', sinceMs)).toBe(due);
  expect(nextReminderMs('verified', 1_000, 1_000 + sinceMs)).toBe(1_000 + nextDays * day);
  expect([ageOf('repaired', sinceMs), remindersDue('repaired', sinceMs)]).toEqual([null, 0]);
});

test('only a lost machine starts the three days', () => {
  expect(notificationDeadlineMs('lost', 5)).toBe(5 + 72 * hour);
  expect(notificationDeadlineMs('broken', 5)).toBeNull();
});

test.each([
  // Friday 2026-11-27 16:00 to Monday 09:00 WIB: eight hours of Friday, nine of Monday.
  ['2026-11-27T09:00:00Z', '2026-11-30T02:00:00Z', 17],
  ['2026-11-28T00:00:00Z', '2026-11-29T12:00:00Z', 0],
  ['2026-11-30T01:00:00Z', '2026-11-30T02:30:00Z', 1.5],
  ['2026-11-30T02:00:00Z', '2026-11-30T01:00:00Z', 0],
])('from %s to %s are %d hours of working days', (from, to, hours) => {
  expect(workingDayMs(Date.parse(from), Date.parse(to), () => 7 * hour) / hour).toBe(hours);
});

describe('the gateway', () => {
  // A Wednesday, noon in UTC.
  const nowMs = Date.parse('2026-11-25T12:00:00Z');
  const place: WatchedPlace = {
    officeCode: 'dinkes',
    terminalName: 'Lobi',
    state: 'ok',
    errorCode: null,
    failingSinceMs: null,
    lastReadMs: nowMs,
  };
  const incident: WatchedIncident = {
    number: 7,
    officeCode: 'dinkes',
    terminalName: 'Lobi',
    kind: 'broken',
    state: 'reported',
    byGateway: true,
    openedMs: nowMs - 5 * day,
    wellSinceMs: null,
  };
  const means = {
    nowMs,
    silentHoursOf: () => 24,
    offsetMsOf: () => () => 0,
    wellSinceOf: () => nowMs - 2 * hour,
  };
  const silentFor = (ms: number): WatchedPlace => ({ ...place, state: 'failing', failingSinceMs: nowMs - ms });

  test.each([
    ['well', place, []],
    ['silent for a day less a minute', silentFor(day - 60_000), []],
    ['silent for a day', silentFor(day), ['broken silent']],
    ['insane clock, read all the same', { ...place, errorCode: 'TERMINAL_CLOCK_BATTERY' }, ['wrong-time clock']],
    [
      'another machine since two hours',
      { ...silentFor(2 * hour), state: 'quarantined', errorCode: 'TERMINAL_SERIAL_MISMATCH' },
      ['moved identity'],
    ],
    [
      'another machine since a minute',
      { ...silentFor(60_000), state: 'quarantined', errorCode: 'TERMINAL_SERIAL_MISMATCH' },
      [],
    ],
  ] as const)('%s', (_what, seen, opened) => {
    const said = watch([seen], [], means).map((it) => (it.do === 'open' ? `${it.kind} ${it.why}` : it.do));
    expect(said).toEqual(opened);
    // With an open report there is no second one, whoever wrote the first.
    const again = watch([seen], [{ ...incident, byGateway: false }], means);
    expect(again.some((it) => it.do === 'open')).toBe(false);
    // A closed one does not stand in the way.
    expect(watch([seen], [{ ...incident, state: 'repaired' }], means)).toHaveLength(opened.length);
  });

  test('closes what it opened and nobody looked at, proposes the rest, and takes it back', () => {
    expect(watch([place], [incident], means)).toEqual([
      { do: 'propose', number: 7, wellSinceMs: nowMs - 2 * hour, close: true },
    ]);
    expect(watch([place], [{ ...incident, state: 'acknowledged' }], means)).toMatchObject([{ close: false }]);
    expect(watch([place], [{ ...incident, byGateway: false }], means)).toMatchObject([{ close: false }]);
    // Well for less than an hour is not well.
    expect(watch([place], [incident], { ...means, wellSinceOf: () => nowMs - hour + 1 })).toEqual([]);
    // Said already.
    expect(watch([place], [{ ...incident, wellSinceMs: nowMs }], means)).toEqual([]);
    expect(watch([silentFor(hour)], [{ ...incident, wellSinceMs: nowMs }], means)).toEqual([
      { do: 'withdraw', number: 7 },
    ]);
    // What a person calls lost may be another machine that answers.
    expect(watch([place], [{ ...incident, kind: 'lost', byGateway: false }], means)).toEqual([]);
  });
});
