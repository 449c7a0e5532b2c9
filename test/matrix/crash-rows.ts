/** Rows 1 to 4: the gateway's own process dies, freezes or stands still at a named place. */

import { createRandom } from '../../device-sim/random.ts';
import { type CrashPoint, crashPoints } from '../../src/crash-points.ts';
import { until } from './rig/wait.ts';
import { makeWorld, type World } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

/** Clocks may be set at any hour, and are off by enough. */
const office = { clock: { set: true, whenOffBySeconds: 2, quietHours: '00:00-23:59' } };

const pollPoints = crashPoints.filter((point) => /^(lease|poll)\./.test(point));
const storePoints = crashPoints.filter((point) => /^(queue|ingest|outbox)\./.test(point));

/** Each place once, in an order that follows from the seed; the first, second or third time the process passes there. */
async function dieEverywhere(context: RowContext, points: readonly CrashPoint[]): Promise<string> {
  const world = await makeWorld({ ...context, database: await context.database(), history: 300, office });
  const random = createRandom(context.seed);
  const left = [...points];
  while (left.length > 0) {
    const [point] = left.splice(random.integer(0, left.length - 1), 1);
    if (point === undefined) break;
    await dieAt(world, point, random.integer(1, passes(point)));
  }
  world.start();
  return `${points.length} places, ${await world.mustComeToRest('after all crashes')}`;
}

/** How often a place is surely passed in a short life. */
function passes(point: CrashPoint): number {
  return /enqueue|remembered|ingest|queue|outbox\.(?:before-publish|after-confirm)/.test(point) ? 3 : 1;
}

async function dieAt(world: World, point: CrashPoint, times: number): Promise<void> {
  world.punch(250);
  // A clock that is wrong is set after the read.
  for (const { terminal } of world.fleet.terminals) if (/set$/.test(point)) terminal.stepClock(30_000);
  const gateway = world.start({ GERBANG_CRASH_AT: `${point}:${times}` });
  await until(`the gateway dies at ${point}:${times}`, () => gateway.hasEnded()).catch((error) => {
    throw new Error(`${error.message}\n${gateway.said()}`);
  });
  const { signal } = await gateway.ended;
  if (signal !== 'SIGKILL') throw new Error(`ended by itself at ${point}: ${gateway.said()}`);
  await world.letLeasesExpire();
  await world.mustHoldNow(`after ${point}:${times}, seed ${world.seed}`);
}

/**
 * A gateway that stands still, with a batch in hand or inside its transaction, another that takes over, and the first one
 * awake again and believing that no time has passed.
 */
async function standStill(context: RowContext, deed: 'freeze' | 'block=45000'): Promise<string> {
  const world = await makeWorld({ ...context, database: await context.database(), history: 500 });
  const points: readonly CrashPoint[] = ['poll.before-enqueue', 'ingest.before-commit'];
  for (const point of points) {
    world.punch(300);
    const sleeper = world.start({ GERBANG_CRASH_AT: `${point}:2:${deed}` });
    const stands = (): boolean => sleeper.said().includes(`crash point ${point}`);
    await until(`the gateway stands still at ${point}`, stands);
    await world.letLeasesExpire();
    const second = world.start();
    world.punch(50);
    const before = await world.stored();
    const takesOver = async (): Promise<boolean> => (await world.stored()) > before;
    await until('another gateway takes over', takesOver);
    sleeper.signal('SIGCONT');
    await world.mustComeToRest(`after ${point}, with the sleeper awake`);
    await sleeper.stop(70_000);
    await second.stop();
  }
  return `${points.length} places, ${await world.mustComeToRest('in the end')}`;
}

export const crashRows: readonly MatrixRow[] = [
  {
    number: 1,
    fault: 'kill -9 of the gateway at every named place of a poll, and around the enqueueing',
    expected: 'the next start goes on where the database says; nothing lost, nothing doubled',
    long: true,
    limitMs: 1_800_000,
    run: (context) => dieEverywhere(context, pollPoints),
    heldBy: [{ file: 'test/path/killing-the-gateway-loses-nothing.test.ts' }],
  },
  {
    number: 2,
    fault: 'kill -9 of the worker at every named place of its transaction, and of publishing',
    expected: 'the batch is stored whole once; the consumer has each row once per revision',
    long: true,
    limitMs: 1_800_000,
    run: (context) => dieEverywhere(context, storePoints),
    heldBy: [{ file: 'test/queue/no-outage-loses-a-batch.test.ts', test: 'kill' }],
  },
  {
    number: 3,
    fault: 'SIGSTOP with a batch in hand and inside the transaction, SIGCONT after another gateway took over',
    expected: 'the other one finishes; what the sleeper writes is refused or a repeat',
    long: true,
    limitMs: 1_200_000,
    run: (context) => standStill(context, 'freeze'),
  },
  {
    number: 4,
    fault: 'event loop blocked for 45 s, longer than locks and leases last',
    expected: 'as row 3',
    long: true,
    limitMs: 1_200_000,
    run: (context) => standStill(context, 'block=45000'),
  },
];
