import { readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { refreshDue } from '../../src/completeness/refresh.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { closeMonth } from '../../src/store/periods.ts';
import { batchOf, means, record, sample } from '../ingest/batches.ts';
import { createTestDatabase } from '../tools/database.ts';

vi.setConfig({ testTimeout: 120_000 });

const database = await createTestDatabase();
const { db } = database;
const page = await readFile(new URL('../../docs/data.md', import.meta.url), 'utf8');
const decision = await readFile(new URL('../../docs/decisions/0004-keys-and-growth.md', import.meta.url), 'utf8');

const blocksOf = (text: string): string[] => [...text.matchAll(/```sql\n(.*?)```/gs)].map(([, block = '']) => block);
const queries = blocksOf(page).map((text) => ({ text, title: text.trim().split('\n', 2).join(' ') }));

/** Three days late, so that something is late; an impossible date, a repeated log, a punch at half past seven. */
const log = [
  record('2026-02-31 07:00:00', '11'),
  record('2026-03-02 07:29:30', '12'),
  record('2026-03-02 07:30:00', '13'),
  record('2026-03-02 16:01:00', '12'),
];
const presentAtMs = Date.UTC(2026, 2, 5, 3);
const samples = [sample(presentAtMs - 500, 0), sample(presentAtMs + 300, 0, 'after-read')];
const bracket = { absentAtMs: null, presentAtMs };
const first = batchOf('ABC123', log, { samples, bracket });

beforeAll(async () => {
  await applyBatch(db, first, means);
  const opens = { reason: 'log-rewritten' as const, priorEpoch: 1, priorNext: log.length };
  await applyBatch(db, batchOf('ABC123', log.toReversed(), { epoch: 2, opens, bracket }), means);
  await sql`with somebody as (insert into person (person_id, name, office_code) values ('contoh', 'Contoh', 'kominfo'))
            insert into person_pin (person_id, office_code, pin) values ('contoh', 'kominfo', '12')`.execute(db);
  const january = { month: '2026-01', startMs: Date.UTC(2025, 11, 31, 17), endMs: Date.UTC(2026, 0, 31, 17) };
  await closeMonth(db, { ...january, officeCode: 'kominfo', timeZone: 'Asia/Jakarta', closedBy: 'bendahara' });
  const kominfo = { code: 'kominfo', timeZone: 'Asia/Jakarta', relevantUntilMinute: null };
  const allOfIt = { recent: true, cutMs: Date.UTC(2000, 0, 1) };
  await refreshDue(database, new Map([['kominfo', kominfo]]), allOfIt, presentAtMs);
  await applyBatch(db, batchOf('LATE1', [record('2026-01-15 07:30:00', '14')], { samples, bracket }), means);
});

describe('docs/data.md', () => {
  test('has queries', () => expect(queries.length).toBeGreaterThanOrEqual(8));

  test.each(queries)('$title', async ({ text }) => {
    const { rows } = await sql.raw(text).execute(db);
    expect(rows.length).toBeGreaterThan(0);
  });

  test.each([
    'attendance',
    'punch',
    'clock_sample',
    'completeness',
    'log_gap',
    'clock_model',
    'attendance_change',
    'closed_period',
    'attendance_adjustment',
    'clock_alarm',
  ])('names every column of %s, and no other', async (table) => {
    const { rows } = await sql<{ name: string }>`
      select column_name as name from information_schema.columns where table_name = ${table} order by 1`.execute(db);
    const [, section = ''] = page.split(`\n## \`${table}\`\n`);
    const cells = [...(section.split('\n##')[0] ?? '').matchAll(/^\| (`[^|]*) \|[a-z, ]*\|/gm)];
    const named = cells.flatMap(([, cell = '']) => [...cell.matchAll(/`(\w+)`/g)].map(([, name]) => name));
    // What the view shares with the table is listed there by name, too.
    expect([...new Set(named)].sort()).toEqual(rows.map((row) => row.name));
  });
});

describe('docs/decisions/0004-keys-and-growth.md', () => {
  test('a partition is split as described, every row is still there, and the key still knows old batches', async () => {
    const serials = Array.from({ length: 40 }, (_, n) => `SPLIT${n}`);
    for (const serial of serials) await applyBatch(db, { ...first, serial }, means);
    const rowsOf = async (): Promise<unknown> =>
      (await sql`select tableoid = 'punch_p1'::regclass as kept, punch_id, raw from punch order by 2`.execute(db)).rows;
    const before = await rowsOf();
    for (const block of blocksOf(decision)) await sql.raw(block).execute(db);
    expect(await rowsOf()).toEqual(before);
    const halves = await sql<{ rows: number }>`
      select count(*) as rows from punch_p0_of_16 union all select count(*) from punch_p8_of_16`.execute(db);
    for (const half of halves.rows) expect(half.rows).toBeGreaterThan(0);
    for (const serial of serials) {
      expect(await applyBatch(db, { ...first, serial }, means)).toMatchObject({ outcome: 'already' });
      const again =
        sql`insert into punch (terminal_serial, epoch, ordinal, pin, device_time_raw, verify_mode, punch_state,
        work_code, raw, source, received_at) select terminal_serial, epoch, ordinal, pin, device_time_raw, verify_mode,
        punch_state, work_code, raw, source, now() from punch where terminal_serial = ${serial}`.execute(db);
      await expect(again).rejects.toMatchObject({ context: { sqlState: '23505' } });
    }
    expect(await rowsOf()).toEqual(before);
  });
});
