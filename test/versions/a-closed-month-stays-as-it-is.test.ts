import { sql } from 'kysely';
import { expect, test, vi } from 'vitest';
import { monthRange } from '../../src/clock/zone.ts';
import { recompute } from '../../src/ingest/recompute.ts';
import { closeMonth, fingerprintRows } from '../../src/store/periods.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { createTestDatabase } from '../tools/database.ts';
import { handPolled } from './terminal.ts';

vi.setConfig({ testTimeout: 120_000 });

const { db } = await createTestDatabase();
const second = 1_000;
const minute = 60_000;
const hour = 60 * minute;
/** The last evening of February 2026 in UTC+7, ten minutes before midnight. */
const lateMs = Date.UTC(2026, 1, 28, 16, 50);
const midnightMs = lateMs + 10 * minute;
const { fromMs: startMs, toMs: endMs } = monthRange('Asia/Jakarta', '2026-02');
const february = (officeCode: string) => ({
  officeCode,
  month: '2026-02',
  startMs,
  endMs,
  timeZone: 'Asia/Jakarta',
  closedBy: 'bendahara',
});

/** The month as a reader sees it, byte for byte. */
async function viewOf(officeCode: string): Promise<string> {
  const { rows } = await sql<{ line: string }>`
    select a::text as line from attendance a
    where office_code = ${officeCode} and occurred_at >= timestamptz '2026-02-01 00:00+07'
      and occurred_at < timestamptz '2026-03-01 00:00+07'
    order by terminal_serial, epoch, ordinal`.execute(db);
  return rows.map(({ line }) => line).join('\n');
}

const adjustmentsOf = (officeCode: string) =>
  db
    .selectFrom('attendance_adjustment')
    .selectAll()
    .where('office_code', '=', officeCode)
    .orderBy('ordinal')
    .orderBy('model_version')
    .execute();
const shownOf = async (serial: string) =>
  (
    await db
      .selectFrom('attendance')
      .select('ordinal')
      .where('terminal_serial', '=', serial)
      .orderBy('ordinal')
      .execute()
  ).map(({ ordinal }) => ordinal);

