/** What each fault does. A deed begins a fault and returns what ends it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { createRandom, type Random } from '../../device-sim/random.ts';
import { crashPoints } from '../../src/crash-points.ts';
import { until } from '../matrix/rig/wait.ts';
import type { Scene, Seat } from './scene.ts';
import type { FaultKind, Strike } from './schedule.ts';

/** Ends a fault. */
type Heal = () => unknown;
type Deed = (scene: Scene, strike: Strike, random: Random) => Promise<Heal> | Heal;

interface Fault extends FaultKind {
  readonly does: Deed;
  readonly needsRedis?: true;
}

/** A server that is busy, or has just come back, is asked again. */
function insistently(what: string, work: () => Promise<unknown>): Promise<void> {
  const done = (): Promise<boolean> => work().then(() => true);
  return until(what, done, { withinMs: 180_000, everyMs: 250 });
}

const nothing: Heal = () => undefined;
const gateways = ['first gateway', 'second gateway'] as const;

function seatOf({ seats }: Scene, { victim }: Strike): Seat {
  return victim === 'second gateway' ? seats[1] : seats[0];
}

const ofGateways: readonly Fault[] = [
  {
    name: 'kill -9',
    victims: gateways,
    lasts: [0, 15],
    weight: 2,
    async does(scene, strike) {
      const seat = seatOf(scene, strike);
      seat.leaveEmpty();
      await seat.process().kill();
      return () => seat.restart();
    },
  },
  {
    name: 'frozen',
    victims: gateways,
    lasts: [3, 40],
    does(scene, strike) {
      const gateway = seatOf(scene, strike).process();
      gateway.signal('SIGSTOP');
      return () => gateway.signal('SIGCONT');
    },
  },
  {
    name: 'stopped and started again, as in a deploy',
    victims: gateways,
    lasts: [0, 8],
    async does(scene, strike) {
      const seat = seatOf(scene, strike);
      seat.leaveEmpty();
      // How long that takes is row 41's business; here the machine may be too busy for promises.
      await seat.process().stop(90_000);
      return () => seat.restart();
    },
  },
  {
    name: 'started so that it dies at a named place',
    victims: gateways,
    lasts: [0, 0],
    weight: 3,
    async does(scene, strike, random) {
      const point = crashPoints[random.integer(0, crashPoints.length - 1)];
      await seatOf(scene, strike).restart({ GERBANG_CRASH_AT: `${point}:${random.integer(1, 5)}` });
      return nothing;
    },
  },
  {
    name: 'blocked at a named place',
    victims: gateways,
    lasts: [0, 0],
    async does(scene, strike, random) {
      const point = crashPoints[random.integer(0, crashPoints.length - 1)];
      await seatOf(scene, strike).restart({ GERBANG_CRASH_AT: `${point}:${random.integer(1, 5)}:block=20000` });
      return nothing;
    },
  },
];

