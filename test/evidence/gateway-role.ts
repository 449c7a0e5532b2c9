/** A role for a gateway on the shared test server, as an administrator makes one (docs/operations.md, "Database roles"). */
import { sql } from 'kysely';
import { afterAll } from 'vitest';
import type { TestDatabase } from '../tools/database.ts';

/** Creates it and removes it after the last test of the file. */
export async function createGatewayRole({ db, url }: TestDatabase): Promise<{ role: string; url: string }> {
  const role = `gateway_${new URL(url).pathname.slice(1)}`;
  await sql`create role ${sql.id(role)} login password 'secret'`.execute(db);
  afterAll(async () => {
    await sql`drop owned by ${sql.id(role)}`.execute(db);
    await sql`drop role ${sql.id(role)}`.execute(db);
  });
  const address = new URL(url);
  address.username = role;
  address.password = 'secret';
  return { role, url: address.href };
}
