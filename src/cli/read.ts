/** `gerbang read HOST[:PORT]`: the whole log, or nothing. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { formatDeviceTime, isPossible } from '../clock/device-time.ts';
import type { PunchRecord } from '../punch/record.ts';
import { answers, parameters, summaries } from '../words/commands.ts';
import { probeWords } from '../words/probe.ts';
import type { LogRead, TerminalTarget } from '../zk/driver.ts';
import { decodeRecords, type PinByUid } from '../zk/records.ts';
import { type Address, addressArgument, choiceArgument } from './arguments.ts';
import { openPrivate, withCapture } from './capture-file.ts';
import type { Cli } from './cli.ts';
import { writeLines } from './output.ts';
import { addTargetOptions, type CommandTarget, type TargetOptions, targetOf } from './target.ts';
import { withTerminal } from './terminal-session.ts';

type Format = 'ndjson' | 'csv';

interface ReadOptions extends TargetOptions {
  readonly format: Format;
  readonly keep?: string;
}

export function addRead(program: Command, cli: Cli): void {
  const command = program
    .command('read')
    .description(cli.say(summaries.read))
    .argument('<HOST[:PORT]>', cli.say(parameters.address), addressArgument)
    .addOption(
      new Option('--format <format>', cli.say(parameters.format))
        .argParser(choiceArgument('ndjson', 'csv'))
        .default('ndjson'),
    )
    .option('--keep <FILE>', cli.say(parameters.keep))
    .action((address: Address, options: ReadOptions) => run(cli, address, options));
  addTargetOptions(command, cli);
}

async function run(cli: Cli, address: Address, options: ReadOptions): Promise<void> {
  const target = targetOf(cli, address, options);
  // The read is complete and the terminal free again before the first line is printed, however slow our reader is.
  const { log, pins } = await withCapture(cli, options, (tap) =>
    withKeeper(cli, options.keep, (keepUnproven) => readWhole(cli, { ...target, tap, keepUnproven })),
  );
  const records = decodeRecords(log.layout, log.strideBytes, log.bytes, pins);
  await writeLines(cli.stdout, options.format === 'csv' ? csvLines(records) : ndjsonLines(records));
}

async function readWhole(cli: Cli, target: CommandTarget): Promise<{ log: LogRead; pins: PinByUid | undefined }> {
  const showProgress = progressOn(cli);
  return withTerminal(target, async ({ session }) => {
    const whole = await session.readLog(showProgress);
    // Records of this layout hold only the terminal's index of a user; the printed id stands in its user table.
    return { log: whole, pins: whole.layout === 'zk8' ? await session.readPins() : undefined };
  }).finally(() => showProgress?.(null, 0));
}

/** Keeps the bytes of a log that no layout fits, so that they are not lost with the error. */
async function withKeeper<T>(
  cli: Cli,
  path: string | undefined,
  work: (keep: TerminalTarget['keepUnproven']) => Promise<T>,
): Promise<T> {
  if (path === undefined) return work(undefined);
  const kept: Uint8Array[] = [];
  try {
    return await work((recordBytes) => {
      kept.push(recordBytes);
    });
  } finally {
    if (kept.length > 0) {
      const file = await openPrivate(path);
      await file.writeFile(Buffer.concat(kept)).finally(() => file.close());
      cli.stderr.write(`${cli.say(probeWords.kept)} ${path}. ${cli.say(probeWords.keptShows)}\n`);
    }
  }
}

/** Percent and bytes on one line that is written over and over, only where somebody can see it. */
function progressOn(cli: Cli): ((received: number | null, expected: number) => void) | undefined {
  if (!cli.stderr.isTTY) return undefined;
  let shown = -1;
  return (received, expected) => {
    if (received === null) return void cli.stderr.write('\r\u001b[K');
    const percent = expected > 0 ? Math.floor((received / expected) * 100) : 100;
    if (percent === shown) return;
    shown = percent;
    cli.stderr.write(
      `\r${cli.say(answers.reading)} ${percent} %  ${received}/${expected} ${cli.say(answers.bytes)}\u001b[K`,
    );
  };
}

/** One record as the outside sees it. `impossible` marks a date that does not exist, such as 31 February. */
function shownRecord(record: PunchRecord, position: number) {
  return {
    position,
    pin: record.pin,
    deviceTime: formatDeviceTime(record.deviceTime),
    verifyMode: record.verifyMode,
    punchState: record.punchState,
    workCode: record.workCode,
    raw: Buffer.from(record.raw).toString('hex'),
    ...(isPossible(record.deviceTime) ? {} : { impossible: true as const }),
  };
}

function* ndjsonLines(records: Iterable<PunchRecord>): Generator<string> {
  let position = 0;
  for (const record of records) {
    yield `${JSON.stringify(shownRecord(record, position))}\n`;
    position += 1;
  }
}

const csvColumns = [
  'position',
  'pin',
  'deviceTime',
  'verifyMode',
  'punchState',
  'workCode',
  'raw',
  'impossible',
] as const;

function* csvLines(records: Iterable<PunchRecord>): Generator<string> {
  yield `${csvColumns.join(',')}\r\n`;
  let position = 0;
  for (const record of records) {
    const shown: Readonly<Record<string, unknown>> = shownRecord(record, position);
    yield `${csvColumns.map((column) => csvCell(String(shown[column] ?? ''))).join(',')}\r\n`;
    position += 1;
  }
}

/** RFC 4180, and no cell that a spreadsheet would run as a formula: a PIN is whatever somebody typed at a terminal. */
export function csvCell(text: string): string {
  const harmless = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(harmless) || harmless !== text ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
