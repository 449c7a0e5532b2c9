/**
 * `gerbang demo`: everything at once on one machine. Simulated terminals in a process of their own, embedded Postgres,
 * the gateway, and people who punch. With `--for` it ends by itself and holds Postgres against the truth.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { createLog } from '../log.ts';
import type { Database } from '../store/database.ts';
import { roleNames } from '../words/accounts.ts';
import { summaries } from '../words/commands.ts';
import { running, demo as words } from '../words/running.ts';
import { jsonOption, wholeNumberArgument } from './arguments.ts';
import { type Cli, environmentOf } from './cli.ts';
import { compare, type DemoResult } from './demo/compare.ts';
import { createProgress } from './demo/progress.ts';
import { type SimulatedFleet, startSimulatedFleet } from './demo/simulator.ts';
import { type DemoOptions, demoConfig, demoScenario, terminalsPerOffice } from './demo/world.ts';
import { beginLife, type Lifetime } from './lifetime.ts';

interface Options extends DemoOptions {
  readonly port?: number;
  readonly for?: number;
  readonly json?: boolean;
}

/** The rush in takes this long: long enough to watch, short enough to wait for. */
const rushMs = 45_000;
/** After the last punch: the slowest poll, the queue, and a terminal that was just off the network. */
const drainWithinMs = 90_000;

export function addDemo(program: Command, cli: Cli): void {
  const count = (name: string, texts: { id: string; en: string }, byDefault: number, most: number): Option =>
    new Option(`--${name} <N>`, cli.say(texts)).argParser(wholeNumberArgument(1, most)).default(byDefault);
  program
    .command('demo')
    .description(cli.say(summaries.demo))
    .addOption(count('offices', words.offices, 5, 100))
    .addOption(count('terminals', words.terminalCount, 20, 1_000))
    .addOption(count('people', words.peopleCount, 400, 100_000))
    .addOption(count('seed', words.seed, 1, 999_999))
    .addOption(new Option('--port <P>', cli.say(words.port)).argParser(wholeNumberArgument(0, 65_535)))
    .addOption(new Option('--for <SECONDS>', cli.say(words.forSeconds)).argParser(wholeNumberArgument(1, 86_400)))
    .addOption(jsonOption(cli.say(words.jsonOnly)))
    .action((options: Options) => run(cli, { ...options, offices: Math.min(options.offices, options.terminals) }));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const environment = environmentOf(cli);
  const progress = createProgress(cli, options.json === true);
  const log = createLog({ level: cli.env.LOG_LEVEL === undefined ? 'silent' : environment.logLevel });
  const life = beginLife(() => progress.line(cli.say(running.stopping)));
  progress.line(cli.say(words.title));
  try {
    const result = await live(cli, options, progress, log, life);
    if (result === null) return;
    cli.stdout.write(`${JSON.stringify(result)}\n`);
    if (result.lost > 0 || result.doubled > 0) cli.exitCode = 1;
  } finally {
    await life.stopAll((err) => log.error({ err }, 'a part did not stop cleanly'));
    progress.line(cli.say(running.stopped));
  }
}

type Progress = ReturnType<typeof createProgress>;

