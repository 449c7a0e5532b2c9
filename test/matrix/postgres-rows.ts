/** Rows 9 to 13: the database stops, breaks off, is full, is locked, or no longer answers. */
import { execFile } from 'node:child_process';
import { mkdir, rm, statfs, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { sql } from 'kysely';
import { openDatabase } from '../../src/store/database.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import type { GatewayProcess } from './rig/gateway.ts';
import { lacks } from './rig/lacks.ts';
import { type OwnPostgres, startOwnPostgres } from './rig/servers.ts';
import { openTunnel, type Tunnel } from './rig/tunnel.ts';
import { atMost, until } from './rig/wait.ts';
import { makeWorld, type World, type WorldOptions } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

const run = promisify(execFile);

interface Scene {
  readonly world: World;
  readonly gateway: GatewayProcess;
}

interface OwnScene extends Scene {
  readonly postgres: OwnPostgres;
}

/** A gateway at work on a database that the row may do everything to. */
async function begin(context: RowContext, options: Partial<WorldOptions> = {}): Promise<Scene> {
  const database = options.database ?? (await context.database());
  const world = await makeWorld({ ...context, history: 2_000, ...options, database });
  const gateway = world.start();
  await until('the first records are stored', async () => (await world.stored()) > 0);
  return { world, gateway };
}

async function beginOnOwn(context: RowContext, folder = join(context.folder, 'postgres')): Promise<OwnScene> {
  const postgres = await startOwnPostgres(folder);
  context.onEnd(() => postgres.close());
  await postgres.administer(['create database row']);
  const url = postgres.url('row');
  const database = openDatabase(url, { maxConnections: 3, applicationName: 'judge' });
  context.onEnd(() => database.close());
  await migrateToLatest(database.db);
  return { ...(await begin(context, { database: { ...database, url } })), postgres };
}

/** The same gateway through a tunnel. */
async function beginBehindTunnel(context: RowContext): Promise<Scene & { readonly tunnel: Tunnel }> {
  const database = await context.database();
  const address = new URL(database.url);
  const tunnel = await openTunnel({ port: Number(address.port) });
  context.onEnd(() => tunnel.close());
  address.port = String(tunnel.port);
  return { ...(await begin(context, { database, databaseUrl: address.href })), tunnel };
}

/** Somebody punches, and a part of it is stored. */
async function inTheMiddle({ world }: Scene, punches = 300): Promise<void> {
  const before = await world.stored();
  world.punch(punches);
  await until('something is under way', async () => (await world.stored()) > before, { everyMs: 5 });
}

async function stopped(context: RowContext): Promise<string> {
  const scene = await beginOnOwn(context);
  const { world, postgres, gateway } = scene;
  for (const awayMs of [0, 3_000, 15_000]) {
    await inTheMiddle(scene);
    await postgres.take('SIGQUIT');
    world.punch(20);
    await sleep(awayMs);
    await postgres.bringBack();
    await world.mustHoldNow(`after ${awayMs} ms without Postgres`);
  }
  const seen = await world.mustComeToRest('after the stops');
  if (gateway.hasEnded()) throw new Error(`the gateway ended: ${gateway.said()}`);
  return `3 immediate stops, ${seen}`;
}

const terminateAll = `select pg_terminate_backend(pid) from pg_stat_activity
  where datname = current_database() and application_name like 'gerbang%' and pid <> pg_backend_pid()`;

async function brokenInCommit(context: RowContext): Promise<string> {
  const scene = await beginBehindTunnel(context);
  const { world, tunnel } = scene;
  let swallowed = 0;
  for (let round = 0; round < 12; round += 1) {
    const lost = tunnel.swallowAnswerTo('commit').then(() => {
      swallowed += 1;
    });
    world.punch(30);
    await until('the answer to a COMMIT is lost', () => swallowed > round);
    await lost;
    if (round % 3 === 0) await sql.raw(terminateAll).execute(world.database.db);
    await world.mustHoldNow(`after lost answer ${round + 1}`);
  }
  return `${swallowed} answers to COMMIT lost, ${await world.mustComeToRest('after all of them')}`;
}

/** A file system of 160 MiB, when this process may mount one. */
async function smallDisk(context: RowContext): Promise<string | null> {
  const folder = join(context.folder, 'disk');
  await mkdir(folder);
  const mounted = await run('mount', ['-t', 'tmpfs', '-o', 'size=160m,mode=755', 'tmpfs', folder]).then(
    () => true,
    () => false,
  );
  if (!mounted) return null;
  context.onEnd(() => run('umount', ['-l', folder]));
  return folder;
}

async function cannotWrite(context: RowContext): Promise<string> {
  const seen: string[] = [];
  const readOnly = await begin(context);
  await inTheMiddle(readOnly);
  await setReadOnly(readOnly.world, true);
  const before = await readOnly.world.stored();
  readOnly.world.punch(50);
  await until('the gateway says so', () => readOnly.gateway.said().includes('STORE_UNAVAILABLE'), {
    withinMs: atMost(240_000),
  });
  if ((await readOnly.world.stored()) !== before) throw new Error('something was stored in a read-only database');
  await setReadOnly(readOnly.world, false);
  seen.push(`read-only: ${await readOnly.world.mustComeToRest('after the database was read-only')}`);
  await readOnly.gateway.stop();

  const disk = await smallDisk(context);
  if (disk === null) return `${seen.join('; ')}; full disk not tried: ${lacks.mounting}`;
  const scene = await beginOnOwn(context, disk);
  await inTheMiddle(scene, 50);
  await fill(join(disk, 'ballast'));
  scene.world.punch(2_000);
  const isHurt = (): boolean => /53100|STORE_UNAVAILABLE/.test(scene.gateway.said());
  await until('the full disk is noticed', isHurt);
  await rm(join(disk, 'ballast'));
  await scene.postgres.bringBack();
  seen.push(`disk full: ${await scene.world.mustComeToRest('after the disk was full')}`);
  return seen.join('; ');
}

/** The judge's own connections stay as they are. */
async function setReadOnly({ database: { db } }: World, on: boolean): Promise<void> {
  await sql`set session characteristics as transaction read write`.execute(db);
  await sql
    .raw(
      `do $$ begin execute format('alter database %I ${on ? 'set default_transaction_read_only = on' : 'reset default_transaction_read_only'}', current_database()); end $$`,
    )
    .execute(db);
  await sql.raw(terminateAll).execute(db);
}

/** All that is left, in one file. */
async function fill(file: string): Promise<void> {
  const { bavail, bsize } = await statfs(join(file, '..'));
  await writeFile(file, Buffer.alloc(Math.max(0, bavail * bsize - 65_536))).catch(() => undefined);
}

async function inTheWay(context: RowContext): Promise<string> {
  const scene = await begin(context);
  const { world } = scene;
  const { pool } = world.database;
  const serial = world.fleet.terminals[0]?.serial ?? '';
  for (const held of [
    'lock table punch in access exclusive mode',
    'lock table terminal_lease in access exclusive mode',
  ]) {
    const client = await pool.connect();
    try {
      await client.query('begin');
      await client.query(held);
      world.punch(50);
      await sleep(4_000);
      await client.query('commit');
    } finally {
      client.release();
    }
    await world.mustHoldNow(`after ${held}`);
  }
  let deadlocks = 0;
  for (let round = 0; round < 5; round += 1) deadlocks += (await deadlock(scene, serial)) ? 1 : 0;
  return `2 locks held for 4 s, ${deadlocks} of 5 crossings ended ours, ${await world.mustComeToRest('after all locks')}`;
}

/** Takes what the ingest takes, in the opposite order. @returns whether the database ended this side of the quarrel */
async function deadlock({ world }: Scene, serial: string): Promise<boolean> {
  const client = await world.database.pool.connect();
  try {
    await client.query('begin');
    await client.query('lock table attendance_time in access exclusive mode');
    const before = world.made();
    world.punch(5);
    if (before === world.made()) throw new Error('nobody punched');
    const waits = `select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'
      and application_name = 'gerbang'`;
    await until('the ingest waits', async () => (await world.database.pool.query(waits)).rowCount !== 0, {
      withinMs: atMost(180_000),
    });
    await client.query('select from terminal where serial = $1 for update', [serial]);
    await client.query('commit');
    return false;
  } catch (error) {
    await client.query('rollback');
    if (error instanceof Error && 'code' in error && error.code === '40P01') return true;
    throw error;
  } finally {
    client.release();
  }
}

async function halfOpen(context: RowContext): Promise<string> {
  const scene = await beginBehindTunnel(context);
  const { world, tunnel } = scene;
  await inTheMiddle(scene);
  const dark = tunnel.blackholeOpen();
  world.punch(50);
  const seen = await world.mustComeToRest('after every open connection went dark');
  return `${dark} connections went dark, ${seen}`;
}

export const postgresRows: readonly MatrixRow[] = [
  {
    number: 9,
    fault: 'Postgres stopped at once (immediate) in the middle of batches, back at once, after 3 s, after 15 s',
    expected: 'whether a COMMIT came through shows in the cursor; nothing lost, nothing doubled',
    long: true,
    limitMs: 1_800_000,
    run: stopped,
  },
  {
    number: 10,
    fault: 'the answer to COMMIT never arrives; connections terminated',
    expected: 'as row 9',
    long: true,
    limitMs: 1_800_000,
    run: brokenInCommit,
  },
  {
    number: 11,
    fault: 'Postgres is read-only; its disk is full',
    expected: 'the cursor stands still, terminals keep their records, it is said why, and it goes on by itself',
    long: true,
    limitMs: 1_800_000,
    run: cannotWrite,
  },
  {
    number: 12,
    fault: 'tables and leases locked by somebody, every connection waiting; deadlocks',
    expected: 'waits end, work is tried again, the order is kept',
    long: true,
    limitMs: 1_800_000,
    run: inTheWay,
  },
  {
    number: 13,
    fault: 'open connections to the database, LISTEN included, carry nothing any more and nobody is told',
    expected:
      'given up when a statement has had its time (75 s); new ones are opened and everything is stored and told',
    long: true,
    limitMs: 1_800_000,
    run: halfOpen,
  },
];
