import { sql } from 'kysely';
import { afterEach, describe, expect, test } from 'vitest';
import { type Keeper, startCompletenessKeeper } from '../../src/completeness/keeper.ts';
import { createLog } from '../../src/log.ts';
import {
  type CompletenessRow,
  countDays,
  readCompleteness,
  readCompletenessChanges,
} from '../../src/store/completeness.ts';
import { noteDue } from '../../src/store/completeness-due.ts';
import { noteGap } from '../../src/store/gaps.ts';
import { keepTerminalStates } from '../../src/store/terminal-state.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { hourMs, midnightMs, nextMidnightMs } from './facts.ts';

const database = await createTestDatabase();
const { db } = database;
const complaints: unknown[] = [];
const log = createLog({ level: 'error', destination: { write: (line) => complaints.push(JSON.parse(line)) } });
const running: Keeper[] = [];
afterEach(async () => {
  for (const keeper of running.splice(0)) await keeper.close();
  expect(complaints).toEqual([]);
});

let made = 0;
/** An office of its own for each test, with one machine; `readTo` is up to when the log of the machine is stored. */
async function officeWith(readTo: number, terminals: readonly string[] = ['Lobi']) {
  made += 1;
  const office = { code: `opd${made}`, name: `OPD ${made}`, timeZone: 'Asia/Jakarta' };
  const place = (terminalName = 'Lobi') => ({ office, serial: `${office.code}-${terminalName}`, terminalName });
  await putOffices(database, [office]);
  const machines = terminals.map((terminalName) => ({
    officeCode: office.code,
    terminalName,
    serial: place(terminalName).serial,
  }));
  await putMachines(database, machines, readTo);
  // They have stood there for a month, as far as anybody knows.
  await sql`insert into terminal_stay (office_code, terminal_name, serial, from_at)
            select ${office.code}, name, ${`${office.code}-`} || name, '2026-02-01'
            from unnest(${[...terminals]}::text[]) as name`.execute(db);
  return { office, place };
}

function keep(code: string, now: () => number, settleMs = 0): void {
  const offices = [{ code, relevantUntilMinute: null }];
  running.push(
    startCompletenessKeeper({
      database,
      log,
      nowMs: now,
      offices: () => offices,
      everyMs: 20,
      machinesEveryMs: 20,
      settleMs,
    }),
  );
}

async function dayOf(code: string, day = '2026-03-02'): Promise<Partial<CompletenessRow>> {
  const rows = await readCompleteness(db, { fromDay: day, toDay: day, officeCodes: [code], limit: 1 });
  return rows[0] ?? {};
}

const patience = { timeout: 20_000, interval: 50 };
const at = (hour: number): number => midnightMs + hour * hourMs;
const afterwards = nextMidnightMs + 2 * hourMs;

describe('a day', () => {
  test('becomes complete when its machine is read past its end, and is told again when late rows land on it', async () => {
    const { office, place } = await officeWith(at(12));
    await putPunches(database, place(), [{ atMs: at(8), pin: '1' }], at(12));
    keep(office.code, () => afterwards);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ state: 'not-yet', records: 1 });

    await putPunches(database, place(), [{ atMs: at(16), pin: '1' }], nextMidnightMs + hourMs);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ state: 'complete', records: 2, reasons: [] });
    const told = await dayOf(office.code);

    // Days later, from a file or a machine that had been out of reach.
    await putPunches(database, place(), [{ atMs: at(9), pin: '2' }], nextMidnightMs + 80 * hourMs);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ state: 'complete', records: 3 });
    const again = await dayOf(office.code);
    expect(again.revision).toBeGreaterThan(told.revision ?? 0);
    expect(again.change).toBeGreaterThan(told.change ?? 0);
    const news = await readCompletenessChanges(db, { afterChange: told.change ?? 0, fromDay: '2026-01-01', limit: 10 });
    expect(news.map(({ officeCode, day }) => [officeCode, day])).toContainEqual([office.code, '2026-03-02']);
  });

  test('has for its content what earlier versions worked out from the view, rows of closed months left out', async () => {
    const { office, place } = await officeWith(afterwards);
    const punches = [8, 12, 16].map((hour) => ({ atMs: at(hour), pin: '1' }));
    await putPunches(database, place(), punches, afterwards);
    await sql`update attendance_time set after_close = true where office_code = ${office.code} and ordinal = 1`.execute(
      db,
    );
    const [counts] = await countDays(db, [
      { officeCode: office.code, day: '2026-03-02', startMs: midnightMs, endMs: nextMidnightMs },
    ]);
    const { rows } = await sql<{ content: string }>`
      select sum(hashtextextended(punch_id, revision)::numeric)::text as content from attendance
      where office_code = ${office.code}`.execute(db);
    expect(counts).toMatchObject({ records: 2, notFinal: 0, afterClose: 1, content: rows[0]?.content });
  });

  test('that loses a punch over midnight is told again, and so is the day that gains it', async () => {
    const { office, place } = await officeWith(afterwards);
    await putPunches(database, place(), [{ atMs: nextMidnightMs - 1_000, pin: '1' }], afterwards);
    keep(office.code, () => afterwards);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ records: 1, state: 'complete' });
    const before = await dayOf(office.code);
    await sql`update attendance_time set occurred_at = occurred_at + interval '2 seconds', revision = revision + 1
              where office_code = ${office.code}`.execute(db);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ records: 0 });
    await expect.poll(() => dayOf(office.code, '2026-03-03'), patience).toMatchObject({ records: 1 });
    expect((await dayOf(office.code)).revision).toBe((before.revision ?? 0) + 1);
  });

  test('whose punch was given another time within it is told again although its number is the same', async () => {
    const { office, place } = await officeWith(afterwards);
    await putPunches(database, place(), [{ atMs: at(8), pin: '1' }], afterwards);
    keep(office.code, () => afterwards);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ records: 1, state: 'complete' });
    const { revision = 0 } = await dayOf(office.code);
    await sql`update attendance_time set occurred_at = occurred_at + interval '2 minutes', revision = revision + 1
              where office_code = ${office.code}`.execute(db);
    await expect.poll(async () => (await dayOf(office.code)).revision, patience).toBe(revision + 1);
  });

  test('says nothing new when it is counted again and nothing has changed', async () => {
    const { office, place } = await officeWith(afterwards);
    await putPunches(database, place(), [{ atMs: at(8), pin: '1', status: 'provisional' }], afterwards);
    keep(office.code, () => afterwards);
    await expect
      .poll(() => dayOf(office.code), patience)
      .toMatchObject({
        state: 'complete-except',
        notFinal: 1,
        reasons: [{ kind: 'not-final', rows: 1 }],
      });
    const before = await dayOf(office.code);
    await noteDue(db, { officeCodes: [office.code], fromMs: midnightMs, toMs: nextMidnightMs });
    const left = async () =>
      (await sql<{ n: number }>`select count(*) as n from completeness_due`.execute(db)).rows[0]?.n;
    await expect.poll(left, patience).toBe(0);
    expect(await dayOf(office.code)).toEqual(before);
  });

  test('on which nobody punched has a row all the same, and one that goes on is not over', async () => {
    const { office, place } = await officeWith(afterwards);
    await putPunches(database, place(), [{ atMs: at(8), pin: '1' }], afterwards);
    keep(office.code, () => afterwards);
    await expect
      .poll(() => dayOf(office.code, '2026-03-03'), patience)
      .toMatchObject({
        state: 'not-yet',
        records: 0,
        reasons: [{ kind: 'day-not-over' }],
      });
  });
});

