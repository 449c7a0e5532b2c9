/**
 * `gerbang rehearse`: one office as it is configured, on simulated terminals. A world of its own: folder, database,
 * broker and page; nothing of it can reach real data (docs/decisions/0015-setup.md).
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type Command, Option } from 'commander';
import { zoneOffsetMs } from '../clock/zone.ts';
import { type Config, checkConfig, type OfficeConfig, parseConfig, rehearsalPrefix } from '../config.ts';
import { GerbangError } from '../errors.ts';
import { createLog } from '../log.ts';
import { effectiveOf } from '../setup/effective.ts';
import { parameters, summaries } from '../words/commands.ts';
import { running, rehearsal as words } from '../words/running.ts';
import { wholeNumberArgument } from './arguments.ts';
import { type Cli, configOf, environmentOf } from './cli.ts';
import { startSimulatedFleet } from './demo/simulator.ts';
import type { PlacedTerminal } from './demo/world.ts';
import { beginLife } from './lifetime.ts';

interface Options {
  readonly office: string;
  readonly config?: string;
  readonly people: number;
  readonly port: number;
  readonly for?: number;
}

/** People come in over this time, as in the demo. */
const rushMs = 45_000;

export function addRehearse(program: Command, cli: Cli): void {
  program
    .command('rehearse')
    .description(cli.say(summaries.rehearse))
    .requiredOption('--office <CODE>', cli.say(words.office))
    .option('--config <FILE>', cli.say(parameters.config))
    .addOption(new Option('--people <N>', cli.say(words.people)).argParser(wholeNumberArgument(1, 100_000)).default(60))
    .addOption(new Option('--port <P>', cli.say(words.port)).argParser(wholeNumberArgument(0, 65_535)).default(8090))
    .addOption(new Option('--for <SECONDS>', cli.say(words.forSeconds)).argParser(wholeNumberArgument(1, 86_400)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const environment = environmentOf(cli);
  const file = options.config === undefined ? parseConfig('{}', {}) : await configOf(cli, options.config);
  const office = await findOffice(cli, file, options.office);
  const log = createLog({ level: cli.env.LOG_LEVEL === undefined ? 'silent' : environment.logLevel });
  const say = (text: string): void => void cli.stdout.write(`${text}\n`);
  const life = beginLife(() => say(cli.say(running.stopping)));
  try {
    const { dataDirOf } = await import('./database.ts');
    const { startEmbeddedPostgres } = await import('../store/embedded-postgres.ts');
    const { startGateway } = await import('../gateway.ts');
    say(`${cli.say(words.title)}: ${office.name} (${office.code})`);
    const dataDir = join(dataDirOf(environment, cli.env), 'rehearsal', office.code);
    const postgres = await startEmbeddedPostgres({ dataDir, onProgress: () => undefined });
    life.onStop(() => postgres.stop());
    if (life.signal.aborted) return;
    const fleet = await startFleetOf(office, join(dataDir, 'terminals'));
    life.onStop(() => fleet.stop());
    if (life.signal.aborted) return;
    // No broker, no Redis, no webhook of the real gateway: practice is told to nobody.
    const gateway = await startGateway({
      config: rehearsalConfig(office, fleet.terminals, options.port),
      databaseUrl: postgres.gatewayUrl,
      ownerUrl: postgres.url,
      exclusiveDatabase: true,
      lang: cli.lang,
      rehearsal: true,
      folders: [dataDir],
      log,
      signal: life.signal,
    });
    life.onStop(() => gateway.stop());
    say(`${cli.say(words.terminals)}: ${fleet.terminals.map(({ serial }) => serial).join(', ')}`);
    say(`${cli.say(running.page)}: ${gateway.pageUrl}`);
    if (gateway.firstLink !== null) say(`${cli.say(running.firstOperator)}:\n  ${gateway.firstLink}`);
    await fleet.startPeople({ people: options.people, seed: 1, terminalsPerOffice: fleet.terminals.length, rushMs });
    say(cli.say(running.stopHint));
    const seconds = options.for;
    const over = sleep((seconds ?? 0) * 1_000, undefined, { signal: life.signal }).catch(() => undefined);
    await (seconds === undefined ? life.ended : over);
  } finally {
    await life.stopAll((err) => log.error({ err }, 'a part did not stop cleanly'));
    say(cli.say(running.stopped));
  }
}

/** The office as the gateway would poll it: of the file, with what was added in the browser where that can be read. */
async function findOffice(cli: Cli, file: Config, code: string): Promise<OfficeConfig> {
  const { findDatabase } = await import('./database.ts');
  const url = await findDatabase(environmentOf(cli), cli.env);
  let { offices } = file;
  if (url !== null) {
    const { openDatabase } = await import('../store/database.ts');
    const { readManaged } = await import('../store/setup.ts');
    const database = openDatabase(url, { maxConnections: 1, applicationName: 'gerbang rehearse' });
    try {
      offices = effectiveOf({ file, keys: null, rehearsal: false }, await readManaged(database.db)).offices;
    } catch (error) {
      cli.stderr.write(`${cli.say(words.noDatabase)}\n`);
      if (!(error instanceof GerbangError)) throw error;
    } finally {
      await database.close();
    }
  }
  const office = offices.find((one) => one.code === code);
  if (office !== undefined) return office;
  const known = offices
    .map((one) => one.code)
    .slice(0, 20)
    .join(', ');
  throw new GerbangError('USAGE_INVALID', `There is no office ${code}. Known offices: ${known || 'none'}.`);
}

async function startFleetOf(office: OfficeConfig, folder: string) {
  await mkdir(folder, { recursive: true });
  const terminals = Math.max(1, office.terminals.length);
  const zoneOffsetMinutes = zoneOffsetMs(office.timeZone, Date.now()) / 60_000;
  return startSimulatedFleet({
    terminals,
    seed: 1,
    scenario: {
      description: 'gerbang rehearse',
      defaults: { clock: { zoneOffsetMinutes }, users: 40 },
      terminals: Array.from({ length: terminals }, (_, at) => ({ serial: rehearsalSerial(office.code, at) })),
      events: [],
    },
    ledgerFile: join(folder, 'ledger.ndjson'),
    stateFile: join(folder, 'clocks.json'),
  });
}

/** Serials that no gateway of real data takes. At most 32 characters. */
export function rehearsalSerial(officeCode: string, at: number): string {
  return `${rehearsalPrefix}${officeCode.slice(0, 20)}-${String(at + 1).padStart(4, '0')}`;
}

/** The office's own settings; only where its machines stand is another matter, and no real network is searched. */
export function rehearsalConfig(office: OfficeConfig, placed: readonly PlacedTerminal[], port: number): Config {
  const terminals = placed.map(({ serial, host, port: at }, index) => {
    const { name = 'Mesin gladi' } = office.terminals[index] ?? {};
    return { name, host, port: at, serial };
  });
  const name = `Gladi · ${office.name}`.slice(0, 120);
  const rehearsed = { ...office, name, searchRange: [], terminals };
  const checked = checkConfig(JSON.stringify({ offices: [rehearsed], web: { port } }), {}, { simulated: true });
  if (checked.faults !== null) throw new Error(`The rehearsal's own file is faulty: ${JSON.stringify(checked.faults)}`);
  return checked.value;
}
