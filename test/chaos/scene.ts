/** A running government for the chaos: own Postgres, own Redis, a broker, tunnels in between, two gateways, people. */
import { join } from 'node:path';
import { createRandom } from '../../device-sim/random.ts';
import { openDatabase } from '../../src/store/database.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import type { GatewayProcess } from '../matrix/rig/gateway.ts';
import { type OwnPostgres, type OwnRedis, startOwnPostgres, startOwnRedis } from '../matrix/rig/servers.ts';
import { openTunnel, type Tunnel } from '../matrix/rig/tunnel.ts';
import { makeWorld, type World } from '../matrix/rig/world.ts';

/** A gateway that a supervisor keeps running, as systemd does. */
export interface Seat {
  readonly name: 'first gateway' | 'second gateway';
  /** The process now, or the last one. */
  process(): GatewayProcess;
  /** Ends what runs, without asking, and starts the next with these variables. */
  restart(variables?: NodeJS.ProcessEnv): Promise<void>;
  /** No new process until {@link Seat.restart}. */
  leaveEmpty(): void;
}

export interface Scene {
  readonly world: World;
  readonly postgres: OwnPostgres;
  readonly postgresTunnel: Tunnel;
  readonly redis: OwnRedis | null;
  readonly redisTunnel: Tunnel | null;
  readonly seats: readonly [Seat, Seat];
  readonly databaseName: string;
  /** What went wrong by itself: a gateway that ended, memory that grew. */
  readonly complaints: string[];
  /** The largest seen of any gateway. */
  peak(): { readonly residentMiB: number; readonly descriptors: number };
  /** People stop, so that everything can come to rest. */
  quiet(): void;
  close(): Promise<void>;
}

const databaseName = 'chaos';
const terminals = 6;
const maxResidentMiB = 600;
const maxDescriptors = 400;
const superviseEveryMs = 1_000;
const punchEveryMs = 150;

/** Builds it and starts both gateways. */
export async function openScene(folder: string, seed: number, queue: 'redis' | 'postgres'): Promise<Scene> {
  const releases: (() => unknown)[] = [];
  const onEnd = (release: () => unknown): void => void releases.push(release);
  const close = async (): Promise<void> => {
    for (const release of releases.splice(0).reverse()) await Promise.resolve(release()).catch(() => undefined);
  };
  try {
    const postgres = await startOwnPostgres(join(folder, 'postgres'));
    onEnd(() => postgres.close());
    await postgres.administer([`create database ${databaseName}`]);
    const url = postgres.url(databaseName);
    const database = openDatabase(url, { maxConnections: 4, applicationName: 'judge' });
    onEnd(() => database.close());
    await migrateToLatest(database.db);
    const postgresTunnel = await openTunnel(postgres);
    onEnd(() => postgresTunnel.close());
    const redis = queue === 'redis' ? await startOwnRedis(join(folder, 'redis')) : null;
    if (redis !== null) onEnd(() => redis.close());
    const redisTunnel = redis === null ? null : await openTunnel(redis);
    if (redisTunnel !== null) onEnd(() => redisTunnel.close());

    const through = new URL(url);
    through.port = String(postgresTunnel.port);
    const world = await makeWorld({
      database: { ...database, url },
      databaseUrl: through.href,
      folder,
      seed,
      onEnd,
      terminals,
      history: 1_000,
      variables: redisTunnel === null ? {} : { REDIS_URL: `redis://127.0.0.1:${redisTunnel.port}` },
    });
    const complaints: string[] = [];
    const seats = [
      takeSeat('first gateway', world, complaints),
      takeSeat('second gateway', world, complaints),
    ] as const;
    for (const seat of seats) onEnd(() => seat.process().kill());
    const peak = { residentMiB: 0, descriptors: 0 };
    const supervising = setInterval(() => {
      for (const seat of seats) seat.supervise();
      const sizes = seats.map((seat) => seat.process());
      peak.residentMiB = Math.max(peak.residentMiB, ...sizes.map((process) => process.residentMiB()));
      peak.descriptors = Math.max(peak.descriptors, ...sizes.map((process) => process.descriptors()));
      if (peak.residentMiB > maxResidentMiB) complaints.push(`I8: ${peak.residentMiB} MiB of memory`);
      if (peak.descriptors > maxDescriptors) complaints.push(`I8: ${peak.descriptors} open descriptors`);
    }, superviseEveryMs);
    onEnd(() => clearInterval(supervising));
    const people = letPeoplePunch(world, seed);
    onEnd(() => clearInterval(people));
    return {
      world,
      postgres,
      postgresTunnel,
      redis,
      redisTunnel,
      seats: [seats[0], seats[1]],
      databaseName,
      complaints,
      peak: () => peak,
      quiet: () => clearInterval(people),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** A few punches a second, with a rush now and then. */
function letPeoplePunch({ fleet }: World, seed: number): NodeJS.Timeout {
  const random = createRandom(seed).fork('people');
  return setInterval(() => {
    const times = random.chance(0.01) ? 60 : random.chance(0.4) ? 1 : 0;
    const one = fleet.terminals[random.integer(0, fleet.terminals.length - 1)];
    for (let made = 0; made < times; made += 1) {
      one?.terminal.punch({ pin: String(random.integer(1_001, 1_040)), verifyMode: 1, punchState: made % 2 });
    }
  }, punchEveryMs);
}

function takeSeat(name: Seat['name'], world: World, complaints: string[]): Seat & { supervise(): void } {
  let process: GatewayProcess = world.start();
  let empty = false;
  return {
    name,
    process: () => process,
    leaveEmpty: () => {
      empty = true;
    },
    async restart(variables) {
      empty = true;
      await process.kill();
      process = world.start(variables);
      empty = false;
    },
    supervise() {
      if (empty || !process.hasEnded()) return;
      const last = process;
      process = world.start();
      void last.ended.then(({ code, signal }) => {
        // A named crash point ends it by a signal; whatever ends it otherwise was nobody's wish.
        if (signal === null) complaints.push(`${name} ended by itself with code ${code}: ${last.said().slice(-2_000)}`);
      });
    },
  };
}
