/** Bringing a backup back: the whole of it in one transaction, after it was read once to see that it is whole. */
import { createReadStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import type pg from 'pg';
import pgCopy from 'pg-copy-streams';
import { z } from 'zod';
import { GerbangError, messageOf } from '../errors.ts';
import { fileTrouble } from './backup.ts';
import { type BackupEnd, type BackupHeader, type BackupReader, damaged, readBackup } from './backup-file.ts';
import { columnList, quoted } from './backup-tables.ts';
import { type Database, openUnhurried, storeError } from './database.ts';
import { migrateThrough, migrateToLatest, pendingMigrations } from './migrate.ts';

const headerSchema = z.object({
  gerbang: z.literal('backup'),
  version: z.literal(1),
  madeAt: z.string(),
  migrations: z.array(z.string()).min(1),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()).min(1) })),
  sequences: z.array(z.object({ name: z.string(), value: z.int(), isCalled: z.boolean() })),
});
const endSchema = z.object({ rows: z.record(z.string(), z.int()), sha256: z.string() });

/** A backup that was read to its end and is whole. */
export interface CheckedBackup {
  readonly header: BackupHeader;
  readonly end: BackupEnd;
}

/** What was restored. */
export interface RestoreSummary {
  readonly madeAt: string;
  readonly rows: number;
  /** Migrations that were applied to what was restored, because the backup is of an older version. */
  readonly migrated: readonly string[];
}

/**
 * Reads a backup from front to back and compares its digest.
 *
 * @throws GerbangError BACKUP_DAMAGED, BACKUP_FILE when it cannot be read
 */
export async function checkBackup(file: string): Promise<CheckedBackup> {
  return readWhole(file, async (rows) => {
    for await (const _piece of rows) {
      // Hashed by the reader.
    }
  });
}

/**
 * Replaces everything in the database by the backup, begins a new life of it (`store_generation`), and brings it up to
 * the schema of this version. To be called as the owner, while no gateway runs.
 *
 * @param backup as {@link checkBackup} found it
 * @throws GerbangError BACKUP_DAMAGED, STORE_SCHEMA_OUTDATED when it was made by a newer Gerbang, STORE_UNAVAILABLE
 */
export async function restoreBackup(database: Database, file: string, backup: CheckedBackup): Promise<RestoreSummary> {
  const { header } = backup;
  const client = await openUnhurried(database);
  try {
    await prepareTables(database, client, header);
    await client.query('begin');
    await client.query(triggersOff);
    await client.query(emptyTables);
    await readWhole(file, async (rows, { name, columns }) => {
      const copy = pgCopy.from(`copy public.${quoted(name)} (${columnList(columns)}) from stdin`);
      await pipeline(Readable.from(rows), client.query(copy));
    });
    for (const { name, value, isCalled } of header.sequences) {
      await client.query('select setval($1::regclass, $2, $3)', [`public.${quoted(name)}`, value, isCalled]);
    }
    const isMarked = header.tables.some(({ name }) => name === 'store_generation');
    if (isMarked) await beginGeneration(client);
    await client.query(triggersOn);
    await client.query('commit');
    const migrated = await migrateToLatest(database.db);
    if (!isMarked) await beginGeneration(client);
    const rows = Object.values(backup.end.rows).reduce((sum, count) => sum + count, 0);
    return { madeAt: header.madeAt, rows, migrated };
  } catch (error) {
    throw error instanceof GerbangError ? error : storeError(error);
  } finally {
    await client.end().catch(() => {});
  }
}

/** Whether the database holds anything of a terminal: then it is not overwritten unasked. */
export async function holdsEvidence(client: pg.Pool): Promise<boolean> {
  const { rows: known } = await client.query<{ known: boolean }>(
    `select to_regclass('public.punch') is not null and to_regclass('public.terminal') is not null as known`,
  );
  if (!known[0]?.known) return false;
  const { rows } = await client.query<{ any: boolean }>(
    'select exists (select from terminal) or exists (select from punch) as any',
  );
  return rows[0]?.any ?? false;
}

async function beginGeneration(client: pg.ClientBase): Promise<void> {
  await client.query(`insert into store_generation (reason) values ('restored')`);
}

