import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { sql } from 'kysely';
import { afterAll, afterEach, beforeEach, expect, inject, test } from 'vitest';
import { type Fleet, startFleet } from '../../device-sim/fleet.ts';
import { compare } from '../../src/cli/demo/compare.ts';
import { readAudit } from '../../src/store/audit.ts';
import { openTestDatabase, type TestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { programArguments, rootFolder } from '../tools/program.ts';
import { redisMissing, startRedis } from '../tools/redis.ts';

const terminals = 3;
/** Read in blocks with pauses, so that there is a middle to be killed in. */
const history = 1_200;
const readBufferCommand = 1504;

const folder = await mkdtemp(join(tmpdir(), 'gerbang-kill-'));
const queues = [
  { queue: 'PostgreSQL', kills: 12 },
  // Twenty in all. What a kill can do to reads and ingests is the same; what differs is what lies in the queue afterwards.
  { queue: 'Redis', kills: 8 },
] as const;
let fleet: Fleet;
let gateway: ChildProcess | undefined;

beforeEach(async () => {
  fleet = await startFleet({
    terminals,
    seed: 20,
    scenario: { defaults: { history, users: 50, knobs: { blockBytes: 2_048, blockPauseMs: 4 } } },
  });
});

/** A new database for every try: what an earlier one left behind has the same serials. */
const undo: (() => Promise<void>)[] = [];

afterEach(async () => {
  gateway?.kill('SIGKILL');
  await fleet.stop();
  for (const step of undo.splice(0)) await step();
});

afterAll(async () => {
  await rm(folder, { recursive: true, force: true });
});

/** Small batches, so that there is a middle of an ingest to be killed in. */
async function writeConfig(): Promise<string> {
  const offices = fleet.terminals.map(({ port, serial }, at) => ({
    code: `opd${at}`,
    name: `OPD ${at}`,
    timeZone: 'Asia/Jakarta',
    pollEverySeconds: 1,
    terminals: [{ name: 'Lobi', host: '127.0.0.1', port, serial }],
  }));
  const file = join(folder, 'gerbang.yaml');
  await writeFile(file, JSON.stringify({ offices, queue: { recordsPerBatch: 40 }, ingest: { concurrency: 2 } }));
  return file;
}

function startGateway(config: string, databaseUrl: string, redisUrl = ''): ChildProcess {
  return spawn(process.execPath, programArguments('start', '--config', config), {
    cwd: rootFolder,
    env: {
      ...process.env,
      DATABASE_URL: databaseUrl,
      REDIS_URL: redisUrl,
      PORT: '0',
      GERBANG_DATA_DIR: folder,
      LOG_LEVEL: 'warn',
    },
    stdio: ['ignore', 'ignore', 'ignore'],
  });
}

/** Asks every few milliseconds, for so long at the most. */
async function until(isSo: () => boolean | Promise<boolean>, withinMs: number, everyMs = 3): Promise<boolean> {
  const lastMs = performance.now() + withinMs;
  while (performance.now() < lastMs) {
    if (await isSo()) return true;
    await sleep(everyMs);
  }
  return false;
}

function isReading(running: Fleet): boolean {
  return running.terminals.some(({ terminal }) =>
    terminal.requests.some(({ command, answeredAtMs }) => command === readBufferCommand && answeredAtMs === undefined),
  );
}

/** A transaction of the ingest that has begun and not committed. */
async function isStoring(database: TestDatabase): Promise<boolean> {
  const { rows } = await sql`
    select from pg_stat_activity
    where datname = current_database() and application_name = 'gerbang' and state <> 'idle'
      and query ~* '(insert into punch|attendance_time|terminal_log)'`.execute(database.db);
  return rows.length > 0;
}

async function countStored(database: TestDatabase): Promise<number> {
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from punch`.execute(database.db);
  return rows[0]?.count ?? 0;
}

/**
 * Half a minute passes for whoever waits for the dead: for leases, which know the database's clock only, and for the queue,
 * which hands the batches of a killed worker out again when it has looked twice and their locks have run out. That it does
 * so by itself is the matter of `test/queue/no-outage-loses-a-batch.test.ts`; here it would be most of the time.
 */
async function letTheDeadExpire(database: TestDatabase, redisUrl?: string): Promise<void> {
  await sql`update terminal_lease set expires_at = '-infinity'`.execute(database.db);
  if (redisUrl !== undefined) return letTheDeadExpireInRedis(redisUrl);
  // A gateway that died while it was still starting may not have made the queue.
  const { rows } = await sql`select where to_regclass('gerbang_queue.job') is not null`.execute(database.db);
  if (rows.length === 0) return;
  await sql`update gerbang_queue.job set locked_until_ms = 0, stalled_marked = true where state = 'active'`.execute(
    database.db,
  );
  await sql`delete from gerbang_queue.meta where field = 'stalled-check'`.execute(database.db);
}

async function letTheDeadExpireInRedis(url: string): Promise<void> {
  const redis = new Redis(url);
  const active = await redis.lrange('gerbang:batches:active', 0, -1);
  if (active.length > 0) await redis.sadd('gerbang:batches:stalled', ...active);
  await redis.del('gerbang:batches:stalled-check', ...active.map((id) => `gerbang:batches:${id}:lock`));
  redis.disconnect();
}

async function kill(child: ChildProcess): Promise<void> {
  const gone = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await gone;
}

test.for(queues)(
  '$kills kills in the middle of reads and of ingests lose nothing and double nothing · queue in $queue',
  { ...judged, timeout: 600_000 },
  async ({ queue, kills }, context) => {
    const redis = queue === 'Redis' ? await startRedis(folder) : undefined;
    if (redis === null) return context.skip(redisMissing);
    const { database, drop } = await openTestDatabase(inject('postgresUrl'));
    undo.push(drop, async () => redis?.stop());
    const redisUrl = redis?.url;
    const config = await writeConfig();
    let inReads = 0;
    let inIngests = 0;
    for (let round = 0; round < kills; round += 1) {
      for (const { terminal } of fleet.terminals) {
        terminal.journal.clear();
        for (let made = 0; made < 60; made += 1) {
          terminal.punch({ pin: String(1001 + made), verifyMode: 1, punchState: 0 });
        }
      }
      gateway = startGateway(config, database.url, redisUrl);
      const isThere = round % 2 === 0 ? () => isReading(fleet) : () => isStoring(database);
      const wasThere = await until(isThere, 40_000, round % 2 === 0 ? 3 : 12);
      if (wasThere && round % 2 === 0) inReads += 1;
      if (wasThere && round % 2 === 1) inIngests += 1;
      // A little later each time, so that not every kill hits the same statement.
      await sleep(round % 7);
      await kill(gateway);
      await letTheDeadExpire(database, redisUrl);
    }
    // Otherwise this test kills a gateway that is still starting, or one that is already done.
    expect(inReads).toBeGreaterThanOrEqual(kills / 4);
    expect(inIngests).toBeGreaterThanOrEqual(kills / 4);

    gateway = startGateway(config, database.url, redisUrl);
    const made = fleet.ledger.entries.length;
    await until(async () => (await countStored(database)) >= made, 240_000, 200);
    const ended = new Promise((resolve) => gateway?.once('exit', resolve));
    gateway.kill('SIGTERM');
    expect(await ended).toBe(0);

    const serials = fleet.terminals.map(({ serial }) => serial);
    const result = compare(fleet.ledger.entries, await readAudit(database.db, serials), {
      terminals,
      offices: terminals,
    });
    expect(result).toMatchObject({ made, stored: made, lost: 0, doubled: 0, outsideBounds: 0 });
  },
);
