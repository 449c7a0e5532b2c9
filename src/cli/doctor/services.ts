/** What the gateway stands on: database, queue, broker; and what it says of itself. */
import { connect } from 'node:net';
import { connect as connectTls } from 'node:tls';
import type { Environment } from '../../config.ts';
import { isGerbangError } from '../../errors.ts';
import { silentLog } from '../../log.ts';
import { countOpenAlerts } from '../../store/alerts.ts';
import { readConsumers } from '../../store/consumers.ts';
import { type Database, openDatabase } from '../../store/database.ts';
import { pendingMigrations } from '../../store/migrate.ts';
import { countSetAside, readPresence } from '../../store/presence.ts';
import { readEvidenceGuard } from '../../store/roles.ts';
import { readServer } from '../../store/server-facts.ts';
import { ageText } from '../../words/time.ts';
import type { Cli } from '../cli.ts';
import { type Check, check } from './report.ts';

const slowMs = 500;
const deepQueue = 100;
const freshStateMs = 180_000;
const consumerBehindMs = 600_000;
const connectWithinMs = 5_000;

/** Opens the database for as long as `work` needs it. */
export async function withDatabase<T>(url: string, work: (database: Database) => Promise<T>): Promise<T> {
  const database = openDatabase(url, {
    maxConnections: 2,
    applicationName: 'gerbang doctor',
    statementTimeoutMs: 15_000,
  });
  try {
    return await work(database);
  } finally {
    await database.close();
  }
}

/** The server, the schema, the roles. @returns null where nothing more can be asked of it */
export async function checkDatabase({
  db,
}: Database): Promise<{ readonly checks: readonly Check[]; readonly usable: boolean }> {
  try {
    const server = await readServer(db);
    const isSlow = server.answeredInMs > slowMs;
    const size = Math.round(server.bytes / 1e6);
    const facts = [server.version, Math.ceil(server.answeredInMs), size] as const;
    const checks = [check('database', isSlow ? 'databaseSlow' : 'databaseOk', isSlow ? 'warn' : 'ok', ...facts)];
    const pending = await pendingMigrations(db);
    if (pending.length > 0)
      return { checks: [...checks, check('database', 'schemaOld', 'bad', pending.length)], usable: false };
    return { checks: [...checks, check('database', 'schemaOk', 'ok')], usable: true };
  } catch (error) {
    return { checks: [check('database', 'databaseAway', 'bad', codeOf(error))], usable: false };
  }
}

/** What a running gateway leaves in the database. */
export async function checkGateway({ db }: Database, cli: Cli, nowMs: number): Promise<readonly Check[]> {
  const checks: Check[] = [];
  const presence = await readPresence(db);
  const ageMs = presence.lastStateAgeMs;
  const runs = presence.connections > 0 || (ageMs !== null && ageMs < freshStateMs);
  checks.push(
    runs
      ? check('gateway', 'gatewayOk', 'ok', ageMs === null ? '–' : ageText(ageMs, cli.lang).replace(/ (lalu|ago)$/, ''))
      : check('gateway', 'gatewayStill', 'bad'),
  );
  const { alterableBy } = await readEvidenceGuard(db);
  checks.push(
    ...(alterableBy.length === 0
      ? [check('database', 'evidenceOk', 'ok')]
      : alterableBy.map((role) => check('database', 'evidenceOpen', 'warn', role))),
  );
  const setAside = await countSetAside(db);
  if (setAside > 0) checks.push(check('queue', 'setAside', 'warn', setAside));
  for (const { name, rowsBehind, failingSinceMs } of await readConsumers(db))
    if (failingSinceMs !== null && nowMs - failingSinceMs > consumerBehindMs)
      checks.push(check('gateway', 'consumerBehind', 'warn', name, rowsBehind));
  const alerts = await countOpenAlerts(db);
  const open = alerts.reduce((sum, one) => sum + one.alerts, 0);
  const critical = alerts.reduce((sum, one) => sum + (one.severity === 'critical' ? one.alerts : 0), 0);
  checks.push(
    open === 0
      ? check('alerts', 'alertsNone', 'ok')
      : check('alerts', 'alertsOpen', critical > 0 ? 'bad' : 'warn', open, critical),
  );
  return checks;
}

export async function checkQueue(databaseUrl: string, { redisUrl }: Environment): Promise<Check> {
  const { queueConnection } = await import('../../queue/connection.ts');
  const { createBatchQueue } = await import('../../queue/producer.ts');
  const where = redisUrl === undefined ? 'Postgres' : 'Redis';
  const connection = queueConnection({ redisUrl, databaseUrl });
  const queue = createBatchQueue({ connection, log: silentLog(), maxDepth: 1 });
  try {
    // Redis is asked for its policy here; the queue in Postgres is made by a gateway, not by a look at it.
    if (redisUrl !== undefined) await connection.prepare();
    const depth = await queue.depth();
    return check('queue', depth > deepQueue ? 'queueDeep' : 'queueOk', depth > deepQueue ? 'warn' : 'ok', where, depth);
  } catch (error) {
    return check('queue', 'queueAway', 'bad', codeOf(error));
  } finally {
    await queue.close();
  }
}

/** Whether the broker takes a connection; who it lets in is its own business. */
export async function checkBroker({ mqttUrl }: Environment): Promise<Check> {
  if (mqttUrl === undefined) return check('broker', 'brokerInside', 'ok');
  const url = new URL(mqttUrl);
  const isTls = /^(?:mqtts|wss|ssl|tls):$/.test(url.protocol);
  const port = Number(url.port || (isTls ? 8883 : 1883));
  const failure = await tryConnect(url.hostname.replace(/^\[|\]$/g, ''), port, isTls);
  const place = `${url.hostname}:${port}`;
  return failure === null
    ? check('broker', 'brokerOk', 'ok', place)
    : check('broker', 'brokerAway', 'bad', place, failure);
}

/** Null when the port takes a connection, else why not. */
export function tryConnect(host: string, port: number, tls = false): Promise<string | null> {
  return new Promise((resolve) => {
    const options = { host, port, timeout: connectWithinMs };
    const socket = tls ? connectTls({ ...options, servername: host }) : connect(options);
    const end = (failure: string | null): void => {
      socket.destroy();
      resolve(failure);
    };
    socket.once(tls ? 'secureConnect' : 'connect', () => end(null));
    socket.once('timeout', () => end('no answer in time'));
    socket.once('error', (error: NodeJS.ErrnoException) => end(error.code ?? 'failed'));
  });
}

function codeOf(error: unknown): string {
  return isGerbangError(error) ? error.code : 'INTERNAL';
}
