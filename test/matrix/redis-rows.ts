/** Rows 5 to 8: the queue's Redis dies, forgets, is full, or loses its disk. */
import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { findProgram } from '../tools/redis.ts';
import type { GatewayProcess } from './rig/gateway.ts';
import { lacks } from './rig/lacks.ts';
import { type OwnRedis, startOwnRedis } from './rig/servers.ts';
import { until } from './rig/wait.ts';
import { makeWorld, type World } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

const run = promisify(execFile);

/** Longer than everything a connection waits for: 2 s for a producer, 15 s for a worker. Ten minutes are no other case. */
const longAwayMs = 18_000;
const shortAwayMs = 4_000;

interface Scene {
  readonly world: World;
  readonly redis: OwnRedis;
  readonly gateway: GatewayProcess;
}

/** A gateway at work on a Redis of its own. */
async function begin(context: RowContext): Promise<Scene> {
  const redis = (await startOwnRedis(join(context.folder, 'redis'))) ?? context.skip(lacks.redis);
  context.onEnd(() => redis.close());
  const variables = { REDIS_URL: redis.url };
  const world = await makeWorld({ ...context, database: await context.database(), history: 2_000, variables });
  const gateway = world.start();
  await until('the first records are stored', async () => (await world.stored()) > 0);
  return { world, redis, gateway };
}

/** Somebody punches, and the records are on their way. */
async function inTheMiddle({ world }: Scene): Promise<void> {
  const before = await world.stored();
  world.punch(300);
  await until('something is under way', async () => (await world.stored()) > before, { everyMs: 5 });
}

async function killed(context: RowContext): Promise<string> {
  const scene = await begin(context);
  const { world, redis, gateway } = scene;
  for (const awayMs of [0, shortAwayMs, longAwayMs]) {
    await inTheMiddle(scene);
    await redis.take('SIGKILL');
    world.punch(20);
    await sleep(awayMs);
    await redis.bringBack();
    await world.mustHoldNow(`after ${awayMs} ms without Redis`);
  }
  const seen = await world.mustComeToRest('after the kills');
  if (gateway.hasEnded()) throw new Error(`the gateway ended: ${gateway.said()}`);
  return `3 kills, away up to ${longAwayMs / 1_000} s, ${seen}`;
}

async function forgotten(context: RowContext): Promise<string> {
  const scene = await begin(context);
  const { world, redis } = scene;
  for (let round = 0; round < 4; round += 1) {
    await inTheMiddle(scene);
    await redis.tell((client) => client.flushall());
  }
  await inTheMiddle(scene);
  await redis.take('SIGKILL');
  await rm(join(redis.folder, 'appendonlydir'), { recursive: true });
  await redis.bringBack();
  return `4 times flushed, once without its files, ${await world.mustComeToRest('after everything was forgotten')}`;
}

async function full(context: RowContext): Promise<string> {
  const scene = await begin(context);
  const { world, redis, gateway } = scene;
  await inTheMiddle(scene);
  await redis.tell((client) => client.config('SET', 'maxmemory', '1mb'));
  const refused = (): Promise<boolean> =>
    redis.tell(async (client) => {
      const failing = await client.set('probe', 'x').then(
        () => false,
        () => true,
      );
      return failing;
    });
  await until('Redis refuses to take more', refused);
  world.punch(300);
  await sleep(shortAwayMs);
  await world.mustHoldNow('with Redis full');
  await redis.tell((client) => client.config('SET', 'maxmemory', '0'));
  const seen = await world.mustComeToRest('after Redis was full');
  await gateway.stop();
  await redis.tell((client) => client.config('SET', 'maxmemory-policy', 'allkeys-lru'));
  const refusing = world.start();
  await until('such a Redis is refused', () => refusing.hasEnded(), { withinMs: 60_000 });
  const { code } = await refusing.ended;
  if (code !== 1 || !refusing.said().includes('noeviction'))
    throw new Error(`not refused (${code}): ${refusing.said()}`);
  return `${seen}; allkeys-lru refused at the start`;
}

async function withoutDisk(context: RowContext): Promise<string> {
  const scene = await begin(context);
  const { world, redis } = scene;
  const ways: string[] = [];
  if ((await findProgram('prlimit')) !== null) {
    await inTheMiddle(scene);
    // A write beyond the limit fails as on a full disk; a file system of one's own would need rights a test may not have.
    await run('prlimit', ['--pid', `${redis.pid()}`, '--fsize=1000:1000']);
    world.punch(50);
    await until('Redis ends for want of room', () => !redis.isThere());
    await redis.bringBack();
    ways.push('no room for its file');
  } else ways.push(`no room not tried: ${lacks.prlimit}`);
  if ((await findProgram('strace')) !== null) {
    await inTheMiddle(scene);
    const args = [
      '-f',
      '-qq',
      '-o',
      '/dev/null',
      '-e',
      'trace=fdatasync,fsync',
      '-e',
      'inject=fdatasync,fsync:error=EIO',
    ];
    const tracing = run('strace', [...args, '-p', `${redis.pid()}`]).catch(() => undefined);
    world.punch(50);
    const ended = await until('Redis ends over EIO', () => !redis.isThere(), { withinMs: 30_000 }).then(
      () => true,
      () => false,
    );
    if (!ended) await redis.take('SIGKILL');
    await tracing;
    await redis.bringBack();
    ways.push(ended ? 'fsync answers EIO' : `EIO not tried: ${lacks.tracing}`);
  } else ways.push(`EIO not tried: ${lacks.strace}`);
  return `${ways.join(', ')}; ${await world.mustComeToRest('after the disk was lost')}`;
}

export const redisRows: readonly MatrixRow[] = [
  {
    number: 5,
    fault: 'Redis killed in the middle of a read, back at once, after 4 s, after longer than any timeout',
    expected: 'no loss; the gateway lives on and goes on by itself',
    long: true,
    queue: 'its-own',
    limitMs: 1_200_000,
    run: killed,
    heldBy: [{ file: 'test/queue/no-outage-loses-a-batch.test.ts' }],
  },
  {
    number: 6,
    fault: 'Redis flushed with batches in it; its files removed',
    expected: 'the terminals are read again and everything is stored once',
    long: true,
    queue: 'its-own',
    limitMs: 1_800_000,
    run: forgotten,
  },
  {
    number: 7,
    fault: 'Redis at its memory limit; a policy that throws keys away',
    expected: 'terminals wait and keep their records; such a Redis is refused at the start, with what to set',
    long: true,
    queue: 'its-own',
    limitMs: 1_200_000,
    run: full,
    heldBy: [
      { file: 'test/queue/no-outage-loses-a-batch.test.ts', test: 'a Redis that may throw jobs away is refused' },
    ],
  },
  {
    number: 8,
    fault: 'Redis cannot write: its disk is full, or fsync answers EIO',
    expected: 'Redis ends; as row 5',
    long: true,
    queue: 'its-own',
    limitMs: 1_200_000,
    run: withoutDisk,
  },
];
