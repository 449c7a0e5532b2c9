import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { prepareAsOwner, prepareStore } from '../../src/gateway/store-rights.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { silentLog } from '../../src/log.ts';
import { queueConnection } from '../../src/queue/connection.ts';
import { createBatchQueue } from '../../src/queue/producer.ts';
import { startIngestWorker } from '../../src/queue/worker.ts';
import { writeAudit } from '../../src/store/audit-log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { sealDays } from '../../src/store/evidence-days.ts';
import { openIncident } from '../../src/store/incidents.ts';
import { alterableEvidence, evidenceTables } from '../../src/store/roles.ts';
import type { Tables } from '../../src/store/tables.ts';
import { batchOf, means, morning, sample } from '../ingest/batches.ts';
import { createTestDatabase } from '../tools/database.ts';
import { createGatewayRole } from './gateway-role.ts';

const owner = await createTestDatabase();
const { role, url } = await createGatewayRole(owner);
await prepareAsOwner(role, owner.url, true);
const gateway = openDatabase(url, { maxConnections: 3 });
afterAll(() => gateway.close());
const log = morning(8);

beforeAll(async () => {
  const events = { sets: [], operations: [], hostSteps: [{ atMs: Date.UTC(2026, 2, 2), byMs: 1_000 }] };
  const batch = batchOf('AAA', log, { to: 5, samples: [sample(Date.UTC(2026, 2, 2, 3), 0)], events });
  await applyBatch(gateway.db, batch, means);
  await sql`insert into evidence_day (day, terminals, batches, content, row_marks, digest)
            values ((now() at time zone 'UTC')::date - 1, 0, 0, sha256(''), '', sha256(''))`.execute(gateway.db);
  await writeAudit(gateway.db, { actorKind: 'command', actor: 'test', action: 'account.create' });
  await reportMachine(gateway.db);
  await sql`insert into setup_change (revision, actor_kind, actor, kind, office_code)
            values (1, 'command', 'test', 'office', 'kominfo')`.execute(gateway.db);
});

/** One row in each table of a report that is kept. */
async function reportMachine(db: Kysely<Tables>): Promise<void> {
  const by = { actorKind: 'command', actor: 'test', actorName: 'Test' } as const;
  const report = { kind: 'lost', officeCode: null, terminalName: null, place: 'Lobi', sinceMs: 0, words: '' } as const;
  const { number, stepId } = await openIncident(db, { ...report, by, atMs: 0 });
  await sql`insert into incident_proof (number, step_id, file_name, media_type, content, sha256, received_sha256, received_bytes)
            values (${number}, ${stepId}, 'a.pdf', 'application/pdf', 'x', sha256('x'), sha256('x'), 1)`.execute(db);
  await sql`insert into incident_fact (number, facts) values (${number}, '{}')`.execute(db);
  await sql`insert into terminal_replacement (office_code, terminal_name, new_serial, confirmed_by)
            values ('kominfo', 'Lobi', 'BBB', 'test')`.execute(db);
}

/** Every row of every evidence table. */
async function everything(): Promise<unknown[]> {
  const tables: unknown[] = [];
  for (const table of evidenceTables) {
    const { rows } = await sql`select to_jsonb(t) as row from ${sql.table(table)} t order by 1`.execute(owner.db);
    expect(rows.length).toBeGreaterThan(0);
    tables.push(rows);
  }
  return tables;
}

