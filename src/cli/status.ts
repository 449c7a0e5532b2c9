/** `gerbang status`: how every office and terminal stands, as the running gateway last wrote it down. */
import type { Command } from 'commander';
import type { Config, Environment } from '../config.ts';
import { GerbangError, isGerbangError } from '../errors.ts';
import { readHostError } from '../host-error.ts';
import { silentLog } from '../log.ts';
import { frame, parameters, summaries } from '../words/commands.ts';
import { explainError } from '../words/errors.ts';
import { jsonOption } from './arguments.ts';
import { type Cli, configOf, environmentOf } from './cli.ts';
import { writeJson } from './output.ts';
import { alarmStatusOf, alarmsShown } from './status-alarms.ts';
import { consumerStatusOf } from './status-consumers.ts';
import { gapStatusOf } from './status-gaps.ts';
import { mergeFleet, type StatusReport, type TerminalStatus } from './status-report.ts';
import { statusText } from './status-text.ts';

/** Polls come every minute; a gateway that wrote within two is alive. Used only where no connection of it can be seen. */
const freshStateMs = 120_000;

/** Gaps found so long ago are told, in milliseconds, and at most so many. */
const gapsForMs = 35 * 86_400_000;
const gapsShown = 100;

export function addStatus(program: Command, cli: Cli): void {
  program
    .command('status')
    .description(cli.say(summaries.status))
    .option('--config <FILE>', cli.say(parameters.config))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: { config?: string; json?: boolean }) => run(cli, options));
}

async function run(cli: Cli, options: { config?: string; json?: boolean }): Promise<void> {
  const environment = environmentOf(cli);
  const config = options.config === undefined ? null : await configOf(cli, options.config);
  const { findDatabase } = await import('./database.ts');
  const url = await findDatabase(environment, cli.env);
  if (url === null) throw notRunning();
  const report = await readReport(url, environment, config);
  if (options.json) writeJson(cli.stdout, { ...report, terminals: report.terminals.map((one) => explained(one, cli)) });
  else cli.stdout.write(statusText(report, cli, Date.now()));
  if (!report.gatewayRunning) throw notRunning();
}

async function readReport(url: string, environment: Environment, config: Config | null): Promise<StatusReport> {
  const { openDatabase } = await import('../store/database.ts');
  const { readFleet } = await import('../store/board.ts');
  const { readBacklog, remainingMs } = await import('../store/backlog.ts');
  const { countSetAside, readPresence } = await import('../store/presence.ts');
  const database = openDatabase(url, {
    maxConnections: 1,
    applicationName: 'gerbang status',
    statementTimeoutMs: 20_000,
  });
  try {
    const presence = await readPresence(database.db);
    const isFresh = presence.lastStateAgeMs !== null && presence.lastStateAgeMs < freshStateMs;
    // With its queue in Redis a gateway may hold no connection to Postgres between two polls.
    const gatewayRunning = presence.connections > 0 || (environment.redisUrl !== undefined && isFresh);
    const fleet = mergeFleet(await readFleet(database.db), config);
    const setAside = await countSetAside(database.db);
    const found = await readBacklog(database.db);
    const backlog = found.terminalsBehind === 0 ? null : { ...found, remainingMs: remainingMs(found) };
    const hostClock = await readHostError();
    const { isOpenGap, readGaps } = await import('../store/gaps.ts');
    const lately = await readGaps(database.db, { foundSinceMs: Date.now() - gapsForMs, limit: gapsShown });
    const gaps = lately.filter(isOpenGap).map(gapStatusOf);
    const { readConsumers } = await import('../store/consumers.ts');
    const consumers = (await readConsumers(database.db)).map(consumerStatusOf);
    const { alarmsForMs, readAlarms } = await import('../store/alarms.ts');
    const alarms = await readAlarms(database.db, { sinceMs: Date.now() - alarmsForMs, limit: alarmsShown });
    const { readEvidenceGuard } = await import('../store/roles.ts');
    return {
      gatewayRunning,
      evidence: await readEvidenceGuard(database.db),
      ...fleet,
      gaps,
      clockAlarms: alarms.map(alarmStatusOf),
      consumers,
      backlog,
      hostClock,
      queue: { ...(await depthOf(url, environment)), setAside },
    };
  } finally {
    await database.close();
  }
}

async function depthOf(
  databaseUrl: string,
  { redisUrl }: Environment,
): Promise<{ waiting: number | null; errorCode: string | null }> {
  const { queueConnection } = await import('../queue/connection.ts');
  const { createBatchQueue } = await import('../queue/producer.ts');
  const connection = queueConnection({ redisUrl, databaseUrl });
  const queue = createBatchQueue({ connection, log: silentLog(), maxDepth: 1 });
  try {
    return { waiting: await queue.depth(), errorCode: null };
  } catch (error) {
    return { waiting: null, errorCode: isGerbangError(error) ? error.code : 'INTERNAL' };
  } finally {
    await queue.close();
  }
}

function explained(terminal: TerminalStatus, cli: Cli) {
  const why = terminal.errorCode === null ? null : explainError({ code: terminal.errorCode }, cli.lang);
  return { ...terminal, what: why?.what ?? null, next: why?.next ?? null };
}

function notRunning(): GerbangError {
  return new GerbangError('GATEWAY_NOT_RUNNING', 'No gateway is connected to this database.');
}
