/** Rows 14, 15, 41 and 42: the host's clock is wrong, the host is told to stop, or runs out of something. */

import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { watchClock } from '../../src/ingest/clock-watch.ts';
import { addNewerBatch } from '../queue/foreign-job.ts';
import { findProgram } from '../tools/redis.ts';
import { lacks } from './rig/lacks.ts';
import { type MovedClock, movedClock } from './rig/moved-clock.ts';
import { startOwnRedis } from './rig/servers.ts';
import { atMost, until } from './rig/wait.ts';
import { makeWorld, type World } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

const run = promisify(execFile);
const hourMs = 3_600_000;

const getTime = 201;

/** Runs ahead and behind in small steps, as NTP slews, only a thousand times faster. */
const slewMs = Array.from({ length: 40 }, (_, at) => 2_000 * Math.sin(at / 6));

async function clockMoved(context: RowContext): Promise<string> {
  const clock = (await movedClock(context.folder)) ?? context.skip(lacks.compiler);
  const database = await context.database();
  // Clocks that are set by a host that is an hour wrong would be another story.
  const world = await makeWorld({ ...context, database, history: 500, office: { clock: { set: false } } });
  const gateway = world.start(clock.variables);
  await until('every log was read', async () => (await world.stored()) === world.made());

  clock.setAhead(hourMs);
  await mustBlameTheHost(world);
  await inTheMiddleOfAQuestion(world, () => clock.setAhead(0));
  world.judgeTimesFromNow();
  world.punch(5);
  await world.mustComeToRest('after the clock was set back in the middle of a question');
  await mustNotLieFor(context, world, clock);

  for (const aheadMs of [-hourMs, hourMs, ...slewMs, 0]) {
    clock.setAhead(aheadMs);
    world.punch(5);
    await sleep(slewMs.includes(aheadMs) ? 50 : 3_000);
    world.judgeTimesFromNow();
  }
  await world.mustComeToRest('after the clock was moved');
  // A host that is right again soon speaks the truth again.
  world.judgeTimesFromNow();
  world.punch(20);
  const seen = await world.mustComeToRest('with the clock right again');
  if (gateway.hasEnded()) throw new Error(`the gateway ended: ${gateway.said()}`);
  return `5 steps of an hour, ${slewMs.length} small ones, ${seen}`;
}

/** Of no terminal it may be said that somebody moved its clock. */
async function mustBlameTheHost({ database: { db }, fleet }: World): Promise<void> {
  const stepsOf = async (serial: string): Promise<readonly string[]> => {
    const watched = await watchClock(db, serial, { nowMs: Date.now() + 2 * hourMs, days: 1 });
    return watched?.model.steps.map(({ kind }) => kind) ?? [];
  };
  for (const { serial } of fleet.terminals) {
    await until('the jump of the clock is seen', async () => (await stepsOf(serial)).length > 0, { everyMs: 500 });
    const kinds = await stepsOf(serial);
    if (kinds.some((kind) => kind !== 'host-clock')) throw new Error(`the host's jump is laid on ${serial}: ${kinds}`);
  }
}

/** A terminal is asked for its time and takes a while to answer; meanwhile the host's clock is moved. */
async function inTheMiddleOfAQuestion({ fleet }: World, move: () => void): Promise<void> {
  const terminal = fleet.terminals[0]?.terminal;
  if (terminal === undefined) throw new Error('a world without a terminal');
  const sinceMs = fleet.now();
  terminal.setFaults([{ name: 'stall', command: getTime, ms: 2_000, times: 1 }]);
  const isWaiting = (): boolean =>
    terminal.requests.some(
      ({ command, receivedAtMs, answeredAtMs }) =>
        command === getTime && receivedAtMs >= sinceMs && answeredAtMs === undefined,
    );
  await until('a terminal is asked for its time', isWaiting, { everyMs: 5 });
  move();
}

/** What the queue keeps for a moment, by the clock of an hour too late, must not lie there for that hour. */
async function mustNotLieFor({ onEnd }: RowContext, { address }: World, clock: MovedClock): Promise<void> {
  clock.setAhead(hourMs);
  const batch = await addNewerBatch(address);
  onEnd(() => batch.close());
  // From the third time on it is put back for two seconds and more.
  await until('it is put back', async () => (await batch.takenTimes()) >= 3 && (await batch.state()) === 'delayed');
  const before = await batch.takenTimes();
  clock.setAhead(0);
  await until('what was put back is taken again', async () => (await batch.takenTimes()) > before, {
    withinMs: atMost(120_000),
    everyMs: 250,
  });
}