/** Starts everything and waits. Returns the comparison when `--for` ended it, null when a signal did. */
async function live(
  cli: Cli,
  options: Options,
  progress: Progress,
  log: ReturnType<typeof createLog>,
  life: Lifetime,
): Promise<DemoResult | null> {
  const environment = environmentOf(cli);
  const { dataDirOf } = await import('./database.ts');
  const { startEmbeddedPostgres } = await import('../store/embedded-postgres.ts');
  const { startGateway } = await import('../gateway.ts');
  // Practice data lives in a folder and a database of its own and never meets real data.
  const dataDir = join(dataDirOf(environment, cli.env), 'demo');
  const postgres = await startEmbeddedPostgres({
    dataDir,
    onProgress: (step) => progress.line(`${cli.say(running.postgres)}: ${step}`),
  });
  life.onStop(() => postgres.stop());
  if (life.signal.aborted) return null;

  const fleet = await startFleetOf(options, join(dataDir, 'terminals'));
  life.onStop(() => fleet.stop());
  if (life.signal.aborted) return null;
  progress.line(`${cli.say(words.terminals)}: ${fleet.terminals.length} ${cli.say(words.terminalsReady)}`);
  const port = options.port ?? environment.port ?? 8080;
  const gateway = await startGateway({
    config: demoConfig(options, fleet.terminals, port),
    databaseUrl: postgres.gatewayUrl,
    ownerUrl: postgres.url,
    exclusiveDatabase: true,
    mqttUrl: environment.mqttUrl,
    lang: cli.lang,
    rehearsal: true,
    log,
    signal: life.signal,
  });
  life.onStop(() => gateway.stop());
  if (life.signal.aborted) return null;
  progress.line(`${cli.say(running.page)}: ${gateway.pageUrl}`);
  progress.line(`${cli.say(running.mqtt)}: ${gateway.mqttUrl}`);

  const { openDatabase } = await import('../store/database.ts');
  const database = openDatabase(postgres.url, { maxConnections: 2, applicationName: 'gerbang demo' });
  life.onStop(() => database.close());
  await sayLogins(cli, database, dataDir, progress);
  const { fillRoom } = await import('./demo/room.ts');
  await fillRoom(database, options, Date.now());

  await fleet.startPeople({
    people: options.people,
    seed: options.seed,
    terminalsPerOffice: terminalsPerOffice(options),
    rushMs,
  });
  progress.line(
    `${cli.say(words.people)}: ${options.people} ${cli.say(words.peopleStart)} · ${cli.say(running.stopHint)}`,
  );
  const watching = progress.watch(database, fleet.terminals, () => gateway.queueDepth(), life.signal);
  await Promise.race([life.ended, options.for === undefined ? life.ended : seconds(options.for, life.signal)]);
  if (options.for === undefined || life.signal.aborted) {
    await watching.stop();
    return null;
  }
  progress.line(cli.say(words.drain));
  await fleet.stopPeople();
  const { readAudit } = await import('../store/audit.ts');
  const result = await drained(options, fleet, (serials) => readAudit(database.db, serials), life);
  await watching.stop();
  return result;
}

async function sayLogins(cli: Cli, database: Database, folder: string, progress: Progress): Promise<void> {
  const { demoLogins } = await import('./demo/logins.ts');
  progress.line(cli.say(words.logins));
  for (const { login, password, role } of await demoLogins(database, folder))
    progress.line(`  ${login.padEnd(9)} ${password.padEnd(26)} ${cli.say(roleNames[role])}`);
}

async function startFleetOf(options: DemoOptions, folder: string): Promise<SimulatedFleet> {
  const { offices, terminals, people, seed } = options;
  const world = join(folder, `${seed}-${offices}-${terminals}-${people}`);
  await mkdir(world, { recursive: true });
  return startSimulatedFleet({
    terminals,
    seed,
    scenario: demoScenario(options),
    ledgerFile: join(world, 'ledger.ndjson'),
    stateFile: join(world, 'clocks.json'),
  });
}

/** Compares until nothing is missing, or until the path has had all the time it may need. */
async function drained(
  options: DemoOptions,
  fleet: SimulatedFleet,
  readStored: (serials: readonly string[]) => Promise<Parameters<typeof compare>[1]>,
  life: Lifetime,
): Promise<DemoResult> {
  const size = { terminals: options.terminals, offices: options.offices };
  const serials = fleet.terminals.map((terminal) => terminal.serial);
  const ledger = await fleet.readLedger();
  const lastMs = performance.now() + drainWithinMs;
  for (;;) {
    const result = compare(ledger, await readStored(serials), size);
    if (result.lost === 0 || performance.now() > lastMs || life.signal.aborted) return result;
    await seconds(1, life.signal);
  }
}

async function seconds(count: number, signal: AbortSignal): Promise<void> {
  await sleep(count * 1_000, undefined, { signal }).catch(() => undefined);
}
