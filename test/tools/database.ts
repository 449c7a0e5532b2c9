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
  const { database, drop } = await openTestDatabase(inject('postgresUrl'), options);
  afterAll(drop);
  return database;
}

/**
 * The same for whoever removes it himself.
 *
 * @param serverUrl connection string of the server, to any database of it
 */
export async function openTestDatabase(
  serverUrl: string,
  options: { empty?: boolean } = {},
): Promise<{ readonly database: TestDatabase; drop(): Promise<void> }> {
  created += 1;
  const name = `test_${process.pid}_${created}_${Date.now()}`;
  const template = options.empty ? 'template0' : 'gerbang_template';
  const administer = administrator(serverUrl);
  await administer((admin) => admin.query(`create database ${name} template ${template}`));
  const url = urlOf(serverUrl, name);
  const database = openDatabase(url, { maxConnections: 5, applicationName: 'test' });
  const drop = async (): Promise<void> => {
    await database.close();
    const left = await administer((admin) => connectionsLeft(admin, name));
    await administer((admin) => admin.query(`drop database ${name} with (force)`));
    if (left.length > 0) throw new Error(`connections to ${name} were left open: ${left.join('; ')}`);
  };
  return { database: { ...database, url }, drop };
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

function administrator(serverUrl: string) {
  return async <T>(work: (admin: pg.Client) => Promise<T>): Promise<T> => {
    const admin = new pg.Client({ connectionString: serverUrl, application_name: 'test admin' });
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.end();
    }
  };
}

function urlOf(serverUrl: string, name: string): string {
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return url.href;
}
