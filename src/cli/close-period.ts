/** `gerbang close-period YYYY-MM`: from now on the rows of that month are never rewritten. */
import { userInfo } from 'node:os';
import type { Command } from 'commander';
import type { Kysely } from 'kysely';
import { monthRange } from '../clock/zone.ts';
import { GerbangError } from '../errors.ts';
import type { ClosedPeriod } from '../store/periods.ts';
import type { Tables } from '../store/tables.ts';
import { frame } from '../words/commands.ts';
import { numberText } from '../words/language.ts';
import { versionCommands, versionWords as words } from '../words/versions.ts';
import { jsonOption, notAllowed } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { printable, writeJson } from './output.ts';

interface Options {
  readonly office?: string;
  readonly by?: string;
  readonly json?: boolean;
}

/** A month of one office after the command. */
interface Closing extends ClosedPeriod {
  readonly isNew: boolean;
  /** Its rows are still those it was closed with. */
  readonly isIntact: boolean;
}

export function addClosePeriod(program: Command, cli: Cli): void {
  program
    .command('close-period')
    .description(cli.say(versionCommands.closePeriod))
    .argument('<MONTH>', cli.say(versionCommands.month), monthArgument)
    .option('--office <CODE>', cli.say(versionCommands.office))
    .option('--by <NAME>', cli.say(versionCommands.by))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((month: string, options: Options) => run(cli, month, options));
}

/** A month of the calendar, `YYYY-MM`. */
function monthArgument(text: string): string {
  if (/^\d{4}-(0[1-9]|1[0-2])$/.test(text)) return text;
  throw notAllowed('2026-11');
}

async function run(cli: Cli, month: string, options: Options): Promise<void> {
  const closedBy = options.by ?? userInfo().username;
  const closings = await withWholeDatabase(cli, 'close-period', ({ db }) =>
    closeAll(db, month, { office: options.office, closedBy, nowMs: Date.now() }),
  );
  if (options.json) writeJson(cli.stdout, { month, offices: closings.map(jsonOf) });
  else cli.stdout.write(closings.map((closing) => textOf(cli, closing)).join(''));
  if (closings.some(({ notFinal }) => notFinal > 0)) cli.stderr.write(`${cli.say(words.notFinalNext)}\n`);
  if (closings.some(({ isIntact }) => !isIntact)) {
    cli.stderr.write(`${cli.say(words.differs)}\n`);
    cli.exitCode = 1;
  }
}

async function closeAll(
  db: Kysely<Tables>,
  month: string,
  how: { readonly office: string | undefined; readonly closedBy: string; readonly nowMs: number },
): Promise<Closing[]> {
  const { readOffices } = await import('../store/board.ts');
  const { closeMonth, fingerprintRows } = await import('../store/periods.ts');
  const offices = await readOffices(db);
  const wanted = offices.filter(({ code }) => how.office === undefined || code === how.office);
  if (wanted.length === 0) throw officeUnknown(how.office);
  const months = wanted.map(({ code, timeZone }) => {
    const { fromMs, toMs } = monthRange(timeZone, month);
    return { officeCode: code, month, startMs: fromMs, endMs: toMs, timeZone, closedBy: how.closedBy };
  });
  // All or none: an office in the east may be over with a month that lasts two more hours in the west.
  const unfinished = months.find(({ endMs }) => endMs > how.nowMs);
  if (unfinished !== undefined) throw notOver(month, unfinished.officeCode);
  const closings: Closing[] = [];
  for (const one of months) {
    const { period, isNew } = await closeMonth(db, one);
    const isIntact = isNew || (await fingerprintRows(db, period)).digest === period.digest;
    closings.push({ ...period, isNew, isIntact });
  }
  return closings;
}

function officeUnknown(office: string | undefined): GerbangError {
  return new GerbangError(
    'USAGE_INVALID',
    `No office ${office === undefined ? 'is stored' : `has the code ${printable(office)}`}. "gerbang status" shows the codes.`,
    { context: { office: office ?? null } },
  );
}

function notOver(month: string, office: string): GerbangError {
  return new GerbangError('PERIOD_NOT_OVER', `The month ${month} is not over in the time of office ${office}.`, {
    context: { month, office },
  });
}

function jsonOf(closing: Closing): Record<string, unknown> {
  const { officeCode: office, timeZone, closedBy, rows, notFinal, digest, isNew, isIntact } = closing;
  const [from, to, closedAt] = [closing.startMs, closing.endMs, closing.closedAtMs].map((ms) =>
    new Date(ms).toISOString(),
  );
  return { office, timeZone, from, to, closedAt, closedBy, rows, notFinal, digest, isNew, isIntact };
}

function textOf(cli: Cli, closing: Closing): string {
  const { officeCode, month, rows, notFinal, digest, isNew, closedBy, closedAtMs } = closing;
  const state = isNew
    ? cli.say(words.closed)
    : `${cli.say(words.already)} (${new Date(closedAtMs).toISOString().slice(0, 10)}, ${printable(closedBy)})`;
  const open = notFinal === 0 ? '' : ` · ${numberText(notFinal, cli.lang)} ${cli.say(words.notFinal)}`;
  const head = `${printable(officeCode)} ${month}: ${state} · ${numberText(rows, cli.lang)} ${cli.say(words.rows)}${open}`;
  return `${head}\n  ${cli.say(words.fingerprint)} ${digest}\n`;
}
