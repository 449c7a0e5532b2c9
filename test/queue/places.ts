/** The two places a queue can live in, both real, each with a way to take them away and bring them back. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, inject } from 'vitest';
import { queueConnection } from '../../src/queue/connection.ts';
import { createTestDatabase } from '../tools/database.ts';

/** What `queueConnection` takes. */
export type Address = Parameters<typeof queueConnection>[0];

export interface Place {
  readonly address: Address;
  /** The address as seen through a tunnel on `port`. */
  through(port: number): Address;
  readonly target: { readonly host: string; readonly port: number };
  /** Gone, with every connection, until {@link Place.bringBack}, which does nothing when it is there. */
  takeAway(): Promise<void>;
  bringBack(): Promise<void>;
  /** Every job's data as the text the backend holds. */
  rawJobs(): Promise<string[]>;
  /** Every time of day the backend has written down lies this much later, as if the clock had since been set back. */
  pretendClockWasAhead(ms: number): Promise<void>;
  /** As if nobody had ever used it. */
  reset(): Promise<void>;
}

/** Both, where the machine has both. The test file says what it leaves out: see `redisMissing`. */
export const places: readonly { readonly name: string; readonly open: () => Promise<Place> }[] = [
  { name: 'PostgreSQL', open: postgresPlace },
  ...(inject('redisUrl') === null ? [] : [{ name: 'Redis', open: redisPlace }]),
];

/** A database that refuses all connections while it is away. */
async function postgresPlace(): Promise<Place> {
  const { url, pool } = await createTestDatabase();
  // On a busy machine this takes longer than a producer waits for its answer.
  await queueConnection({ databaseUrl: url }).prepare();
  const { hostname, port, pathname } = new URL(url);
  const name = pathname.slice(1);
  const administer = async (...statements: string[]): Promise<void> => {
    const admin = new pg.Client({ connectionString: inject('postgresUrl') });
    await admin.connect();
    for (const statement of statements) await admin.query(statement);
    await admin.end();
  };
  return {
    address: { databaseUrl: url },
    through(port) {
      const tunnelled = new URL(url);
      tunnelled.hostname = '127.0.0.1';
      tunnelled.port = String(port);
      return { databaseUrl: tunnelled.href };
    },
    target: { host: hostname, port: Number(port) },
    takeAway: () =>
      administer(
        `alter database ${name} allow_connections false`,
        `select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`,
      ),
    bringBack: () => administer(`alter database ${name} allow_connections true`),
    async rawJobs() {
      const { rows } = await pool.query<{ text: string }>('select data::text as text from gerbang_queue.job');
      return rows.map((row) => row.text);
    },
    async pretendClockWasAhead(ms) {
      const later = `set value = value::bigint + ${ms} where field = 'stalled-check'`;
      await pool.query(`update gerbang_queue.meta ${later}`);
      await pool.query(`update gerbang_queue.job set process_at_ms = process_at_ms + ${ms}`);
    },
    async reset() {
      const { rows } = await pool.query<{ name: string }>(
        "select format('%I.%I', schemaname, tablename) as name from pg_tables where schemaname = 'gerbang_queue' and tablename <> 'migration'",
      );
      await pool.query(`truncate ${rows.map((row) => row.name).join(', ')}`);
    },
  };
}

/** A Redis that writes every command to disk before it answers, so that a kill loses nothing it has acknowledged. */
async function redisPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-queue-redis-'));
  const port = await freePort();
  let server = await startRedisServer(port, folder);
  const client = new Redis(port, '127.0.0.1', { retryStrategy: () => 100 });
  client.on('error', () => undefined);
  afterAll(async () => {
    client.disconnect();
    await endProcess(server, 'SIGTERM');
    await rm(folder, { recursive: true, force: true });
  });
  const redisUrl = (at: number): Address => ({ redisUrl: `redis://127.0.0.1:${at}`, databaseUrl: 'postgres://unused' });
  return {
    address: redisUrl(port),
    through: redisUrl,
    target: { host: '127.0.0.1', port },
    takeAway: () => endProcess(server, 'SIGKILL'),
    bringBack: async () => {
      if (server.exitCode === null && server.signalCode === null) return;
      server = await startRedisServer(port, folder);
    },
    async rawJobs() {
      const texts: string[] = [];
      for (const key of await client.keys('gerbang:batches:*')) {
        if ((await client.type(key)) !== 'hash') continue;
        const text = await client.hget(key, 'data');
        if (text !== null) texts.push(text);
      }
      return texts;
    },
    async pretendClockWasAhead(ms) {
      for (const id of await client.zrange('gerbang:batches:delayed', '0', '-1')) {
        await client.zincrby('gerbang:batches:delayed', ms * 4_096, id);
      }
    },
    async reset() {
      await client.flushall();
    },
  };
}

async function startRedisServer(port: number, folder: string): Promise<ChildProcess> {
  const where = ['--port', `${port}`, '--bind', '127.0.0.1', '--dir', folder];
  const how = ['--save', '', '--appendonly', 'yes', '--appendfsync', 'always', '--maxmemory-policy', 'noeviction'];
  const server = spawn('redis-server', [...where, ...how], { stdio: 'ignore' });
  const probe = new Redis(port, '127.0.0.1', { lazyConnect: true, retryStrategy: () => null });
  probe.on('error', () => undefined);
  for (let attempt = 0; ; attempt += 1) {
    const answer = await probe.connect().then(
      () => true,
      () => false,
    );
    if (answer) break;
    if (attempt > 200) throw new Error('redis-server does not start');
    await delay(50);
  }
  probe.disconnect();
  return server;
}

async function endProcess(child: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill(signal);
  await exited;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  server.close();
  await once(server, 'close');
  if (address === null || typeof address === 'string') throw new Error('no free port');
  return address.port;
}