const ofPostgres: readonly Fault[] = [
  {
    name: 'stopped at once',
    victims: ['postgres'],
    lasts: [0, 15],
    weight: 2,
    async does({ postgres }) {
      await postgres.take('SIGQUIT');
      return () => postgres.bringBack();
    },
  },
  {
    name: 'connections terminated',
    victims: ['postgres'],
    lasts: [0, 0],
    async does({ postgres, databaseName }, _strike, random) {
      for (let round = random.integer(1, 5); round > 0; round -= 1) {
        await insistently('connections are terminated', () =>
          postgres.administer([
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = '${databaseName}' and application_name like 'gerbang%'`,
          ]),
        );
        await sleep(random.integer(20, 400));
      }
      return nothing;
    },
  },
  {
    name: 'read-only',
    victims: ['postgres'],
    lasts: [3, 15],
    async does({ postgres, databaseName }) {
      const set = (how: string): Promise<void> =>
        insistently(`the database is ${how}`, () =>
          postgres.administer([
            `alter database ${databaseName} ${how}`,
            `select pg_terminate_backend(pid) from pg_stat_activity
             where datname = '${databaseName}' and application_name like 'gerbang%'`,
          ]),
        );
      await set('set default_transaction_read_only = on');
      return () => set('reset default_transaction_read_only');
    },
  },
  {
    name: 'a table locked by somebody',
    victims: ['postgres'],
    lasts: [2, 12],
    async does({ postgres, databaseName }, { lastsSeconds }, random) {
      const table = random.pick(['punch', 'terminal', 'terminal_log', 'attendance_time', 'outbox']);
      const held = postgres.administer(
        [
          'begin',
          "set local lock_timeout = '5s'",
          `lock table ${table} in access exclusive mode`,
          `select pg_sleep(${lastsSeconds})`,
          'commit',
        ],
        databaseName,
      );
      await held.catch(() => undefined);
      return nothing;
    },
  },
  {
    name: 'open connections carry nothing any more',
    victims: ['postgres'],
    lasts: [0, 0],
    does({ postgresTunnel }) {
      postgresTunnel.blackholeOpen();
      return nothing;
    },
  },
  {
    name: 'unreachable without a word',
    victims: ['postgres'],
    lasts: [3, 20],
    does({ postgresTunnel }) {
      postgresTunnel.blackholeAll();
      return () => {
        postgresTunnel.pass();
        postgresTunnel.cut();
      };
    },
  },
  {
    name: 'answers to COMMIT lost',
    victims: ['postgres'],
    lasts: [0, 0],
    weight: 2,
    async does({ postgresTunnel }, _strike, random) {
      for (let round = random.integer(2, 8); round > 0; round -= 1) {
        await Promise.race([postgresTunnel.swallowAnswerTo('commit'), sleep(5_000, undefined, { ref: false })]);
      }
      return nothing;
    },
  },
];

const ofRedis: readonly Fault[] = [
  {
    name: 'kill -9',
    victims: ['redis'],
    lasts: [0, 25],
    weight: 2,
    needsRedis: true,
    async does({ redis }) {
      await redis?.take('SIGKILL');
      return () => redis?.bringBack();
    },
  },
  {
    name: 'flushed',
    victims: ['redis'],
    lasts: [0, 0],
    needsRedis: true,
    async does({ redis }) {
      await insistently('Redis is flushed', async () => redis?.tell((client) => client.flushall()));
      return nothing;
    },
  },
  {
    name: 'frozen',
    victims: ['redis'],
    lasts: [3, 25],
    needsRedis: true,
    async does({ redis }) {
      await redis?.take('SIGSTOP');
      return () => redis?.take('SIGCONT');
    },
  },
  {
    name: 'out of memory',
    victims: ['redis'],
    lasts: [3, 15],
    needsRedis: true,
    async does({ redis }) {
      const set = (bytes: string): Promise<void> =>
        insistently(`Redis has ${bytes}`, async () =>
          redis?.tell((client) => client.config('SET', 'maxmemory', bytes)),
        );
      await set('1mb');
      return () => set('0');
    },
  },
  {
    name: 'open connections carry nothing any more',
    victims: ['redis'],
    lasts: [0, 0],
    needsRedis: true,
    does({ redisTunnel }) {
      redisTunnel?.blackholeOpen();
      return nothing;
    },
  },
];

const ofConsumers: readonly Fault[] = [
  {
    name: 'off the network',
    victims: ['consumer'],
    lasts: [3, 60],
    async does({ world }) {
      await world.subscriber?.disconnect();
      return () => world.subscriber?.reconnect();
    },
  },
  {
    name: 'every connection cut',
    victims: ['broker'],
    lasts: [0, 0],
    does({ world }) {
      world.cutBroker();
      return nothing;
    },
  },
];

/** Faults of one line or one read, after which a terminal is as it was. */
const lineFaults: readonly [FaultOptions, ...FaultOptions[]] = [
  { name: 'cut-mid-chunk', times: 2 },
  { name: 'reset-after-bytes', bytes: 3_000, times: 2 },
  { name: 'truncated-transfer', times: 2 },
  { name: 'lose-block', times: 1 },
  { name: 'bad-checksum', times: 2 },
  { name: 'stale-reply', times: 5 },
  { name: 'foreign-reply', times: 5 },
  { name: 'garbage-reply', times: 1 },
  { name: 'huge-size', times: 1 },
  { name: 'split-frame', times: 50 },
  { name: 'coalesce', times: 50 },
  { name: 'stall', times: 2 },
  { name: 'refuse', times: 2 },
  { name: 'punch-after-count', times: 2 },
  { name: 'punch-after-prepare', times: 2 },
  { name: 'forget-session', times: 1 },
];

const ofTerminals: readonly Fault[] = [
  {
    name: 'off the network',
    victims: ['terminals'],
    lasts: [2, 40],
    async does({ world }, _strike, random) {
      const one = world.fleet.terminals[random.integer(0, world.fleet.terminals.length - 1)];
      await one?.offline();
      return () => one?.online();
    },
  },
  {
    name: 'restart',
    victims: ['terminals'],
    lasts: [0, 0],
    async does({ world }, _strike, random) {
      const one = world.fleet.terminals[random.integer(0, world.fleet.terminals.length - 1)];
      await one?.reboot(random.integer(500, 5_000));
      return nothing;
    },
  },
  {
    name: 'trouble on the line',
    victims: ['terminals'],
    lasts: [0, 0],
    weight: 4,
    does({ world }, _strike, random) {
      for (const { terminal } of world.fleet.terminals) terminal.setFaults([random.pick(lineFaults)]);
      return nothing;
    },
  },
];

const all: readonly Fault[] = [...ofGateways, ...ofPostgres, ...ofRedis, ...ofConsumers, ...ofTerminals];

/** What can be drawn. */
export function faultsFor(queue: 'redis' | 'postgres'): readonly FaultKind[] {
  return all.filter(({ needsRedis }) => needsRedis !== true || queue === 'redis');
}

/** Does it. @returns what ends it */
export async function strike(scene: Scene, planned: Strike): Promise<Heal> {
  const fault = all.find(({ name, victims }) => name === planned.name && victims.includes(planned.victim));
  if (fault === undefined) throw new RangeError(`no fault ${planned.name} of ${planned.victim}`);
  return fault.does(scene, planned, createRandom(planned.seed));
}
