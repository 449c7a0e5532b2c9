/**
 * The gateway: the one file that knows all parts. It starts them in the order in which a punch travels backwards, so that
 * whoever hands something on finds somebody to take it, and stops them in the opposite order, each within its own time.
 *
 * database → queue → ingest → MQTT and page → pollers
 */
import { randomUUID } from 'node:crypto';
import { hostname, tmpdir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { makeFirstOperator } from './accounts/first-operator.ts';
import { createReaders } from './accounts/readers.ts';
import { zoneOffsetMs } from './clock/zone.ts';
import type { Config, OfficeConfig } from './config.ts';
import { GerbangError, isStoreAway } from './errors.ts';
import { tightestDisk, watchAlerts } from './gateway/alerts.ts';
import { warnOfContradiction } from './gateway/clock-alarms.ts';
import { clockPort } from './gateway/clock-port.ts';
import { keepCompleteness } from './gateway/completeness.ts';
import { startConsumers } from './gateway/consumers.ts';
import { type HostTime, startHostTime } from './gateway/host-time.ts';
import { watchIncidents } from './gateway/incident-watch.ts';
import { defaultLeaseMs, hostIdOf, joinHosts } from './gateway/membership.ts';
import { registerConfigured, startOffices } from './gateway/offices.ts';
import { keepDaysSealed } from './gateway/sealing.ts';
import { addressRules, planMeans, setupPort } from './gateway/setup.ts';
import { prepareStore } from './gateway/store-rights.ts';
import type { IngestMeans } from './ingest/apply-batch.ts';
import { createApplier } from './ingest/apply-together.ts';
import type { Log } from './log.ts';
import { type Publisher, startPublisher } from './mqtt/publisher.ts';
import { type BellGate, createBellGate } from './office/bell-gate.ts';
import { queueConnection } from './queue/connection.ts';
import { type BatchQueue, createBatchQueue } from './queue/producer.ts';
import { startIngestWorker } from './queue/worker.ts';
import { type Plan, startPlan } from './setup/plan.ts';
import { alarmsForMs, countAlarms } from './store/alarms.ts';
import { countOpenAlerts } from './store/alerts.ts';
import { countOutbox } from './store/board.ts';
import { type Database, openDatabase, openSharedTransactions, type SharedTransactions } from './store/database.ts';
import type { HostEntry } from './store/hosts.ts';
import { pendingMigrations } from './store/migrate.ts';
import { setAside } from './store/set-aside.ts';
import { createMetrics, type Metrics } from './web/metrics.ts';
import { startWeb } from './web/server.ts';
import type { RehearsalPort } from './web/setup/port.ts';
import type { Lang } from './words/language.ts';
import { decodeRecords } from './zk/records.ts';

/** What the gateway is started with. */
export interface GatewayOptions {
  readonly config: Config;
  readonly databaseUrl: string;
  /** Of the role that owns the tables; without it `databaseUrl` makes them itself. */
  readonly ownerUrl?: string | undefined;
  /** Nobody else can use this database: it is the embedded one. */
  readonly exclusiveDatabase: boolean;
  readonly redisUrl?: string | undefined;
  readonly mqttUrl?: string | undefined;
  readonly lang?: Lang;
  /** The terminals are simulated: pages say so on every screen. */
  readonly rehearsal?: boolean;
  /** Begins the names of the page's cookies: a rehearsal shares the host of the real page. */
  readonly cookieName?: string;
  /** What rehearses offices at the press of a button; without it pages only name the command. */
  readonly rehearsals?: RehearsalPort;
  /** Folders whose disks must not fill up: the data folder. Default the system's own for temporary files. */
  readonly folders?: readonly string[];
  /** Locks comm keys that are saved on the settings pages; without it none can be saved. Never logged. */
  readonly secret?: string | undefined;
  /** Of this program, for others on the same database to see. */
  readonly version?: string | undefined;
  readonly log: Log;
  /** What a dead gateway held is free after this, in milliseconds. Default 15,000. */
  readonly leaseMs?: number | undefined;
  /** Gives up waiting for a database that is away at the start. */
  readonly signal?: AbortSignal;
}

/** A running gateway. */
export interface Gateway {
  readonly pageUrl: string;
  /** Where the first operator chooses a password; null unless this start made that account. Shown once. */
  readonly firstLink: string | null;
  /** Where consumers subscribe; passwords hidden. */
  readonly mqttUrl: string;
  /** Batches that are not stored yet. */
  queueDepth(): Promise<number>;
  /** Stops everything within 7 s. Safe to call twice. */
  stop(): Promise<void>;
}

type Stop = () => Promise<unknown>;

/** Batches in hand for each transaction: while one is under way, the next gathers its company. */
const batchesInHand = 4;
const stopPartWithinMs = 5_000;
const stopAllWithinMs = 6_500;
const firstRetryMs = 1_000;
const lastRetryMs = 30_000;

/**
 * Starts the gateway.
 *
 * @throws GerbangError PORT_TAKEN, STORE_SCHEMA_OUTDATED, CONFIG_INVALID; SHUTDOWN when `signal` is aborted meanwhile
 */
export async function startGateway(options: GatewayOptions): Promise<Gateway> {
  const { config, log } = options;
  const stops: Stop[] = [];
  let stopping: Promise<void> | null = null;
  const stop = (): Promise<void> => {
    stopping ??= stopAll(stops, log);
    return stopping;
  };
  // In an exclusive database a fixed name, so that a restart need not wait for its own leases.
  const holder = options.exclusiveDatabase ? 'embedded' : `${hostname()}-${process.pid}-${randomUUID().slice(0, 8)}`;
  const leaseMs = options.leaseMs ?? defaultLeaseMs;
  try {
    const hostTime = startHostTime(log);
    stops.push(() => hostTime.close());
    const database = openDatabase(options.databaseUrl, { maxConnections: 12 });
    stops.push(() => database.close());
    await untilStoreAnswers(() => prepareDatabase(database, options), options);
    const plan = await openPlan(database, options);
    stops.push(() => plan.close());

    const membership = options.exclusiveDatabase
      ? null
      : await untilStoreAnswers(
          () => joinHosts(database.db, () => entryOf(options, plan, holder), { leaseMs, log, signal: options.signal }),
          options,
        );
    if (membership !== null) stops.push(() => membership.leave());

    stops.push(keepDaysSealed(database.db, log));
    stops.push(keepCompleteness(database, plan, log));
    stops.push(watchIncidents(database, () => plan.now().offices, log));

    const metrics = createMetrics();
    const connection = queueConnection({ redisUrl: options.redisUrl, databaseUrl: options.databaseUrl });
    const queue = createBatchQueue({ connection, log, maxDepth: config.queue.maxWaiting * 2 });
    stops.push(() => queue.close());
    await untilStoreAnswers(() => connection.prepare(), options);
    const bells = createBellGate({ depth: () => queue.depth() });
    const transactions = openSharedTransactions(options.databaseUrl, {
      maxConnections: config.ingest.concurrency,
      applicationName: 'gerbang-ingest',
    });
    stops.push(() => transactions.close());
    const worker = startIngest({ database, transactions }, { config, plan }, connection, { metrics, bells }, log);
    stops.push(() => worker.close());

    const publisher = await startPublisher({
      database,
      log: log.child({ part: 'mqtt' }),
      nowMs: () => Date.now(),
      mqttUrl: options.mqttUrl,
      ...config.mqtt,
      onPublished: metrics.punchesPublished,
    });
    stops.push(() => publisher.close());
    stops.push(startConsumers({ config, database, metrics, log }));
    stops.push(watchOver(options, { database, queue, hostTime, metrics }));
    const web = await startPage(options, { database, plan, queue, publisher, metrics, hostTime });
    stops.push(() => web.close());
    const firstSecret = await untilStoreAnswers(() => makeFirstOperator(database.db), options);
    const firstLink = firstSecret === null ? null : `${web.url}/masuk/tautan?kode=${firstSecret}`;

    const rules = addressRules(options);
    const parts = { plan, rules, database, queue, bells, metrics, hostTime, membership };
    stops.push(startOffices({ ...parts, config, holder, leaseMs, log }));
    log.info({ ...countOf(plan), page: web.url }, 'gateway started');
    return { pageUrl: web.url, firstLink, mqttUrl: publisher.state().url, queueDepth: () => queue.depth(), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Opposite order; a part that does not end in its time is left behind, because the process ends next. */
async function stopAll(stops: readonly Stop[], log: Log): Promise<void> {
  const lastMs = performance.now() + stopAllWithinMs;
  for (const stop of [...stops].reverse()) {
    const limit = new AbortController();
    const leftMs = Math.max(0, Math.min(stopPartWithinMs, lastMs - performance.now()));
    const late = sleep(leftMs, 'late' as const, { signal: limit.signal }).catch(() => null);
    const ended = stop().catch((err: unknown) => log.warn({ err }, 'a part did not stop cleanly'));
    if ((await Promise.race([ended, late])) === 'late') log.warn('a part was left behind at the stop');
    limit.abort();
  }
  log.info('gateway stopped');
}

/** After a power cut the database may be back later than we are: wait for it, and say so. */
async function untilStoreAnswers<T>(work: () => Promise<T>, { log, signal }: GatewayOptions): Promise<T> {
  for (let waitMs = firstRetryMs; ; waitMs = Math.min(waitMs * 2, lastRetryMs)) {
    try {
      return await work();
    } catch (error) {
      if (!isStoreAway(error)) throw error;
      log.warn({ err: error, againInMs: waitMs }, 'waiting for the database');
    }
    await sleep(waitMs, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    if (signal?.aborted) throw new GerbangError('SHUTDOWN', 'Stopped while waiting for the database.');
  }
}

async function prepareDatabase(database: Database, options: GatewayOptions): Promise<void> {
  const { ownerUrl, redisUrl, log } = options;
  await prepareStore(database, { ownerUrl, holdsQueue: redisUrl === undefined, log });
}

async function openPlan(database: Database, options: GatewayOptions): Promise<Plan> {
  const plan = await untilStoreAnswers(() => startPlan(planMeans(options, database)), options);
  await untilStoreAnswers(async () => {
    for (const office of plan.now().offices) await registerConfigured(database.db, office);
  }, options);
  return plan;
}

function entryOf({ redisUrl, version }: GatewayOptions, plan: Plan, holder: string): HostEntry {
  const hostName = hostname();
  return {
    holder,
    hostId: hostIdOf(hostName),
    hostName,
    pid: process.pid,
    queue: redisUrl === undefined ? 'postgres' : 'redis',
    offices: plan.now().offices.map(({ code }) => code),
    version: version ?? 'unknown',
  };
}

function startIngest(
  { database: { db }, transactions }: { readonly database: Database; readonly transactions: SharedTransactions },
  { config, plan }: { readonly config: Config; readonly plan: Plan },
  connection: ReturnType<typeof queueConnection>,
  { metrics, bells }: { readonly metrics: Metrics; readonly bells: BellGate },
  log: Log,
) {
  const means: IngestMeans = {
    zoneOf(officeCode) {
      // A batch may outlive the office's entry in the configuration; UTC keeps its samples, and true time needs no zone.
      const timeZone = plan.zoneOf(officeCode) ?? 'UTC';
      return { timeZone, offsetMs: (utcMs) => zoneOffsetMs(timeZone, utcMs) };
    },
    decode: decodeRecords,
  };
  const applier = createApplier(transactions, means, config.ingest.concurrency);
  return startIngestWorker({
    connection,
    concurrency: config.ingest.concurrency * batchesInHand,
    log: log.child({ part: 'ingest' }),
    async handle(batch) {
      // Another gateway may have heard of a new office a moment earlier than this one.
      if (plan.office(batch.officeCode) === undefined) await plan.refresh();
      const { stored, contradicted } = await applier.apply(batch);
      bells.settled(batch);
      metrics.punchesStored(batch.officeCode, stored);
      if (contradicted > 0) warnOfContradiction(log, batch, contradicted);
    },
    async onSetAside({ batch, data }, error) {
      await setAside(db, {
        serial: batch?.serial ?? null,
        officeCode: batch?.officeCode ?? null,
        reasonCode: error.code,
        reason: error.message,
        content: Buffer.from(JSON.stringify(data)),
        ...(batch === null ? {} : { identity: `${batch.serial} ${batch.epoch} ${batch.from} ${batch.recordsBase64}` }),
      });
      if (batch !== null) bells.settled(batch);
    },
  });
}

/** Tells people of what is wrong, and Prometheus of what people were told. */
function watchOver(
  { config, folders = [tmpdir()], log }: GatewayOptions,
  parts: Pick<PageMeans, 'database' | 'queue' | 'hostTime' | 'metrics'>,
): Stop {
  const { database, queue, hostTime, metrics } = parts;
  metrics.watchAlerts(() => countOpenAlerts(database.db));
  metrics.watchDisk(() => tightestDisk(folders));
  return watchAlerts({ config, database, queue, hostTime, folders, log });
}

/** What the page shows. */
interface PageMeans {
  readonly database: Database;
  readonly plan: Plan;
  readonly queue: BatchQueue;
  readonly publisher: Publisher;
  readonly metrics: Metrics;
  readonly hostTime: HostTime;
}

function startPage(options: GatewayOptions, { database, plan, queue, publisher, metrics, hostTime }: PageMeans) {
  const { config, log, lang } = options;
  metrics.watchDepth('queue', () => queue.depth());
  metrics.watchDepth('outbox', () => countOutbox(database.db));
  metrics.watchDepth('clockAlarms', () => countAlarms(database.db, Date.now() - alarmsForMs));
  return startWeb({
    host: config.web.host,
    port: config.web.port,
    database,
    log: log.child({ part: 'web' }),
    metrics,
    readers: createReaders(database, config.web.tokens, () => performance.now()),
    proxies: config.web.proxies,
    nowMs: () => Date.now(),
    ...(lang === undefined ? {} : { language: lang }),
    rehearsal: options.rehearsal ?? false,
    cookieName: options.cookieName,
    clocks: clockPort(database, () => Date.now()),
    hostError: hostTime.error,
    setup: setupPort(options, database, plan),
    paceOf: (officeCode) => paceOf(plan.office(officeCode)),
    checks: {
      database: () => requireMigrated(database),
      queue: () => queue.depth(),
      mqtt: () => requireBroker(publisher),
    },
  });
}

function paceOf(office: OfficeConfig | undefined): { pollEveryMs: number; clockLimitMs: number } | null {
  if (office === undefined) return null;
  return { pollEveryMs: office.pollEverySeconds * 1_000, clockLimitMs: office.clock.whenOffBySeconds * 1_000 };
}

async function requireMigrated({ db }: Database): Promise<void> {
  const pending = await pendingMigrations(db);
  if (pending.length > 0) {
    throw new GerbangError(
      'STORE_SCHEMA_OUTDATED',
      `${pending.length} migrations are missing. Run \`gerbang migrate\`.`,
    );
  }
}

async function requireBroker(publisher: Publisher): Promise<void> {
  const { connected, trouble } = publisher.state();
  if (!connected) throw new GerbangError('MQTT_UNAVAILABLE', trouble ?? 'The MQTT broker is not connected.');
}

function countOf(plan: Plan): { readonly offices: number; readonly terminals: number } {
  const { offices } = plan.now();
  return { offices: offices.length, terminals: offices.reduce((sum, office) => sum + office.terminals.length, 0) };
}
