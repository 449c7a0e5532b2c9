/** `gerbang recompute`: all times again, with everything that is known today; only what was learnt is written. */
import type { Command } from 'commander';
import type { RecomputeCounts } from '../ingest/recompute.ts';
import { frame } from '../words/commands.ts';
import { numberText } from '../words/language.ts';
import { versionCommands, versionWords as words } from '../words/versions.ts';
import { dayArgument, jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { withWholeDatabase } from './database-work.ts';
import { interruptedBy } from './failure.ts';
import { printable, writeJson } from './output.ts';

interface Options {
  readonly terminal?: string;
  readonly after?: string;
  readonly from?: string;
  readonly to?: string;
  readonly dryRun?: boolean;
  readonly json?: boolean;
}

const progressEveryMs = 2_000;
/** One terminal is computed while the rows of another are read; each holds a connection. */
const terminalsAtOnce = 2;

export function addRecompute(program: Command, cli: Cli): void {
  program
    .command('recompute')
    .description(cli.say(versionCommands.recompute))
    .option('--terminal <SERIAL>', cli.say(versionCommands.terminal))
    .option('--after <SERIAL>', cli.say(versionCommands.after))
    .option('--from <DAY>', cli.say(versionCommands.from), dayArgument)
    .option('--to <DAY>', cli.say(versionCommands.to), dayArgument)
    .option('--dry-run', cli.say(versionCommands.dryRun))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, options: Options): Promise<void> {
  const { recompute } = await import('../ingest/recompute.ts');
  const stopping = new AbortController();
  let stoppedBy: NodeJS.Signals | null = null;
  const stop = (signal: NodeJS.Signals): void => {
    stoppedBy = signal;
    stopping.abort();
  };
  process.once('SIGINT', stop).once('SIGTERM', stop);
  try {
    const startedMs = performance.now();
    const dryRun = options.dryRun === true;
    const found = await withWholeDatabase(cli, 'recompute', ({ db }) =>
      recompute(db, {
        serial: options.terminal,
        afterSerial: options.after,
        fromDay: options.from,
        toDay: options.to,
        dryRun,
        concurrency: terminalsAtOnce,
        signal: stopping.signal,
        onTerminal: progressTo(cli),
      }),
    );
    const { counts, terminals, doneThrough } = found;
    const seconds = (performance.now() - startedMs) / 1_000;
    const isStopped = stoppedBy !== null;
    if (options.json)
      writeJson(cli.stdout, { ...counts, terminals, doneThrough, complete: !isStopped, dryRun, seconds });
    else cli.stdout.write(answerText(cli, counts, terminals, dryRun));
    if (stoppedBy === null) return;
    const onward = doneThrough ?? options.after;
    const hint = `gerbang recompute${onward === undefined ? '' : ` --after ${printable(onward)}`}`;
    cli.stderr.write(`${cli.say(words.stopped)}: ${hint}\n`);
    throw interruptedBy(stoppedBy);
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

function progressTo(cli: Cli) {
  let lastMs = performance.now();
  return (serial: string, _: RecomputeCounts, { done, of }: { readonly done: number; readonly of: number }): void => {
    if (!cli.stderr.isTTY || performance.now() - lastMs < progressEveryMs) return;
    lastMs = performance.now();
    cli.stderr.write(`${done}/${of} ${cli.say(words.terminals)} · ${printable(serial)}\n`);
  };
}

function answerText(cli: Cli, counts: RecomputeCounts, terminals: number, dryRun: boolean): string {
  const count = (value: number, of: keyof typeof words): string =>
    `${numberText(value, cli.lang)} ${cli.say(words[of])}`;
  const lines = [
    `${count(terminals, 'terminals')} · ${count(counts.rows, 'looked')}`,
    `${count(counts.changed, dryRun ? 'wouldChange' : 'changed')} · ${count(counts.told, 'told')} · ${count(counts.adjusted, 'adjusted')}`,
  ];
  if (counts.alarms > 0) lines.push(`${count(counts.alarms, 'alarms')}. ${cli.say(words.alarmNext)}`);
  if (dryRun) lines.push(cli.say(words.nothingWritten));
  return `${lines.join('\n')}\n`;
}
