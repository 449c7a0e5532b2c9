/** Brings a database to the schema this version was written for: numbered SQL files, applied in order, once each. */
import { readdir, readFile, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Kysely, type Migration, type MigrationProvider, Migrator, sql } from 'kysely';
import { GerbangError, messageOf } from '../errors.ts';
import { storeError } from './store-error.ts';
import type { Tables } from './tables.ts';

const fileName = /^(\d{4}_[a-z0-9_]+)\.sql$/;

/**
 * Applies what is missing. Two processes at once are safe: one waits for the other.
 *
 * @returns names of the migrations applied now, in order
 * @throws GerbangError STORE_SCHEMA_OUTDATED when the database was made by a newer Gerbang, STORE_UNAVAILABLE
 */
export async function migrateToLatest(db: Kysely<Tables>): Promise<string[]> {
  const migrations = await readMigrations();
  await refuseNewerSchema(db, Object.keys(migrations));
  const { error, results } = await migratorOf(db, migrations).migrateToLatest();
  if (error !== undefined) {
    const failed = results?.find((result) => result.status === 'Error');
    const named = storeError(error);
    if (named.code !== 'INTERNAL') throw named;
    throw new GerbangError(
      'STORE_SCHEMA_OUTDATED',
      `Migration ${failed?.migrationName ?? ''} could not be applied: ${messageOf(error)}. Nothing of it remains; repair the cause and run \`gerbang migrate\` again.`,
      { context: { migration: failed?.migrationName }, cause: error },
    );
  }
  return (results ?? []).map((result) => result.migrationName);
}

/**
 * Applies the first migrations, up to the last of `names`: tables as an older version had them, for what it kept.
 *
 * @param names in order, without gaps from the first one
 * @throws GerbangError STORE_SCHEMA_OUTDATED when this version does not know them, STORE_UNAVAILABLE
 */
export async function migrateThrough(db: Kysely<Tables>, names: readonly string[]): Promise<void> {
  const migrations = await readMigrations();
  const known = Object.keys(migrations).slice(0, names.length);
  const last = known.at(-1);
  if (last === undefined || known.join() !== names.join()) {
    throw new GerbangError(
      'STORE_SCHEMA_OUTDATED',
      `This was written by another version of Gerbang (schema ${names.at(-1) ?? 'unknown'}). Use that version or a newer one.`,
    );
  }
  const { error } = await migratorOf(db, migrations).migrateTo(last);
  if (error !== undefined) throw storeError(error);
}

/**
 * Names of the migrations that are not applied yet, in order. Changes nothing, not even in an empty database.
 *
 * @throws GerbangError STORE_SCHEMA_OUTDATED when the database was made by a newer Gerbang, STORE_UNAVAILABLE
 */
export async function pendingMigrations(db: Kysely<Tables>): Promise<string[]> {
  const names = Object.keys(await readMigrations());
  const applied = await refuseNewerSchema(db, names);
  return names.filter((name) => !applied.includes(name));
}

async function refuseNewerSchema(db: Kysely<Tables>, known: readonly string[]): Promise<string[]> {
  const applied = await appliedMigrations(db);
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new GerbangError(
      'STORE_SCHEMA_OUTDATED',
      `The database was changed by a newer Gerbang (${unknown.join(', ')}). Run that version; this one could harm the data.`,
      { context: { unknown: unknown.join(', ') } },
    );
  }
  return applied;
}

async function appliedMigrations(db: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ present: boolean }>`
    select to_regclass('kysely_migration') is not null as present`.execute(db);
  if (!rows[0]?.present) return [];
  const applied = await sql<{ name: string }>`select name from kysely_migration order by name`.execute(db);
  return applied.rows.map((row) => row.name);
}

function migratorOf(db: Kysely<Tables>, migrations: Record<string, Migration>): Migrator {
  const provider: MigrationProvider = { getMigrations: async () => migrations };
  return new Migrator({ db, provider });
}

async function readMigrations(): Promise<Record<string, Migration>> {
  const folder = await findFolder();
  const migrations: Record<string, Migration> = {};
  for (const file of (await readdir(folder)).sort()) {
    const name = fileName.exec(file)?.[1];
    if (name === undefined) continue;
    const text = await readFile(join(folder, file), 'utf8');
    migrations[name] = { up: async (db) => void (await sql.raw(text).execute(db)) };
  }
  return migrations;
}

/** `migrations/` lies beside `src/` in a clone and inside `dist/`, beside `dist/src/`, when built: the same step up. */
async function findFolder(): Promise<string> {
  const folder = join(dirname(fileURLToPath(import.meta.url)), '..', '..', 'migrations');
  const found = await stat(folder).catch(() => null);
  if (found?.isDirectory()) return folder;
  throw new GerbangError('INTERNAL', `The folder ${folder} is missing from this installation. Install Gerbang again.`);
}