test('late evidence and late punches stand beside it, and the view is the same to the byte', async () => {
  await registerOffice(db, { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' });
  const terminal = handPolled(db, 'CLOSED1', 'dinkes');
  // Two minutes ahead, and no look at the clock yet: nothing is known of these but when they were read.
  await terminal.read(lateMs, [lateMs - 5 * minute, lateMs - 4 * minute], 2 * minute);
  const { period, isNew } = await closeMonth(db, february('dinkes'));
  expect(isNew).toBe(true);
  expect(period).toMatchObject({ rows: 2, notFinal: 2, closedBy: 'bendahara', startMs, endMs: midnightMs });
  const before = await viewOf('dinkes');
  expect(before.split('\n')).toHaveLength(2);

  // A look at last. Then a punch of five to midnight, one of midnight by the wrong clock, and one of the new month.
  expect(await terminal.look(lateMs + second, 2 * minute)).toMatchObject({ revised: 0 });
  const punches = [midnightMs - 5 * minute, midnightMs - minute, midnightMs + 5 * minute];
  await terminal.read(midnightMs + hour, punches, 2 * minute, midnightMs + hour - second);

  expect(await viewOf('dinkes')).toBe(before);
  expect(await fingerprintRows(db, period)).toMatchObject({ rows: 2, digest: period.digest });
  expect(await shownOf('CLOSED1')).toEqual([0, 1, 4]);
  const adjustments = await adjustmentsOf('dinkes');
  expect(
    adjustments.map((row) => [row.ordinal, row.kind, row.why, row.was_status, row.time_status, row.month]),
  ).toEqual([
    [0, 'changed', 'crosses-minute', 'uncorrectable', 'provisional', '2026-02'],
    [1, 'changed', 'crosses-minute', 'uncorrectable', 'provisional', '2026-02'],
    [2, 'added', 'arrived-late', null, 'provisional', '2026-02'],
    [3, 'added', 'arrived-late', null, 'provisional', '2026-02'],
  ]);
  expect(Math.abs((adjustments[0]?.occurred_at ?? 0) - (lateMs - 5 * minute))).toBeLessThan(2 * second);
  expect(adjustments[0]?.was_occurred_at).toBe(lateMs - 3 * minute);
  expect(adjustments[2]).toMatchObject({ was_occurred_at: null, was_earliest: null, was_latest: null });
  const stored = await db.selectFrom('punch').select('ordinal').where('terminal_serial', '=', 'CLOSED1').execute();
  expect(stored).toHaveLength(5);
  // Consumers are told of what the view shows.
  const lines = await db.selectFrom('outbox').selectAll().where('terminal_serial', '=', 'CLOSED1').execute();
  expect(lines.map((line) => [line.from_ordinal, line.to_ordinal])).toEqual([
    [0, 2],
    [4, 5],
  ]);

  const request = { serial: 'CLOSED1', dryRun: false, concurrency: 1 };
  expect((await recompute(db, request)).counts).toMatchObject({ changed: 0, adjusted: 0 });
  expect((await recompute(db, request)).counts).toMatchObject({ changed: 0, adjusted: 0 });
  expect(await viewOf('dinkes')).toBe(before);
  expect(await closeMonth(db, february('dinkes'))).toEqual({ period, isNew: false });
});

test.each(['clock_model', 'attendance_change', 'closed_period', 'attendance_adjustment', 'clock_alarm'])(
  'what is kept in %s is added to, never changed or deleted',
  async (table) => {
    for (const statement of [
      `delete from ${table}`,
      `update ${table} set terminal_serial = 'X'`,
      `truncate ${table} cascade`,
    ]) {
      const attempt = sql.raw(
        statement.replace('set terminal_serial', table === 'closed_period' ? 'set month' : 'set terminal_serial'),
      );
      await expect(attempt.execute(db)).rejects.toMatchObject({ context: { sqlState: '42501' } });
    }
  },
);

test('a row of an open month that would move into a closed one stays, and is noted', async () => {
  await registerOffice(db, { code: 'bpkad', name: 'BPKAD', timeZone: 'Asia/Jakarta' });
  const terminal = handPolled(db, 'CLOSED2', 'bpkad');
  // One minute before midnight by true time; by the clock, two minutes ahead, it is March.
  await terminal.read(midnightMs + 10 * minute, [midnightMs - minute], 2 * minute);
  await closeMonth(db, february('bpkad'));
  const march = () => db.selectFrom('attendance').selectAll().where('terminal_serial', '=', 'CLOSED2').execute();
  const before = await march();
  expect(before).toMatchObject([{ occurred_at: midnightMs + minute }]);
  await terminal.look(midnightMs + 10 * minute + second, 2 * minute);
  expect(await march()).toEqual(before);
  expect(await viewOf('bpkad')).toBe('');
  expect(await adjustmentsOf('bpkad')).toMatchObject([{ kind: 'changed', was_occurred_at: midnightMs + minute }]);
});

test('a late punch that turns out to be of the open month is shown there', async () => {
  await registerOffice(db, { code: 'bpbd', name: 'BPBD', timeZone: 'Asia/Jakarta' });
  await closeMonth(db, february('bpbd'));
  const terminal = handPolled(db, 'CLOSED3', 'bpbd');
  // Two minutes behind: by the clock it is still February.
  await terminal.read(midnightMs + 10 * minute, [midnightMs + minute], -2 * minute);
  expect(await shownOf('CLOSED3')).toEqual([]);
  expect(await adjustmentsOf('bpbd')).toMatchObject([{ kind: 'added' }]);
  await terminal.look(midnightMs + 10 * minute + second, -2 * minute);
  expect(await shownOf('CLOSED3')).toEqual([0]);
  const lines = await db.selectFrom('outbox').selectAll().where('terminal_serial', '=', 'CLOSED3').execute();
  expect(lines).toHaveLength(1);
});

test('closed while punches are being stored, each is either counted or noted', async () => {
  await registerOffice(db, { code: 'pupr', name: 'PUPR', timeZone: 'Asia/Jakarta' });
  const terminals = Array.from({ length: 4 }, (_, n) => handPolled(db, `RACE${n}`, 'pupr'));
  const storing = Promise.all(
    terminals.map(async (terminal) => {
      for (let n = 0; n < 12; n += 1) await terminal.read(lateMs + n * second, [lateMs - minute + n * second], 0);
    }),
  );
  await expect
    .poll(async () => (await fingerprintRows(db, february('pupr'))).rows, { timeout: 30_000, interval: 5 })
    .toBeGreaterThan(4);
  const { period } = await closeMonth(db, february('pupr'));
  await storing;
  expect(await fingerprintRows(db, period)).toMatchObject({ rows: period.rows, digest: period.digest });
  expect(period.rows + (await adjustmentsOf('pupr')).length).toBe(48);
});
