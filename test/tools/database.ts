/** A database of one's own for a test file: real Postgres, migrated, gone afterwards. */
import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { type Database, openDatabase } from '../../src/store/database.ts';

export interface TestDatabase extends Database {
  /** Connection string, for whatever the test opens itself. It must close that again, or the file fails. */
  readonly url: string;
}

let created = 0;

/**
 * Creates a database and removes it after the last test of the file. Call it at the top of a test file:
 * `const database = await createTestDatabase();`
 *
 * @param options `empty`: without tables, for tests of the migrations themselves
 */
export async function createTestDatabase(options: { empty?: boolean } = {}): Promise<TestDatabase> {
  created += 1;
  const name = `test_${process.pid}_${created}_${Date.now()}`;
  const template = options.empty ? 'template0' : 'gerbang_template';
  await administer((admin) => admin.query(`create database ${name} template ${template}`));
  const url = urlOf(name);
  const database = openDatabase(url, { maxConnections: 5, applicationName: 'test' });
  afterAll(async () => {
    await database.close();
    const left = await administer((admin) => connectionsLeft(admin, name));
    await administer((admin) => admin.query(`drop database ${name} with (force)`));
    if (left.length > 0) throw new Error(`connections to ${name} were left open: ${left.join('; ')}`);
  });
  return { ...database, url };
}

/** Who is still connected after a grace period: a closed connection takes the server a moment to notice. */
async function connectionsLeft(admin: pg.Client, name: string): Promise<string[]> {
  let left: string[] = [];
  for (let attempt = 0; attempt < 40; attempt += 1) {
    const { rows } = await admin.query<{ application_name: string; query: string }>(
      'select application_name, left(query, 80) as query from pg_stat_activity where datname = $1',
      [name],
    );
    left = rows.map((row) => `${row.application_name || 'unnamed'} (${row.query})`);
    if (left.length === 0) break;
    await delay(50);
  }
  return left;
}

async function administer<T>(work: (admin: pg.Client) => Promise<T>): Promise<T> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl'), application_name: 'test admin' });
  await admin.connect();
  try {
    return await work(admin);
  } finally {
    await admin.end();
  }
}

function urlOf(name: string): string {
  const url = new URL(inject('postgresUrl'));
  url.pathname = `/${name}`;
  return url.href;
}