describe('a machine', () => {
  test('that is taken out of the configuration still counts for the days it stood there', async () => {
    const { office, place } = await officeWith(afterwards, ['Lobi', 'Gudang']);
    await putPunches(database, place('Gudang'), [{ atMs: at(8), pin: '9' }], at(9));
    await putPunches(database, place('Lobi'), [{ atMs: at(8), pin: '1' }], afterwards);
    keep(office.code, () => afterwards);
    await expect.poll(() => dayOf(office.code), patience).toMatchObject({ state: 'not-yet', terminals: 2 });
    await keepTerminalStates(db, office.code, ['Lobi']);
    await expect
      .poll(() => dayOf(office.code), patience)
      .toMatchObject({
        state: 'complete-except',
        terminals: 2,
        terminalsRead: 1,
        reasons: [{ kind: 'left-unread', terminal: 'Gudang', readThrough: new Date(at(9)).toISOString() }],
      });
  });

  test('whose log lost records makes the days of the gap say so', async () => {
    const { office, place } = await officeWith(afterwards);
    await putPunches(database, place(), [{ atMs: at(8), pin: '1' }], afterwards);
    const { serial, terminalName } = place();
    const loss = {
      kind: 'cleared' as const,
      atLeast: 37,
      atMost: null,
      ground: 'unwatched' as const,
      sinceMs: at(8),
      untilMs: at(9),
      stored: 463,
      counted: 37,
      found: 0,
    };
    const where = { serial, epoch: 2, officeCode: office.code, terminalName };
    await noteGap(db, where, loss);
    await noteGap(db, where, { ...loss, atLeast: 12 });
    const gaps = async () =>
      (await sql`select at_least, at_most from log_gap where terminal_serial = ${serial}`.execute(db)).rows;
    expect(await gaps()).toEqual([{ at_least: 37, at_most: null }]);
    // The weaker claim that came again has not weakened what is known; a stronger one would have been kept.
    await noteGap(db, where, { ...loss, atLeast: 40, atMost: 50 });
    expect(await gaps()).toEqual([{ at_least: 40, at_most: 50 }]);
    keep(office.code, () => afterwards);
    await expect
      .poll(() => dayOf(office.code), patience)
      .toMatchObject({
        state: 'complete-except',
        gaps: 1,
        reasons: [{ kind: 'gap', what: 'cleared', atLeast: 40, atMost: 50 }],
      });
  });
});

test('two machines of one office are stored side by side: noting what changed never makes one wait for the other', async () => {
  const { office, place } = await officeWith(afterwards, ['Lobi', 'Gudang']);
  await putPunches(database, place('Lobi'), [{ atMs: at(7), pin: '1' }], afterwards);
  await putPunches(database, place('Gudang'), [{ atMs: at(7), pin: '1' }], afterwards);
  await db.transaction().execute(async (tx) => {
    await sql`set local lock_timeout = '2s'`.execute(tx);
    await sql`update attendance_time set revision = revision + 1 where terminal_serial = ${place('Lobi').serial}`.execute(
      tx,
    );
    // A second connection, while the first has not committed.
    await putPunches(database, place('Gudang'), [{ atMs: at(8), pin: '2' }], afterwards);
  });
  keep(office.code, () => afterwards);
  await expect.poll(() => dayOf(office.code), patience).toMatchObject({ records: 3 });
});