/** Tables exactly as they were when the backup was made: later migrations must find what they expect. */
async function prepareTables(database: Database, client: pg.ClientBase, header: BackupHeader): Promise<void> {
  const { rows } = await client.query<{ any: boolean }>(`select to_regclass('kysely_migration') is not null as any`);
  const applied = rows[0]?.any
    ? (await client.query<{ name: string }>('select name from kysely_migration order by name')).rows
    : [];
  const names = applied.map(({ name }) => name);
  if (names.join() === header.migrations.join()) return;
  // Refuses a database of a newer version before anything is dropped.
  await pendingMigrations(database.db);
  await client.query(dropAll);
  await migrateThrough(database.db, header.migrations);
}

async function readWhole(
  file: string,
  useRows: (rows: AsyncGenerator<Buffer>, table: BackupHeader['tables'][number]) => Promise<void>,
): Promise<CheckedBackup> {
  const packed = createReadStream(file);
  const unpacked = createGunzip();
  packed.on('error', (error) => unpacked.destroy(fileTrouble(file, messageOf(error), error)));
  packed.pipe(unpacked);
  try {
    const reader = readBackup(unpacked as AsyncIterable<Buffer>);
    const header = parsed(headerSchema, await reader.json());
    for (const table of header.tables) {
      const at = parsed(z.object({ table: z.literal(table.name) }), await reader.json());
      await useRows(reader.rows(), { ...table, name: at.table });
    }
    return { header, end: await readEnd(reader) };
  } finally {
    packed.destroy();
    unpacked.destroy();
  }
}

async function readEnd(reader: BackupReader): Promise<BackupEnd> {
  const digest = reader.digest();
  const end = parsed(endSchema, await reader.json());
  if (end.sha256 !== digest) throw damaged('its content is not what was written');
  return end;
}

function parsed<T>(schema: z.ZodType<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  throw damaged('it is no backup of Gerbang');
}

/** What migrations made, and nothing of others: extensions and other people's tables stay. */
const dropAll = `
do $$
declare item record;
begin
  for item in
    select c.relkind as kind, c.oid::regclass as name from pg_class c
    where c.relnamespace = 'public'::regnamespace and c.relkind in ('v', 'r', 'p', 'S') and not c.relispartition
      and pg_has_role(current_user, c.relowner, 'usage')
      and not exists (select from pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid
                      and d.objsubid = 0 and d.deptype in ('e', 'i', 'a'))
    order by case c.relkind when 'v' then 0 when 'S' then 2 else 1 end
  loop
    execute format('drop %s if exists %s cascade', case item.kind when 'v' then 'view' when 'S' then 'sequence' else 'table' end, item.name);
  end loop;
  for item in
    select p.oid::regprocedure as name from pg_proc p
    where p.pronamespace = 'public'::regnamespace and pg_has_role(current_user, p.proowner, 'usage')
      and not exists (select from pg_depend d where d.objid = p.oid and d.deptype = 'e')
  loop
    execute format('drop routine if exists %s cascade', item.name);
  end loop;
end
$$`;

/** Triggers of ours would refuse to empty the tables, and write rows of their own for rows that the backup brings. */
const triggersOff = setTriggers('disable');
const triggersOn = setTriggers('enable');

function setTriggers(how: 'enable' | 'disable'): string {
  return `
do $$
declare item record;
begin
  for item in
    select distinct t.tgrelid::regclass as name from pg_trigger t join pg_class c on c.oid = t.tgrelid
    where c.relnamespace = 'public'::regnamespace and not t.tgisinternal and c.relkind in ('r', 'p')
      and pg_has_role(current_user, c.relowner, 'usage')
  loop
    execute format('alter table only %s ${how} trigger user', item.name);
  end loop;
end
$$`;
}

/** Empties all tables but those of the migrations; also of rows that the migrations made, for the backup brings its own. */
const emptyTables = `
do $$
declare all_tables text;
begin
  select string_agg(c.oid::regclass::text, ', ') into all_tables from pg_class c
  where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and not c.relispartition
    and c.relname not in ('kysely_migration', 'kysely_migration_lock') and pg_has_role(current_user, c.relowner, 'usage');
  execute 'truncate ' || all_tables;
end
$$`;
