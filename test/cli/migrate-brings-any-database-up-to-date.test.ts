import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { gerbang } from './gerbang.ts';
import { inProcess } from './in-process.ts';

const database = await createTestDatabase({ empty: true });
const env = { DATABASE_URL: database.url };

it('applies what is missing, then nothing, and prepares the queue as well', async () => {
  const early = await inProcess(['status'], env);
  expect(early).toMatchObject({ code: 1, stdout: '', stderr: expect.stringContaining('[STORE_SCHEMA_OUTDATED]') });

  const first = await gerbang(['migrate', '--json'], env);
  expect(first.code).toBe(0);
  expect(JSON.parse(first.stdout).applied[0]).toBe('0001_evidence_and_conclusions');
  const { rows } = await sql<{ schema: string }>`
    select distinct table_schema as schema from information_schema.tables
    where table_schema in ('public', 'gerbang_queue') order by 1`.execute(database.db);
  expect(rows.map(({ schema }) => schema)).toEqual(['gerbang_queue', 'public']);

  const second = await inProcess(['migrate'], env);
  expect(second).toEqual({ code: 0, stdout: 'Susunan basis data sudah terbaru.\n', stderr: '' });
});

it('refuses a database of a newer version', async () => {
  await sql`insert into kysely_migration (name, timestamp) values ('9999_from_the_future', now()::text)`.execute(
    database.db,
  );
  const { code, stderr } = await inProcess(['migrate', '--lang', 'en'], env);
  expect(code).toBe(1);
  expect(stderr).toContain('[STORE_SCHEMA_OUTDATED]');
  expect(stderr).toContain('9999_from_the_future');
});