async function twoClocks(context: RowContext): Promise<string> {
  const clock = (await movedClock(context.folder)) ?? context.skip(lacks.compiler);
  const redis = (await startOwnRedis(join(context.folder, 'redis'))) ?? context.skip(lacks.redis);
  context.onEnd(() => redis.close());
  const variables = { REDIS_URL: redis.url };
  const world = await makeWorld({
    ...context,
    database: await context.database(),
    terminals: 4,
    history: 500,
    variables,
  });
  clock.setAhead(120_000);
  const ahead = world.start(clock.variables);
  const right = world.start();
  // What the first one says of times is two minutes off, and nothing here can know.
  for (let round = 0; round < 5; round += 1) {
    world.punch(20);
    await sleep(1_000);
  }
  await ahead.kill();
  await world.letLeasesExpire();
  for (let round = 0; round < 3; round += 1) {
    world.punch(20);
    await sleep(1_000);
  }
  world.start(clock.variables);
  world.punch(20);
  world.judgeTimesFromNow();
  const seen = await world.mustComeToRest('with two clocks 120 s apart');
  await right.stop();
  return seen;
}

async function toldToStop(context: RowContext): Promise<string> {
  const redis = (await startOwnRedis(join(context.folder, 'redis'))) ?? context.skip(lacks.redis);
  context.onEnd(() => redis.close());
  const variables = { REDIS_URL: redis.url };
  const world = await makeWorld({ ...context, database: await context.database(), history: 300, variables });
  const ways = ['SIGKILL', 'SIGSTOP'] as const;
  for (const way of ways) {
    const gateway = world.start();
    await gateway.pageUrl();
    world.punch(200);
    const before = await world.stored();
    await until('something is under way', async () => (await world.stored()) > before);
    await redis.take(way);
    // Its own last deadline is 9.8 s; the rest is for a machine that is busy with other tests.
    await gateway.stop();
    await redis.bringBack();
    await world.letLeasesExpire();
  }
  world.start();
  return `Redis dead and frozen, ${await world.mustComeToRest('after the stops')}`;
}

async function outOf(context: RowContext): Promise<string> {
  if ((await findProgram('prlimit')) === null) context.skip(lacks.prlimit);
  const world = await makeWorld({ ...context, database: await context.database(), terminals: 6, history: 200 });
  const gateway = world.start();
  await gateway.pageUrl();
  await until('the first records are stored', async () => (await world.stored()) > 0);
  const pid = `${gateway.pid}`;
  // Nothing new can be opened: no connection to a terminal, none to the database.
  await run('prlimit', ['--pid', pid, '--nofile=1:']);
  world.punch(50);
  await sleep(6_000);
  await world.mustHoldNow('without descriptors');
  if (gateway.hasEnded()) throw new Error(`the gateway ended for want of descriptors: ${gateway.said()}`);
  await run('prlimit', ['--pid', pid, '--nofile=1024:']);
  const seen = await world.mustComeToRest('with descriptors again');
  await gateway.stop();
  await world.letLeasesExpire();
  // Whatever it has to say finds no room: as a log on a full disk.
  const mute = world.start({ LOG_LEVEL: 'debug' }, ['sh', '-c', 'exec "$@" >/dev/full 2>/dev/full', 'sh']);
  world.punch(50);
  const told = await world.mustComeToRest('with the log on a full disk');
  if (mute.hasEnded()) throw new Error('the gateway ended because its log was full');
  return `no descriptors: ${seen}; log on a full disk: ${told}`;
}

export const hostRows: readonly MatrixRow[] = [
  {
    number: 14,
    fault: "the host's clock set back an hour, ahead an hour, in the middle of a question, slewed by seconds",
    expected:
      'nothing lost, doubled or left lying; no terminal is said to have been moved; once the clock is right, final times are true again',
    long: true,
    limitMs: 1_800_000,
    run: clockMoved,
    heldBy: [
      { file: 'test/queue/no-outage-loses-a-batch.test.ts', test: 'because the clock was set back' },
      { file: 'test/config/host-clock-never-runs-backwards.test.ts' },
    ],
  },
  {
    number: 15,
    fault: 'two gateways whose clocks are 120 s apart, on one Redis and one database',
    expected: 'each record once; leases go by one clock: none is taken from a gateway that still holds it',
    long: true,
    queue: 'its-own',
    limitMs: 1_800_000,
    run: twoClocks,
  },
];

/** Later in the table. */
export const stopRows: readonly MatrixRow[] = [
  {
    number: 41,
    fault: 'SIGTERM with Redis dead, and with Redis frozen',
    expected: 'ends by its own deadline of 10 s (a busy machine is given 60); nothing lost',
    long: true,
    queue: 'its-own',
    limitMs: 1_200_000,
    run: toldToStop,
  },
  {
    number: 42,
    fault: 'no descriptor left (EMFILE); the log on a full disk (ENOSPC)',
    expected: 'lives on, goes on by itself when there is room again, stores everything',
    long: true,
    limitMs: 1_800_000,
    run: outOf,
  },
];
