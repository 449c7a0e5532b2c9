import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { openDatabase } from '../../src/store/database.ts';
import { migrateToLatest, pendingMigrations } from '../../src/store/migrate.ts';
import { createTestDatabase } from '../tools/database.ts';

describe('migrating', () => {
  test('an empty database is brought to the schema, once, by two processes at once', async () => {
    const { url, db } = await empty();
    const other = openDatabase(url);
    try {
      expect(await pendingMigrations(db)).toContain('0001_evidence_and_conclusions');
      const applied = await Promise.all([migrateToLatest(db), migrateToLatest(other.db)]);
      expect(applied.flat().filter((name) => name === '0001_evidence_and_conclusions')).toHaveLength(1);
      expect(await pendingMigrations(db)).toEqual([]);
      expect(await migrateToLatest(db)).toEqual([]);
      expect(await db.selectFrom('attendance').selectAll().execute()).toEqual([]);
    } finally {
      await other.close();
    }
  });

  test('asking what is pending changes nothing', async () => {
    const { db } = await empty();
    await pendingMigrations(db);
    const { rows } = await sql`select from pg_tables where schemaname = 'public'`.execute(db);
    expect(rows).toEqual([]);
  });

  test('a schema from a newer version is left alone', async () => {
    const { db } = await empty();
    await migrateToLatest(db);
    await sql`insert into kysely_migration values ('9999_from_the_future', now())`.execute(db);
    for (const attempt of [migrateToLatest, pendingMigrations]) {
      await expect(attempt(db)).rejects.toMatchObject({
        code: 'STORE_SCHEMA_OUTDATED',
        message: expect.stringContaining('newer Gerbang (9999_from_the_future)'),
      });
    }
  });

  test('a migration that fails leaves nothing behind and names itself', async () => {
    const { db } = await empty();
    await sql`create table attendance_time (something_else int)`.execute(db);
    await expect(migrateToLatest(db)).rejects.toMatchObject({
      code: 'STORE_SCHEMA_OUTDATED',
      context: { migration: '0001_evidence_and_conclusions' },
    });
    const { rows } = await sql`select from pg_tables where tablename in ('office', 'punch')`.execute(db);
    expect(rows).toEqual([]);
  });
});

const databases = [
  await createTestDatabase({ empty: true }),
  await createTestDatabase({ empty: true }),
  await createTestDatabase({ empty: true }),
  await createTestDatabase({ empty: true }),
];

async function empty() {
  const database = databases.pop();
  if (database === undefined) throw new Error('no more empty databases');
  return database;
}
