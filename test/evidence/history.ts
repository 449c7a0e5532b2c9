/** Evidence over several days, stored by the real ingest in a database whose clock the test sets. */
import { type Kysely, sql } from 'kysely';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { openDatabase } from '../../src/store/database.ts';
import { sealDays } from '../../src/store/evidence-days.ts';
import type { Tables } from '../../src/store/tables.ts';
import { batchOf, means, morning, record, sample } from '../ingest/batches.ts';
import type { TestDatabase } from '../tools/database.ts';

/**
 * Runs `work` in a database that has the time the test sets: statements of ours find another `now()` before Postgres' own.
 */
export async function withSetClock(
  { db, url }: TestDatabase,
  work: (db: Kysely<Tables>, setClock: (at: string) => Promise<void>) => Promise<void>,
): Promise<void> {
  const name = new URL(url).pathname.slice(1);
  await sql`create schema test_clock`.execute(db);
  await sql`create table test_clock.setting (at timestamptz)`.execute(db);
  await sql`create function test_clock.now() returns timestamptz language sql stable as
            'select coalesce((select at from test_clock.setting), pg_catalog.now())'`.execute(db);
  await sql`alter database ${sql.id(name)} set search_path = test_clock, pg_catalog, public`.execute(db);
  const timed = openDatabase(url, { maxConnections: 1 });
  try {
    await work(timed.db, async (at) => {
      await sql`delete from test_clock.setting`.execute(timed.db);
      await sql`insert into test_clock.setting values (${at})`.execute(timed.db);
    });
  } finally {
    await timed.close();
    await sql`alter database ${sql.id(name)} reset search_path`.execute(db);
    await sql`drop schema test_clock cascade`.execute(db);
  }
}

const log = morning(40);
/** After the first log was cleared. */
const second = [
  record('2026-03-04 07:00:00', '7'),
  record('2026-03-04 07:01:00', '8'),
  record('2026-03-04 07:02:00', '9'),
];

/**
 * Three days of two terminals. `AAA` stores: 1. records 0–9 with a sample and events, 2. records 10–29, 3. two samples
 * alone, 4. a second epoch of three records. `BBB` stores six records, and three on the third day.
 */
export async function storeHistory(db: Kysely<Tables>, setClock: (at: string) => Promise<void>): Promise<void> {
  const day = (n: number, hour = 2): number => Date.UTC(2026, 2, n, hour);
  await setClock('2026-03-02 02:00:00+00');
  await apply(db, 'AAA', log, {
    to: 10,
    samples: [sample(day(2), 500)],
    events: {
      sets: [{ sentAtMs: day(2) + 5, receivedAtMs: day(2) + 9, deviceMs: day(2) }],
      operations: [
        { operation: 0, deviceMs: day(2), absentAtMs: null, presentAtMs: day(2) + 20 },
        { operation: 0, deviceMs: day(2), absentAtMs: null, presentAtMs: day(2) + 20 },
      ],
      hostSteps: [{ atMs: day(2) + 30, byMs: -1500.25 }],
    },
  });
  await apply(db, 'BBB', log, { to: 6 });
  await setClock('2026-03-03 02:00:00+00');
  await apply(db, 'AAA', log, { from: 10, to: 30 });
  await apply(db, 'AAA', log, {
    from: 30,
    to: 30,
    samples: [{ ...sample(day(3), 600), hostErrorMs: 1.5 }, sample(day(3, 3), 700)],
  });
  await setClock('2026-03-04 02:00:00+00');
  const opens = { reason: 'log-cleared', priorEpoch: 1, priorNext: 30 } as const;
  await apply(db, 'AAA', second, { epoch: 2, opens });
  await apply(db, 'BBB', log, { from: 6, to: 9 });
  await setClock('2026-03-05 02:00:00+00');
  await sealDays(db);
}

async function apply(db: Kysely<Tables>, serial: string, ...[of, given]: [Buffer[], Parameters<typeof batchOf>[2]]) {
  await applyBatch(db, batchOf(serial, of, given), means);
}
