import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { createReach } from '../../src/gateway/reach.ts';
import type { TerminalStateView } from '../../src/office/states.ts';
import { forgetOldOutages, type Outage, readOpenOutages, readOutages } from '../../src/store/outages.ts';
import { readPollNotes } from '../../src/store/terminal-polls.ts';
import { keepTerminalStates } from '../../src/store/terminal-state.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase();
const minute = 60_000;
const start = Date.parse('2026-03-02T00:00:00Z');
const at = (minutes: number): number => start + minutes * minute;

const gateway = (holder: string, nowMinutes: number) =>
  createReach(
    db,
    () => 3 * minute,
    holder,
    () => at(nowMinutes),
  );

function stateOf(officeCode: string, changes: Partial<TerminalStateView>): TerminalStateView {
  return {
    officeCode,
    terminalName: 'Lobi',
    address: '10.0.0.1:4370',
    serial: 'LOBI1',
    state: 'ok',
    errorCode: null,
    errorText: null,
    failingSinceMs: null,
    lastAttemptMs: null,
    lastReadMs: null,
    offsetMs: null,
    offsetBoundMs: null,
    records: null,
    recordCapacity: null,
    users: null,
    firmware: null,
    platform: null,
    deviceName: null,
    ...changes,
  };
}

const well = (office: string, minutes: number) =>
  stateOf(office, { lastAttemptMs: at(minutes), lastReadMs: at(minutes) });

const failing = (office: string, since: number, tried: number, lastRead: number | null, code = 'NET_TIMEOUT') =>
  stateOf(office, {
    state: 'failing',
    errorCode: code,
    failingSinceMs: at(since),
    lastAttemptMs: at(tried),
    lastReadMs: lastRead === null ? null : at(lastRead),
  });

const spans = (outages: readonly Outage[]) =>
  outages.map(({ kind, terminalName, fromMs, failedAtMs, untilMs, endedHow, firstErrorCode, lastErrorCode }) => {
    const minutesOf = (ms: number | null) => (ms === null ? null : (ms - start) / minute);
    const times = [minutesOf(fromMs), minutesOf(failedAtMs), minutesOf(untilMs)];
    return [kind, terminalName, ...times, endedHow, firstErrorCode, lastErrorCode];
  });
const all = { fromMs: at(-10_000), toMs: at(10_000) };

test('after the grace, once, with the errors it had, and until it is read again', async () => {
  const { write } = gateway('a', 0);
  await write([well('satu', 0)]);
  await write([failing('satu', 1, 3.5, 0)]);
  expect(await readOutages(db, all, { officeCode: 'satu' })).toEqual([]);
  await write([failing('satu', 1, 4, 0)]);
  await write([failing('satu', 1, 6, 0, 'NET_REFUSED')]);
  await write([failing('satu', 1, 8, 0, 'NET_REFUSED')]);
  expect(spans(await readOpenOutages(db, 'satu'))).toEqual([
    ['terminal', 'Lobi', 0, 1, null, null, 'NET_TIMEOUT', 'NET_REFUSED'],
  ]);
  await write([well('satu', 9)]);
  expect(spans(await readOutages(db, all, { officeCode: 'satu', terminalName: 'Lobi' }))).toEqual([
    ['terminal', 'Lobi', 0, 1, 9, 'read', 'NET_TIMEOUT', 'NET_REFUSED'],
  ]);
  const notes = await readPollNotes(db, { officeCode: 'satu', terminalName: 'Lobi' });
  expect(notes.map(({ kind, errorCode }) => [kind, errorCode])).toEqual([
    ['well', 'NET_REFUSED'],
    ['trouble', 'NET_REFUSED'],
    ['trouble', 'NET_TIMEOUT'],
  ]);
});

test('one outage over a restart and another gateway, and the gateway that was away says so itself', async () => {
  await gateway('a', 0).write([well('dua', 0)]);
  const second = gateway('b', 30);
  // A process that has just begun: it knows no last read.
  await second.write([stateOf('dua', { state: 'waiting', serial: null })]);
  await second.write([failing('dua', 31, 34, null)]);
  const third = gateway('c', 35);
  await third.write([stateOf('dua', { state: 'waiting', serial: null })]);
  await third.write([failing('dua', 35, 39, null, 'NET_REFUSED')]);
  await third.write([well('dua', 40)]);
  expect(spans(await readOutages(db, all, { officeCode: 'dua', terminalName: 'Lobi' }))).toEqual([
    ['terminal', 'Lobi', 0, 31, 40, 'read', 'NET_TIMEOUT', 'NET_REFUSED'],
    ['gateway-away', null, 0, 0, 30, null, null, null],
  ]);
});

test('a clock that needs a person is no outage, nor is a machine that is taken away', async () => {
  const { write } = gateway('a', 0);
  await write([{ ...failing('tiga', 1, 60, 60, 'CLOCK_RUNS_WILD') }]);
  expect(await readOutages(db, all, { officeCode: 'tiga' })).toEqual([]);
  await write([failing('tiga', 61, 66, 60)]);
  expect(await readOpenOutages(db, 'tiga')).toHaveLength(1);
  await keepTerminalStates(db, 'tiga', []);
  expect(await readOpenOutages(db, 'tiga')).toEqual([]);
});

test('a place keeps its last hundred lines', async () => {
  const { write } = gateway('a', 0);
  for (let turn = 0; turn < 60; turn += 1) {
    await write([failing('empat', turn, turn, null)]);
    await write([well('empat', turn)]);
  }
  const { count } = await db
    .selectFrom('terminal_poll')
    .where('office_code', '=', 'empat')
    .select((e) => e.fn.countAll<number>().as('count'))
    .executeTakeFirstOrThrow();
  expect(Number(count)).toBe(100);
});

test('what ended years ago is forgotten; what ended since, or lasts, is not', async () => {
  await sql`
    insert into terminal_outage (kind, office_code, terminal_name, from_at, failed_at, until_at, ended_how, detected_by)
    select 'terminal', 'lima', name, now() - age, now() - age, now() - ended, case when ended is not null then 'read' end, 'a'
    from (values ('old', interval '5 years', interval '4 years'), ('late', interval '5 years', interval '2 years'),
                 ('open', interval '5 years', null)) as v (name, age, ended)`.execute(db);
  await sql`
    insert into terminal_pause (office_code, terminal_name, since_at, until_at, reason, paused_by, ended_at)
    select 'lima', name, now() - age, now() - ended, 'dicat', 'rina', now() - ended
    from (values ('old', interval '5 years', interval '4 years'), ('late', interval '1 year', interval '11 months'))
         as v (name, age, ended)`.execute(db);
  await forgetOldOutages(db);
  const kept = await sql<{ outages: string[]; pauses: string[] }>`
    select (select array_agg(terminal_name order by terminal_name) from terminal_outage where office_code = 'lima') as outages,
           (select array_agg(terminal_name) from terminal_pause where office_code = 'lima') as pauses`.execute(db);
  expect(kept.rows).toEqual([{ outages: ['late', 'open'], pauses: ['late'] }]);
});
