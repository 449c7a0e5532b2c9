/** `gerbang replay FILE`: what a capture tells, found by the same decoder that reads terminals. */
import { readFile, stat } from 'node:fs/promises';
import { type Command, Option } from 'commander';
import { formatDeviceTime } from '../clock/device-time.ts';
import { GerbangError, messageOf } from '../errors.ts';
import { createHostClock } from '../host-clock.ts';
import { frame, parameters, summaries } from '../words/commands.ts';
import { packedFromMs } from '../zk/packed-time.ts';
import { decodeRecords } from '../zk/records.ts';
import { type Replay, type ReplayedLog, replayCapture } from '../zk/replay.ts';
import { jsonOption, wholeNumberArgument } from './arguments.ts';
import type { Cli } from './cli.ts';
import { writeJson } from './output.ts';
import { replayText } from './replay-text.ts';

/** Longer files were not written by a capture, which stops at 32 MB of packets. */
const maxFileBytes = 256 * 1024 * 1024;

/** What is told about a capture. */
export type ReplayReport = ReturnType<typeof reportOf>;

export function addReplay(program: Command, cli: Cli): void {
  program
    .command('replay')
    .description(cli.say(summaries.replay))
    .argument('<FILE>', cli.say(parameters.captureFile))
    .addOption(
      new Option('--records <N>', cli.say(parameters.firstRecords))
        .argParser(wholeNumberArgument(0, 1_000_000))
        .default(5),
    )
    .addOption(jsonOption(cli.say(frame.json)))
    .action((file: string, options: { records: number; json?: boolean }) => run(cli, file, options));
}

async function run(cli: Cli, file: string, options: { records: number; json?: boolean }): Promise<void> {
  const nowPacked = packedFromMs(createHostClock().nowMs());
  const report = reportOf(replayCapture(await readCaptureText(file), nowPacked), options.records);
  if (options.json) writeJson(cli.stdout, report);
  else cli.stdout.write(replayText(report, cli));
}

async function readCaptureText(path: string): Promise<string> {
  try {
    const { size } = await stat(path);
    if (size > maxFileBytes) throw new RangeError(`it has ${size} bytes, more than ${maxFileBytes}`);
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new GerbangError('USAGE_INVALID', `Cannot read the capture ${path}: ${messageOf(cause)}.`, {
      context: { file: path },
      cause,
    });
  }
}

function reportOf({ redacted, said, logs }: Replay, firstRecords: number) {
  return { redacted, said, logs: logs.map((log) => logOf(log, firstRecords)) };
}

function logOf({ announcedBytes, foundBytes, recordBytes, verdict }: ReplayedLog, firstRecords: number) {
  const facts = { announcedBytes, foundBytes, isWhole: recordBytes !== null };
  if (verdict === null) return { ...facts, verdict: null, firstRecords: [] };
  if (verdict.kind !== 'proven' || recordBytes === null) return { ...facts, verdict, firstRecords: [] };
  const { kind, layout, strideBytes, records, expanded } = verdict;
  const wanted = (expanded ?? recordBytes).subarray(0, firstRecords * strideBytes);
  return {
    ...facts,
    verdict: { kind, layout, strideBytes, records },
    firstRecords: Array.from(decodeRecords(layout, strideBytes, wanted), (record) => ({
      pin: record.pin,
      deviceTime: formatDeviceTime(record.deviceTime),
      verifyMode: record.verifyMode,
      punchState: record.punchState,
      raw: Buffer.from(record.raw).toString('hex'),
    })),
  };
}
