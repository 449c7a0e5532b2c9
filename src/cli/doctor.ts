/** `gerbang doctor`: looks at everything a gateway stands on, and says what to do. Changes nothing. */
import type { Command } from 'commander';
import { type Config, checkConfig, readConfigText, withSecretFiles } from '../config.ts';
import { readHostError } from '../host-error.ts';
import { frame, parameters } from '../words/commands.ts';
import { areaNames, doctorWords } from '../words/doctor.ts';
import { jsonOption } from './arguments.ts';
import { type Cli, environmentOf } from './cli.ts';
import { checkClock, checkMachine } from './doctor/machine.ts';
import { type Check, check, wordsOf } from './doctor/report.ts';
import { printable, wrapped, writeJson } from './output.ts';

interface Options {
  readonly config?: string;
  readonly connect?: boolean;
  readonly json?: boolean;
}

export function addDoctor(program: Command, cli: Cli): void {
  program
    .command('doctor')
    .description(cli.say(doctorWords.summary))
    .option('--config <FILE>', cli.say(parameters.config))
    .option('--connect', cli.say(doctorWords.connect))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const checks = await examine(cli, options);
  if (options.json) writeJson(cli.stdout, { checks: checks.map((one) => ({ ...one, ...wordsOf(one, cli.lang) })) });
  else cli.stdout.write(textOf(checks, cli));
  if (checks.some(({ state }) => state === 'bad')) cli.exitCode = 1;
}

async function examine(cli: Cli, options: Options): Promise<readonly Check[]> {
  const environment = environmentOf(cli);
  const { dataDirOf, findDatabase } = await import('./database.ts');
  const checks: Check[] = [...(await checkMachine(dataDirOf(environment, cli.env))), checkClock(await readHostError())];
  const config = await configCheck(cli, options.config, checks);
  const { checkBroker, checkDatabase, checkGateway, checkQueue, withDatabase } = await import('./doctor/services.ts');
  const { checkOffices, checkPorts } = await import('./doctor/offices.ts');
  const url = await findDatabase(environment, cli.env);
  if (url === null) checks.push(check('database', 'databaseNone', 'bad'));
  else
    await withDatabase(url, async (database) => {
      const found = await checkDatabase(database);
      checks.push(...found.checks);
      if (!found.usable) return;
      checks.push(...(await checkGateway(database, cli, Date.now())));
      checks.push(await checkQueue(url, environment));
      checks.push(...(await checkOffices(database, config, cli)));
    });
  checks.push(await checkBroker(environment));
  if (options.connect === true && config !== null) checks.push(...(await checkPorts(config)));
  return checks;
}

async function configCheck(cli: Cli, path: string | undefined, checks: Check[]): Promise<Config | null> {
  if (path === undefined) return null;
  const text = await readConfigText(path);
  const checked = checkConfig(text, await withSecretFiles(text, cli.env));
  if (checked.faults !== null) {
    checks.push({
      ...check('config', 'configBad', 'bad', path, checked.faults.length),
      next: `gerbang check-config ${path}`,
    });
    return null;
  }
  const terminals = checked.value.offices.reduce((sum, office) => sum + office.terminals.length, 0);
  checks.push(check('config', 'configOk', 'ok', path, checked.value.offices.length, terminals));
  return checked.value;
}

const shapes = { ok: '✓', warn: '!', bad: '✗' } as const;
const width = 100;

/** By area, the troubles of each first; a next step under each trouble. */
function textOf(checks: readonly Check[], cli: Cli): string {
  const areas = [...new Set(checks.map(({ area }) => area))];
  const lines = areas.flatMap((area) => [
    cli.say(areaNames[area]),
    ...checks.filter((one) => one.area === area).flatMap((one) => linesOf(one, cli)),
    '',
  ]);
  const bad = checks.filter(({ state }) => state === 'bad').length;
  const warn = checks.filter(({ state }) => state === 'warn').length;
  const parts = [
    ...(bad > 0 ? [`${bad} ${cli.say(doctorWords.toDo)}`] : []),
    ...(warn > 0 ? [`${warn} ${cli.say(doctorWords.toSee)}`] : []),
  ];
  return `${[...lines, parts.length === 0 ? cli.say(doctorWords.well) : `${parts.join(', ')}.`].join('\n')}\n`;
}

function linesOf(one: Check, cli: Cli): readonly string[] {
  const { what, next } = wordsOf(one, cli.lang);
  const [first = '', ...rest] = wrapped(printable(what), width - 4);
  const step =
    one.state === 'ok' || next === '' ? [] : wrapped(printable(`→ ${next}`), width - 6).map((line) => `      ${line}`);
  return [`  ${shapes[one.state]} ${first}`, ...rest.map((line) => `    ${line}`), ...step];
}
