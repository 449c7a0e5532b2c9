/** `gerbang read HOST[:PORT]`: the whole log, or nothing. */
import type { Command } from 'commander';
import { Option } from 'commander';
import { formatDeviceTime, isPossible } from '../clock/device-time.ts';
import type { PunchRecord } from '../punch/record.ts';
import { answers, parameters, summaries } from '../words/commands.ts';
import { decodeRecords } from '../zk/records.ts';
import { type Address, addCommKeyOption, addressArgument, choiceArgument, commKeyOf } from './arguments.ts';
import type { Cli } from './cli.ts';
import { writeLines } from './output.ts';
import { withTerminal } from './terminal-session.ts';

type Format = 'ndjson' | 'csv';

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
    .action((address: Address, options: { format: Format; commKey?: number }) => run(cli, address, options));
  addCommKeyOption(command, cli);
}

async function run(cli: Cli, address: Address, options: { format: Format; commKey?: number }): Promise<void> {
  const commKey = commKeyOf(cli, options);
  const showProgress = progressOn(cli);
  // The read is complete and the terminal free again before the first line is printed, however slow our reader is.
  const { log, pins } = await withTerminal({ ...address, commKey }, async ({ session }) => {
    const whole = await session.readLog(showProgress);
    // Records of this layout hold only the terminal's index of a user; the printed id stands in its user table.
    return { log: whole, pins: whole.layout === 'zk8' ? await session.readPins() : undefined };
  }).finally(() => showProgress?.(null, 0));
  const records = decodeRecords(log.layout, log.strideBytes, log.bytes, pins);
  await writeLines(cli.stdout, options.format === 'csv' ? csvLines(records) : ndjsonLines(records));
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
