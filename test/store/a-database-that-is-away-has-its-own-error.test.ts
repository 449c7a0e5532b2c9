import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { sql } from 'kysely';
import pg from 'pg';
import { expect, inject, test } from 'vitest';
import { type Database, openDatabase, storeError } from '../../src/store/database.ts';
import { codeOf } from '../../src/store/store-error.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();

async function codeFor(opened: Database, text = 'select 1'): Promise<unknown> {
  try {
    await sql.raw(text).execute(opened.db);
    return 'no error';
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
}

async function codeAt(url: string): Promise<unknown> {
  const opened = openDatabase(url, { maxConnections: 1 });
  const code = await codeFor(opened);
  await opened.close();
  return code;
}

test('nobody listening, a wrong password, a missing database: unavailable', async () => {
  const port = await closedPort();
  expect(await codeAt(`postgres://x:y@127.0.0.1:${port}/x`)).toBe('STORE_UNAVAILABLE');
  const wrong = new URL(inject('postgresUrl'));
  wrong.password = 'wrong';
  expect(await codeAt(wrong.href)).toBe('STORE_UNAVAILABLE');
  const missing = new URL(inject('postgresUrl'));
  missing.pathname = '/missing';
  expect(await codeAt(missing.href)).toBe('STORE_UNAVAILABLE');
});

test('a table that a newer version changes beside us costs one try, on one connection', async () => {
  const opened = openDatabase(database.url, { maxConnections: 1 });
  await sql`create table changing (n integer)`.execute(opened.db);
  const read = () => sql`select * from changing where n = ${1}`.execute(opened.db);
  // From the second time on it is prepared.
  for (let times = 0; times < 3; times += 1) await read();
  await sql`alter table changing add column more text`.execute(database.db);
  await expect(read()).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
  expect((await read()).rows).toEqual([]);
  await opened.close();
});

test('a server that hangs up on every connection: unavailable', async () => {
  const server = createServer((socket: Socket) => socket.destroy());
  const port = await listen(server);
  expect(await codeAt(`postgres://x:y@127.0.0.1:${port}/x`)).toBe('STORE_UNAVAILABLE');
  server.close();
});

test('a connection that is ended under a query: unavailable, and the next queries get a new one', async () => {
  const hanging = codeFor(database, 'select pg_sleep(30)');
  const killer = new pg.Client({ connectionString: database.url });
  await killer.connect();
  for (let killed = 0; killed === 0; ) {
    const { rows } = await killer.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where query like 'select pg_sleep%' and pid <> pg_backend_pid()`,
    );
    killed = rows.length;
  }
  await killer.end();
  expect(await hanging).toBe('STORE_UNAVAILABLE');
  // The server says that it ends the connection before it does: a query in between still meets the dying one.
  await expect.poll(() => codeFor(database)).toBe('no error');
});

test('a statement that takes too long is ended: unavailable', async () => {
  const impatient = openDatabase(database.url, { statementTimeoutMs: 100 });
  expect(await codeFor(impatient, 'select pg_sleep(20)')).toBe('STORE_UNAVAILABLE');
  expect(await codeFor(impatient)).toBe('no error');
  await impatient.close();
});

test('a server that falls silent: unavailable, and nobody else gets that connection', async () => {
  const target = new URL(database.url);
  const port = Number(target.port);
  const links: Socket[] = [];
  const proxy = createServer((client) => {
    const server = connect(port, '127.0.0.1');
    links.push(client, server);
    client.pipe(server).pipe(client);
    for (const socket of [client, server]) socket.on('error', () => {});
  });
  target.port = String(await listen(proxy));
  const opened = openDatabase(target.href, { maxConnections: 1, statementTimeoutMs: 1_000 });
  expect(await codeFor(opened)).toBe('no error');
  const [client, server] = links;
  client?.unpipe(server);
  expect(await codeFor(opened)).toBe('STORE_UNAVAILABLE');
  expect(await codeFor(opened)).toBe('no error');
  await opened.close();
  for (const socket of links) socket.destroy();
  proxy.close();
});

test('tables that are not there: the schema is outdated', async () => {
  expect(await codeFor(database, 'select * from no_such_table')).toBe('STORE_SCHEMA_OUTDATED');
});

test('any other refusal keeps the row out of the text', async () => {
  const insert = `insert into terminal (serial, office_code, name) values ('not a serial: 8817', 'x', 'y')`;
  const error = await sql.raw(insert).execute(database.db).catch(storeError);
  expect(error).toMatchObject({ code: 'INTERNAL', context: { sqlState: '23514' } });
  expect(String(error)).not.toContain('8817');
  expect(codeOf(error)).toBe('23514');
});

async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await listen(server);
  server.close();
  await once(server, 'close');
  return port;
}
