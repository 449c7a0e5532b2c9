import { mkdtemp, open, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, onTestFinished, test } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import { compare } from '../../src/cli/demo/compare.ts';
import { checkConfig } from '../../src/config.ts';
import { verifyEvidence } from '../../src/evidence/verify.ts';
import { type Gateway, startGateway } from '../../src/gateway.ts';
import { silentLog } from '../../src/log.ts';
import { readAudit } from '../../src/store/audit.ts';
import { writeBackup } from '../../src/store/backup.ts';
import type { Database } from '../../src/store/database.ts';
import { migrateThrough } from '../../src/store/migrate.ts';
import { checkBackup, holdsEvidence, restoreBackup } from '../../src/store/restore.ts';
import { inProcess } from '../cli/in-process.ts';
import { startChosenQueue } from '../tools/chosen-queue.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { createGatewayRole } from './gateway-role.ts';
import { storeHistory, withSetClock } from './history.ts';

const folder = await mkdtemp(join(tmpdir(), 'gerbang-backup-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const everything = { fromDay: null, toDay: null, serial: null, kept: [] };
const quiet = (): void => undefined;

/** Every row of every table, and where sequences stand, but for the lives of the database. */
async function contentOf({ db }: Database): Promise<Map<string, unknown>> {
  const { rows } = await sql<{ name: string; kind: string }>`
    select relname as name, relkind as kind from pg_class
    where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'S') and not relispartition
      and relname not like 'kysely%' and relname <> 'store_generation'`.execute(db);
  const content = new Map<string, unknown>();
  for (const { name, kind } of rows) {
    const all =
      kind === 'S'
        ? sql`select last_value, is_called from ${sql.table(name)}`
        : sql`select to_jsonb(t) as row from ${sql.table(name)} t order by to_jsonb(t)::text`;
    content.set(name, (await all.execute(db)).rows);
  }
  return content;
}

async function generations({ db }: Database): Promise<string[]> {
  const rows = await db.selectFrom('store_generation').select('reason').orderBy('created_at').execute();
  return rows.map(({ reason }) => reason);
}

describe('a backup of a history', () => {
  const file = join(folder, 'history.backup');
  let from: Awaited<ReturnType<typeof createTestDatabase>>;
  beforeAll(async () => {
    from = await createTestDatabase();
    await withSetClock(from, storeHistory);
    await sql`insert into set_aside (reason_code, reason, content, fingerprint)
              values ('X', ${'tab\t newline\n backslash \\ \\. é'}, '\\x0a5c2e0a', 'f')`.execute(from.db);
    const written = await writeBackup(from, file, quiet);
    expect(written.rows).toBeGreaterThan(42 * 2);
    expect(written.bytes).toBe((await stat(file)).size);
  });

  test('can be read by nobody else, and by a person with zcat', async () => {
    expect((await stat(file)).mode & 0o077).toBe(0);
    const text = gunzipSync(await readFile(file)).toString();
    expect(text.split('\n', 1)[0]).toContain('"gerbang":"backup"');
    expect(text).toContain('\n{"table":"punch"}\nAAA\t1\t0\t1000\t2026-03-02 07:00:00\t');
  });

  test('comes back into an empty database to the last row, verified, as a new life of it', async () => {
    const into = await createTestDatabase({ empty: true });
    expect(await holdsEvidence(into.pool)).toBe(false);
    const restored = await restoreBackup(into, file, await checkBackup(file));
    expect(restored.migrated).toEqual([]);
    expect(await contentOf(into)).toEqual(await contentOf(from));
    expect(await generations(into)).toEqual(['created', 'restored']);
    expect(await verifyEvidence(into.db, everything)).toMatchObject({ findings: [], tally: { punches: 42 } });
    // It goes on as a database of its own: identities are not given twice.
    await sql`insert into set_aside (reason_code, reason, content, fingerprint) values ('Y', '', '', 'g')`.execute(
      into.db,
    );
    await expect(sql`delete from punch`.execute(into.db)).rejects.toMatchObject({ context: { sqlState: '42501' } });
  });

  test('replaces what a database held, and keeps the rights that were given on it', async () => {
    const into = await createTestDatabase();
    await sql`insert into office values ('old', 'Old', 'UTC')`.execute(into.db);
    await sql`insert into terminal values ('OLD', 'old', 'Old')`.execute(into.db);
    const { role } = await createGatewayRole(into);
    await sql`grant select on attendance to ${sql.id(role)}`.execute(into.db);
    expect(await holdsEvidence(into.pool)).toBe(true);
    await restoreBackup(into, file, await checkBackup(file));
    expect(await contentOf(into)).toEqual(await contentOf(from));
    const { rows } = await sql<{ may: boolean }>`
      select has_table_privilege(${role}, 'attendance', 'select') as may`.execute(into.db);
    expect(rows).toEqual([{ may: true }]);
  });

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['cut off', (bytes) => bytes.subarray(0, bytes.length - 40)],
    [
      'with another byte in the middle',
      (bytes) => Buffer.concat([bytes.subarray(0, 900), Buffer.from([(bytes[900] ?? 0) ^ 1]), bytes.subarray(901)]),
    ],
    [
      'packed again with another record in it',
      (bytes) =>
        gzipSync(
          Buffer.from(gunzipSync(bytes).toString('latin1').replace('AAA\t1\t0\t1000', 'AAA\t1\t0\t1001'), 'latin1'),
        ),
    ],
    ['empty', () => Buffer.alloc(0)],
    ['something else', () => Buffer.from('hello')],
  ])('that is %s is refused before anything is touched', async (_what, harm) => {
    const damaged = join(folder, 'damaged.backup');
    await writeFile(damaged, harm(await readFile(file)));
    await expect(checkBackup(damaged)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
  });

  test('that changes between check and restore leaves the database as it was', async () => {
    const into = await createTestDatabase();
    await sql`insert into office values ('old', 'Old', 'UTC')`.execute(into.db);
    const copy = join(folder, 'copy.backup');
    await writeFile(copy, await readFile(file));
    const checked = await checkBackup(copy);
    const handle = await open(copy, 'r+');
    await handle.truncate((await handle.stat()).size - 40);
    await handle.close();
    await expect(restoreBackup(into, copy, checked)).rejects.toMatchObject({ code: 'BACKUP_DAMAGED' });
    expect((await contentOf(into)).get('office')).toHaveLength(1);
    expect((await contentOf(into)).get('punch')).toEqual([]);
  });

  test('never overwrites a file, and leaves nothing where it fails', async () => {
    await expect(writeBackup(from, file, quiet)).rejects.toMatchObject({ code: 'BACKUP_FILE' });
    const nowhere = join(folder, 'nowhere', 'a.backup');
    await expect(writeBackup(from, nowhere, quiet)).rejects.toMatchObject({ code: 'BACKUP_FILE' });
    await expect(checkBackup(nowhere)).rejects.toMatchObject({ code: 'BACKUP_FILE' });
  });

  test('of an older version is brought up to date', async () => {
    const old = await createTestDatabase({ empty: true });
    await migrateThrough(old.db, ['0001_evidence_and_conclusions', '0002_one_count_of_fences']);
    await sql`insert into office values ('kominfo', 'Kominfo', 'Asia/Jakarta')`.execute(old.db);
    await sql`insert into terminal (serial, office_code, name) values ('OLD', 'kominfo', 'Lobi')`.execute(old.db);
    await sql`insert into punch (terminal_serial, epoch, ordinal, pin, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at)
              select 'OLD', 1, n, 'x', 0, 0, 0, 0, '', 'pull', now() from generate_series(0, 4) n`.execute(old.db);
    const oldFile = join(folder, 'old.backup');
    await writeBackup(old, oldFile, quiet);
    const into = await createTestDatabase();
    const { migrated } = await restoreBackup(into, oldFile, await checkBackup(oldFile));
    expect(migrated).toContain('0005_tamper_evidence');
    expect((await generations(into)).at(-1)).toBe('restored');
    expect(await verifyEvidence(into.db, everything)).toMatchObject({
      findings: [],
      tally: { terminalsWithoutChain: 1, unchained: { punches: 5 } },
    });
  });
});

describe('after a backup from yesterday', () => {
  let fleet: Fleet;
  beforeAll(async () => {
    fleet = await startFleet({ terminals: 2, seed: 5, scenario: { defaults: { history: 300, users: 20 } } });
  });
  afterAll(() => fleet.stop());

  function punchSome(): void {
    for (const { terminal } of fleet.terminals) {
      for (let made = 0; made < 40; made += 1) terminal.punch({ pin: String(1001 + (made % 20)) });
    }
  }

  test('the terminals refill it: nothing is missing, nothing is doubled, the chain holds', {
    ...judged,
    timeout: 300_000,
  }, async () => {
    const database = await createTestDatabase({ empty: true });
    const { url } = await createGatewayRole(database);
    const serials = fleet.terminals.map(({ serial }) => serial);
    const queue = await startChosenQueue();
    onTestFinished(() => queue.stop());
    const start = (): Promise<Gateway> =>
      startGateway({
        config: configOf(fleet),
        redisUrl: queue.redisUrl,
        databaseUrl: url,
        ownerUrl: database.url,
        exclusiveDatabase: true,
        log: silentLog(),
      });
    const isComplete = async (): Promise<object> => {
      const { lost, doubled, stored } = compare(fleet.ledger.entries, await readAudit(database.db, serials), {
        terminals: 2,
        offices: 1,
      });
      return { lost, doubled, some: stored > 0 };
    };
    const complete = { lost: 0, doubled: 0, some: true };
    const patience = { timeout: 120_000, interval: 200 };

    let gateway = await start();
    await expect.poll(isComplete, patience).toEqual(complete);
    const file = join(folder, 'yesterday.backup');
    const env = { DATABASE_URL: url, DATABASE_OWNER_URL: database.url };
    expect(await inProcess(['backup', file, '--json'], env)).toMatchObject({ code: 0 });
    punchSome();
    await expect.poll(isComplete, patience).toEqual(complete);
    expect(await inProcess(['restore', file, '--replace'], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('RESTORE_REFUSED'),
    });
    await gateway.stop();
    expect(await inProcess(['restore', file], env)).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('--replace'),
    });
    expect(await inProcess(['restore', file, '--replace', '--lang', 'en'], env)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('All evidence is in order.'),
    });
    expect(await isComplete()).toMatchObject({ lost: 80 });

    gateway = await start();
    await expect.poll(isComplete, patience).toEqual(complete);
    await gateway.stop();
    expect(await verifyEvidence(database.db, everything)).toMatchObject({ findings: [], tally: { epochs: 2 } });
  });
});

function configOf(fleet: Fleet) {
  const terminals = fleet.terminals.map(({ host, port, serial }, at) => ({
    name: `T${at}`,
    host,
    port: String(port),
    serial,
  }));
  const office = { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta', pollEverySeconds: '1', terminals };
  const checked = checkConfig(JSON.stringify({ offices: [office], web: { port: '0' } }), {});
  if (checked.faults !== null) throw new Error(JSON.stringify(checked.faults));
  return checked.value;
}
