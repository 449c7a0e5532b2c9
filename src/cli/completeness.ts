/** `gerbang completeness`: whether the data of a day is complete, as the gateway keeps it; or computed again. */
import { type Command, Option } from 'commander';
import { dayRange } from '../clock/zone.ts';
import { GerbangError } from '../errors.ts';
import type { CompletenessRow } from '../store/completeness.ts';
import type { Database } from '../store/database.ts';
import { sayIn } from '../web/instant-words.ts';
import { frame } from '../words/commands.ts';
import { reasonText, stateTexts } from '../words/completeness.ts';
import { completenessWords as words } from '../words/completeness-command.ts';
import { numberText } from '../words/language.ts';
import { jsonOption } from './arguments.ts';
import { type Cli, environmentOf } from './cli.ts';
import { printable, table, writeJson } from './output.ts';

interface CompletenessOptions {
  readonly day?: string;
  readonly office?: string;
  readonly json?: boolean;
  readonly recompute?: boolean;
  readonly from?: string;
}

type Db = Database['db'];

/** Days of offices that are printed at most. */
const maxRows = 5_000;
const dayMs = 86_400_000;

export function addCompleteness(program: Command, cli: Cli): void {
  program
    .command('completeness')
    .description(cli.say(words.summary))
    .option('--day <DAY>', cli.say(words.day))
    .option('--office <CODE>', cli.say(words.office))
    .addOption(new Option('--recompute', cli.say(words.recompute)))
    .option('--from <DAY>', cli.say(words.from))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: CompletenessOptions) => run(cli, options));
}

async function run(cli: Cli, options: CompletenessOptions): Promise<void> {
  for (const day of [options.day, options.from]) requireDay(day);
  const environment = environmentOf(cli);
  const { findDatabase } = await import('./database.ts');
  const url = environment.databaseUrl ?? (await findDatabase(environment, cli.env));
  if (url === null) {
    throw new GerbangError('GATEWAY_NOT_RUNNING', 'DATABASE_URL is not set and no embedded database runs.');
  }
  const { openDatabase } = await import('../store/database.ts');
  const database = openDatabase(url, { maxConnections: 2, applicationName: 'gerbang completeness' });
  try {
    const { readOffices } = await import('../store/board.ts');
    const offices = await readOffices(database.db);
    const zones = new Map(offices.map(({ code, timeZone }) => [code, timeZone]));
    if (options.office !== undefined && !zones.has(options.office)) {
      throw new GerbangError('USAGE_INVALID', `There is no office ${options.office}.`);
    }
    if (options.recompute) await askAgain(database.db, cli, options);
    const rows = await rowsOf(database.db, options);
    if (options.json) writeJson(cli.stdout, rows.map(asJson));
    else cli.stdout.write(textOf(rows, zones, cli));
  } finally {
    await database.close();
  }
}

/** The gateway counts, for it alone knows up to when a day matters in each office. */
async function askAgain(db: Db, cli: Cli, { office, from }: CompletenessOptions): Promise<void> {
  const { noteDue } = await import('../store/completeness-due.ts');
  const nowMs = Date.now();
  const fromMs = from === undefined ? nowMs - 35 * dayMs : dayRange('UTC', from).fromMs - dayMs;
  await noteDue(db, { officeCodes: office === undefined ? null : [office], fromMs, toMs: nowMs });
  cli.stderr.write(`${cli.say(words.asked)}\n`);
}

async function rowsOf(db: Db, { day, office }: CompletenessOptions): Promise<readonly CompletenessRow[]> {
  const { readCompleteness } = await import('../store/completeness.ts');
  // Offices have days of their own: yesterday of the first of them to today of the last, wherever they lie.
  const range =
    day === undefined
      ? { fromDay: isoDay(Date.now() - dayMs), toDay: isoDay(Date.now() + dayMs) }
      : { fromDay: day, toDay: day };
  const query = { ...range, limit: maxRows };
  return readCompleteness(db, office === undefined ? query : { ...query, officeCodes: [office] });
}

function textOf(rows: readonly CompletenessRow[], zones: ReadonlyMap<string, string>, cli: Cli): string {
  if (rows.length === 0) return `${cli.say(words.none)}\n`;
  const { columns } = words;
  const heads = [columns.day, columns.office, columns.state, columns.records, columns.terminals];
  const lines = rows.map((row) => [
    row.day,
    row.officeCode,
    cli.say(stateTexts[row.state]),
    numberText(row.records, cli.lang),
    `${numberText(row.terminalsRead, cli.lang)} ${cli.say(words.of)} ${numberText(row.terminals, cli.lang)}`,
  ]);
  const why = rows
    .filter((row) => row.reasons.some(({ kind }) => kind !== 'day-not-over'))
    .map((row) => reasonLines(row, zones.get(row.officeCode) ?? 'UTC', cli));
  return [
    table(
      heads.map((head) => cli.say(head)),
      lines,
    ),
    ...(why.length > 0 ? ['\n'] : []),
    ...why,
  ].join('');
}

function reasonLines({ officeCode, day, reasons }: CompletenessRow, timeZone: string, cli: Cli): string {
  const say = sayIn(timeZone);
  const lines = reasons.map((reason) => `  ${printable(reasonText(reason, say, cli.lang))}\n`);
  return `${day} ${officeCode}\n${lines.join('')}`;
}

function asJson({ computedAtMs, change: _, content: __, ...row }: CompletenessRow) {
  return { ...row, computedAt: new Date(computedAtMs).toISOString() };
}

function requireDay(day: string | undefined): void {
  if (day === undefined) return;
  try {
    if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new RangeError(day);
    dayRange('UTC', day);
  } catch (cause) {
    throw new GerbangError('USAGE_INVALID', `${day} is no day; write it as YYYY-MM-DD.`, { cause });
  }
}

function isoDay(atMs: number): string {
  return new Date(atMs).toISOString().slice(0, 10);
}
