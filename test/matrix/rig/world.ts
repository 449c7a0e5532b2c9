/** A small government: simulated terminals, a database, a broker with a consumer, and gateways that come and go. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { sql } from 'kysely';
import { type Fleet, type FleetOptions, startFleet } from '../../../device-sim/fleet.ts';
import { checkConfig } from '../../../src/config.ts';
import type { Database } from '../../../src/store/database.ts';
import { startOutsideBroker } from '../../mqtt/tools/outside-broker.ts';
import type { Address } from '../../queue/places.ts';
import { startChosenQueue } from '../../tools/chosen-queue.ts';
import { setting } from '../../tools/judged.ts';
import { type GatewayProcess, startGatewayProcess } from './gateway.ts';
import { type Faults, faultsAtRest, faultsNow, mustBeFine, watchCommits } from './oracle.ts';
import { type Subscriber, subscribe } from './subscriber.ts';
import { atMost, until } from './wait.ts';

/** What a world is made of. */
export interface WorldOptions {
  readonly database: Database & { readonly url: string };
  readonly folder: string;
  readonly seed: number;
  /** Takes what must be closed. */
  onEnd(release: () => unknown): void;
  /** Default 2; each stands in an office of its own. */
  readonly terminals?: number;
  /** Punches in each log at the start. Default 0. */
  readonly history?: number;
  /** Default true. */
  readonly consumer?: boolean;
  readonly scenario?: FleetOptions['scenario'];
  /** Merged into the configuration: `queue`, `ingest`, and whatever else. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** Merged into every office. */
  readonly office?: Readonly<Record<string, unknown>>;
  /** Of every gateway. */
  readonly variables?: NodeJS.ProcessEnv;
  /** What the gateway is told instead of the database's own address: a tunnel's. */
  readonly databaseUrl?: string;
}

/** See {@link makeWorld}. */
export interface World {
  readonly seed: number;
  readonly fleet: Fleet;
  readonly database: Database;
  readonly config: string;
  readonly subscriber: Subscriber | null;
  /** Where the database is, and the queue. */
  readonly address: Address;
  /** Ends every connection to the broker; it lives on. */
  cutBroker(): void;
  /** Everybody punches so often, at every terminal. */
  punch(times: number): void;
  /** @param program that of another version, compiled */
  start(variables?: NodeJS.ProcessEnv, wrapper?: readonly string[], program?: string): GatewayProcess;
  stored(): Promise<number>;
  made(): number;
  /** The host's clock was wrong until now: times of earlier punches prove nothing. */
  judgeTimesFromNow(): void;
  /** Half a minute passes for the database, whose clock is the only one that leases know. */
  letLeasesExpire(): Promise<void>;
  /** Throws when something is wrong that must never be, at rest or not. */
  mustHoldNow(when: string): Promise<void>;
  /** Waits until all is stored, published and told, then throws when anything is wrong. @returns a few words */
  mustComeToRest(when: string): Promise<string>;
}

/** Nothing new stored or told for so long is standing still, however slow the machine. */
const standstillMs = atMost(240_000);