async function tablesAndPartitions(): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select c.relname as name from pg_class c left join pg_inherits i on i.inhrelid = c.oid
    where coalesce(i.inhparent, c.oid)::regclass::text = any (${[...evidenceTables]}::text[]) and c.relkind in ('r', 'p')`.execute(
    owner.db,
  );
  return rows.map(({ name }) => name);
}

async function refused(db: Kysely<Tables>, statement: string): Promise<void> {
  const outcome = await sql
    .raw(statement)
    .execute(db)
    .then(
      () => 'done',
      (error: { context?: { sqlState?: string } }) => error.context?.sqlState,
    );
  // insufficient_privilege
  expect(`${statement}: ${outcome}`).toBe(`${statement}: 42501`);
}

describe('somebody who has the connection of the gateway', () => {
  test('can add evidence, through the queue as well', async () => {
    const connection = queueConnection({ databaseUrl: url });
    await connection.prepare();
    const queue = createBatchQueue({ connection, log: silentLog(), maxDepth: 10 });
    const worker = startIngestWorker({
      connection,
      concurrency: 1,
      log: silentLog(),
      handle: async (batch) => void (await applyBatch(gateway.db, batch, means)),
      onSetAside: async (_rejected, error) => {
        throw error;
      },
    });
    await queue.enqueue(batchOf('AAA', log, { from: 5 }));
    const count = async () =>
      (await sql`select from punch where terminal_serial = 'AAA'`.execute(gateway.db)).rows.length;
    await expect.poll(count, { timeout: 30_000 }).toBe(8);
    await worker.close();
    await queue.close();
    await expect(sealDays(gateway.db)).resolves.toEqual([]);
  });

  test('can change, delete and empty no table of evidence, nor a partition of one', async () => {
    const before = await everything();
    const tables = await tablesAndPartitions();
    // Thirteen tables, two of them with eight partitions.
    expect(tables).toHaveLength(13 + 16);
    for (const table of tables) {
      const [{ column } = { column: '' }] = (
        await sql<{ column: string }>`select attname as column from pg_attribute
          where attrelid = ${table}::regclass and attnum > 0 and attgenerated = '' and attidentity = '' limit 1`.execute(
          owner.db,
        )
      ).rows;
      await refused(gateway.db, `update ${table} set ${column} = ${column}`);
      await refused(gateway.db, `delete from ${table}`);
      await refused(gateway.db, `truncate ${table} cascade`);
    }
    expect(await everything()).toEqual(before);
  });

  test.each([
    'alter table punch disable trigger all',
    'drop trigger never_changed on punch',
    'create trigger mine before insert on punch for each statement execute function refuse_to_change_evidence()',
    'create rule mine as on insert to clock_event do instead nothing',
    "create or replace function refuse_to_change_evidence() returns trigger language plpgsql as 'begin return null; end'",
    'alter table evidence_batch drop column head',
    'alter table evidence_batch owner to current_user',
    'drop table evidence_day',
    'set session_replication_role = replica',
    'set role postgres_owner',
    'insert into log_epoch select * from log_epoch on conflict (terminal_serial, epoch) do update set reason = excluded.reason',
    'merge into evidence_day d using (values (1)) v on true when matched then update set digest = d.content',
    'create table mine ()',
    'delete from kysely_migration',
  ])('cannot take another way: %s', async (statement) => {
    const before = await everything();
    const { rows } = await sql<{ me: string }>`select current_user::text as me from punch limit 1`.execute(owner.db);
    await refused(gateway.db, statement.replace('postgres_owner', rows[0]?.me ?? ''));
    expect(await everything()).toEqual(before);
  });

  test('is known to be unable to, and the owner to be able', async () => {
    // Said to have worked, with a warning that nothing was granted.
    await sql`grant update on punch to current_user`.execute(gateway.db);
    expect(await alterableEvidence(gateway.db)).toEqual([]);
    expect(await alterableEvidence(owner.db, role)).toEqual([]);
    expect(await alterableEvidence(owner.db)).toEqual([...evidenceTables].sort());
    await sql`grant update (pin) on punch_p3 to ${sql.id(role)}`.execute(owner.db);
    expect(await alterableEvidence(gateway.db)).toEqual(['punch']);
    await prepareAsOwner(role, owner.url, true);
    expect(await alterableEvidence(gateway.db)).toEqual([]);
  });
});

describe('the owner', () => {
  test('is refused by the table itself', async () => {
    const before = await everything();
    for (const table of await tablesAndPartitions()) {
      await refused(owner.db, `delete from ${table}`);
      await refused(owner.db, `truncate ${table} cascade`);
    }
    await refused(owner.db, "update punch set pin = ''");
    await refused(owner.db, "update clock_event set kind = 'set'");
    expect(await everything()).toEqual(before);
  });

  test('gives rights again at each start, also in tables that came later, by two gateways at once', async () => {
    await sql`create table came_later (id bigint generated always as identity)`.execute(owner.db);
    await refused(gateway.db, 'insert into came_later default values');
    await Promise.all([1, 2].map(() => prepareAsOwner(role, owner.url, true)));
    await sql`insert into came_later default values`.execute(gateway.db);
    await sql`drop table came_later`.execute(owner.db);
  });

  test('is not the gateway as well', async () => {
    const same = prepareStore(owner, { ownerUrl: owner.url, holdsQueue: false, log: silentLog() });
    await expect(same).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

test('a gateway with one role for everything runs and says so', async () => {
  const said: unknown[] = [];
  const warn = (facts: unknown): void => void said.push(facts);
  await prepareStore(owner, { ownerUrl: undefined, holdsQueue: false, log: Object.assign(silentLog(), { warn }) });
  expect(said).toEqual([expect.objectContaining({ tables: [...evidenceTables].sort().join(', ') })]);
  said.length = 0;
  await prepareStore(gateway, { ownerUrl: owner.url, holdsQueue: true, log: Object.assign(silentLog(), { warn }) });
  expect(said).toEqual([]);
});
