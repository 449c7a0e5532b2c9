import { sql } from 'kysely';
import pg from 'pg';
import { expect, test } from 'vitest';
import { recompute } from '../../src/ingest/recompute.ts';
import { openDatabase } from '../../src/store/database.ts';
import { createTestDatabase } from '../tools/database.ts';
import { handPolled } from './terminal.ts';

const { db, url } = await createTestDatabase();
const second = 1_000;
const startMs = Date.UTC(2026, 2, 2, 0);
const weekMs = 7 * 86_400_000;

/** How many rows of each of two windows were given another answer, and whether everything that belongs to it is there. */
async function stateOf(): Promise<{ windows: number[]; changes: number; versions: number }> {
  const { rows } = await sql<{ window: number; rows: number }>`
    select ordinal / 3 as window, count(*) filter (where model_version is not null)::int as rows
    from attendance_time group by 1 order by 1`.execute(db);
  const { rows: counts } = await sql<{ changes: number; versions: number }>`
    select (select count(*)::int from attendance_change) as changes,
           (select count(*)::int from clock_model) as versions`.execute(db);
  return {
    windows: rows.map((row) => row.rows),
    changes: counts[0]?.changes ?? -1,
    versions: counts[0]?.versions ?? -1,
  };
}

const serial = 'DIES1';

/** Two windows of three rows each. */
async function store(): Promise<void> {
  const terminal = handPolled(db, serial);
  await terminal.read(startMs, [], 0, startMs - second);
  for (const atMs of [startMs + 60 * second, startMs + 5 * weekMs]) {
    const punches = [-40, -30, -20].map((seconds) => atMs + seconds * second);
    await terminal.read(atMs, punches, 0, atMs - second);
  }
}

/** As a Gerbang from before there were versions left them. */
async function forgetVersions(): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`set local session_replication_role = replica`.execute(tx);
    await sql`update attendance_time set model_version = null`.execute(tx);
    await sql`delete from attendance_change`.execute(tx);
    await sql`delete from clock_model`.execute(tx);
  });
}

test('wherever the connection breaks: a whole number of windows is done, and a second run does the rest', async () => {
  const killer = new pg.Client({ connectionString: url });
  await killer.connect();
  await store();
  const seen = new Set<string>();
  let isThrough = false;
  for (let breakAt = 1; !isThrough && breakAt <= 60; breakAt += 1) {
    await forgetVersions();
    const victim = openDatabase(url, { maxConnections: 1, applicationName: 'recompute-victim' });
    const client = await victim.pool.connect();
    const query = client.query.bind(client);
    let statements = 0;
    Object.assign(client, {
      query: async (text: string, values: unknown[]) => {
        statements += 1;
        if (statements === breakAt) {
          await killer.query(
            `select pg_terminate_backend(pid) from pg_stat_activity where application_name = 'recompute-victim'`,
          );
        }
        return query(text, values);
      },
    });
    client.release();
    const request = { serial, dryRun: false, concurrency: 1 };
    const outcome = await recompute(victim.db, request).then(
      () => 'done',
      (error: unknown) => (error instanceof Error && 'code' in error ? error.code : error),
    );
    await victim.close();
    isThrough = breakAt > statements;
    expect(outcome, `statement ${breakAt}`).toBe(isThrough ? 'done' : 'STORE_UNAVAILABLE');
    const { windows, changes, versions } = await stateOf();
    seen.add(windows.join());
    expect(['0,0', '3,0', '3,3'], `statement ${breakAt}`).toContain(windows.join());
    const done = windows.filter((rows) => rows === 3).length;
    expect({ changes, versions }, `statement ${breakAt}`).toEqual({ changes: 3 * done, versions: done });
    await recompute(db, request);
    expect(await stateOf(), `statement ${breakAt}, second run`).toEqual({
      windows: [3, 3],
      changes: 6,
      versions: 2,
    });
  }
  await killer.end();
  expect(isThrough).toBe(true);
  // Broken before, between and after: the test has looked at each.
  expect([...seen].sort()).toEqual(['0,0', '3,0', '3,3']);
}, 240_000);