/** Builds one; nothing runs but the terminals and the broker. */
export async function makeWorld(options: WorldOptions): Promise<World> {
  const { database, folder, seed, onEnd, terminals = 2, history = 0, scenario = {} } = options;
  const defaults = { users: 40, history, ...scenario.defaults };
  const fleet = await setting('terminals', () => startFleet({ terminals, seed, scenario: { ...scenario, defaults } }));
  onEnd(() => fleet.stop());
  await watchCommits(database.db);
  const onTaken = (topic: string, payload: Buffer): void => subscriber?.taken(topic, payload);
  let subscriber: Subscriber | null = null;
  const openBroker = () => startOutsideBroker(0, undefined, onTaken);
  const broker = options.consumer === false ? null : await setting('a broker', openBroker);
  if (broker !== null) onEnd(() => broker.stop());
  subscriber = broker === null ? null : await setting('a consumer', () => subscribe(broker.url));
  if (subscriber !== null) onEnd(() => subscriber.close());
  const redisUrl = options.variables?.REDIS_URL ?? (await chosenQueue(options));
  const config = join(folder, 'gerbang.yaml');
  await writeFile(config, configOf(fleet, options));

  const serials = fleet.terminals.map(({ serial }) => serial);
  const made = (): number => fleet.ledger.entries.length;
  const stored = async (): Promise<number> => {
    const { rows } = await sql<{ count: number }>`select count(*)::int as count from punch
      where terminal_serial = any (${serials}::text[])`.execute(database.db);
    return rows[0]?.count ?? 0;
  };
  const variables = {
    DATABASE_URL: options.databaseUrl ?? database.url,
    GERBANG_DATA_DIR: folder,
    ...(broker === null ? {} : { MQTT_URL: broker.url }),
    ...(redisUrl === undefined ? {} : { REDIS_URL: redisUrl }),
    ...options.variables,
  };
  let punches = 0;
  let timesSinceMs = Number.NEGATIVE_INFINITY;
  return {
    seed,
    fleet,
    database,
    config,
    subscriber,
    address: { databaseUrl: database.url, ...(redisUrl === undefined ? {} : { redisUrl }) },
    made,
    stored,
    cutBroker: () => broker?.cut(),
    judgeTimesFromNow: () => {
      timesSinceMs = Date.now();
    },
    punch(times) {
      for (const { terminal } of fleet.terminals) {
        for (let made = 0; made < times; made += 1) {
          punches += 1;
          terminal.punch({ pin: String(1_001 + (punches % 40)), verifyMode: 1, punchState: punches % 2 });
        }
      }
    },
    start(more = {}, wrapper = [], program = undefined) {
      const gateway = startGatewayProcess(config, { ...variables, ...more }, wrapper, program);
      onEnd(() => gateway.kill());
      return gateway;
    },
    async letLeasesExpire() {
      await sql`update terminal_lease set expires_at = '-infinity'`.execute(database.db);
      await sql`update gateway_host set seen_at = seen_at - interval '30 seconds'`.execute(database.db);
    },
    mustHoldNow: async (when) => mustBeFine(await faultsNow(database.db, fleet, timesSinceMs), when),
    async mustComeToRest(when) {
      const faults = await rest({ database, fleet, subscriber, made, stored }, timesSinceMs);
      mustBeFine(faults, when);
      if (subscriber === null) return `${made()} punches stored once`;
      const kept = subscriber.ids().length - subscriber.received();
      const lost = kept === 0 ? '' : `, ${kept} lost by the broker`;
      return `${made()} punches stored once, ${subscriber.count()} messages${lost}`;
    },
  };
}

async function chosenQueue({ onEnd }: WorldOptions): Promise<string | undefined> {
  const queue = await setting('a queue', startChosenQueue);
  onEnd(() => queue.stop());
  return queue.redisUrl;
}

/** JSON is YAML; each terminal has an office of its own, so that a slow one holds up nobody. */
function configOf(fleet: Fleet, { config = {}, office = {} }: WorldOptions): string {
  const offices = fleet.terminals.map(({ port, serial }, at) => ({
    code: `opd${at}`,
    name: `OPD ${at}`,
    timeZone: 'Asia/Jakarta',
    pollEverySeconds: 1,
    terminals: [{ name: 'Lobi', host: '127.0.0.1', port, serial }],
    ...office,
  }));
  const text = JSON.stringify({ offices, queue: { recordsPerBatch: 100 }, ingest: { concurrency: 2 }, ...config });
  const checked = checkConfig(text, {});
  if (checked.faults !== null) throw new Error(`faulty configuration: ${JSON.stringify(checked.faults)}`);
  return text;
}

/** Waits as long as something still moves. @returns what is wrong at the end */
async function rest(
  {
    database: { db },
    fleet,
    subscriber,
    made,
    stored,
  }: Pick<World, 'fleet' | 'database' | 'subscriber' | 'made' | 'stored'>,
  timesSinceMs: number,
): Promise<Faults> {
  let last = '';
  let movedMs = performance.now();
  const isAtRest = async (): Promise<boolean> => {
    const counts = [await stored(), subscriber?.ids().length ?? made()];
    // Conclusions may still change, and be told again, when all the rows are there.
    if (counts.every((count) => count >= made())) {
      if ((await faultsAtRest(db, fleet, subscriber, timesSinceMs)).length === 0) return true;
    }
    const now = `${counts.join(' ')} ${subscriber?.count() ?? 0}`;
    if (now !== last) movedMs = performance.now();
    last = now;
    return performance.now() - movedMs > standstillMs;
  };
  await until('all is stored and told', isAtRest, { withinMs: 900_000, everyMs: 200 });
  return faultsAtRest(db, fleet, subscriber, timesSinceMs);
}
