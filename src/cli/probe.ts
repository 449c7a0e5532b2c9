/** `gerbang probe HOST[:PORT]`: the report on one terminal to attach to a ticket. It changes nothing on the terminal. */
import { type Command, Option } from 'commander';
import { formatDeviceTime } from '../clock/device-time.ts';
import { isGerbangError } from '../errors.ts';
import { frame, parameters, summaries } from '../words/commands.ts';
import { explainError } from '../words/errors.ts';
import type { WireTap } from '../zk/driver.ts';
import { type Address, addressArgument, jsonOption, timeZoneArgument } from './arguments.ts';
import { withCapture } from './capture-file.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './failure.ts';
import { writeJson } from './output.ts';
import { examineAbilities } from './probe-abilities.ts';
import { adviceOn } from './probe-advice.ts';
import { countChecksums, type ReplyChecksums } from './probe-checksums.ts';
import { measureClock } from './probe-clock.ts';
import { daysToFull, recordsPerDay } from './probe-growth.ts';
import { examineLog, type LogFacts } from './probe-log.ts';
import { readOptions } from './probe-options.ts';
import { probeText } from './probe-text.ts';
import { addTargetOptions, type CommandTarget, type TargetOptions, targetOf } from './target.ts';
import { type OpenSession, withTerminal } from './terminal-session.ts';

/** Everything a probe finds. Null is "the terminal does not say" or "not proven". */
export type ProbeReport = ReturnType<typeof reportOf>;

/** What the conversation gave, before it is judged. */
type Heard = Awaited<ReturnType<typeof hear>>;

interface ProbeOptions extends TargetOptions {
  readonly timeZone?: string;
  readonly json?: boolean;
}

export function addProbe(program: Command, cli: Cli): void {
  const command = program
    .command('probe')
    .description(cli.say(summaries.probe))
    .argument('<HOST[:PORT]>', cli.say(parameters.address), addressArgument)
    .addOption(new Option('--time-zone <zone>', cli.say(parameters.timeZone)).argParser(timeZoneArgument))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((address: Address, options: ProbeOptions) => run(cli, address, options));
  addTargetOptions(command, cli);
}

async function run(cli: Cli, address: Address, options: ProbeOptions): Promise<void> {
  const target = targetOf(cli, address, options);
  const report = await withCapture(cli, options, (tap) => probe(cli, target, tap, options.timeZone ?? null));
  if (options.json) writeJson(cli.stdout, report);
  else cli.stdout.write(probeText(report, cli));
  if (report.problem !== null) cli.exitCode = exitCodes.failed;
}

/**
 * Terminals of which every reply has a wrong checksum are gone along with, once it is known that this is what they are:
 * a probe stores nothing, and its advice then names the quirk.
 */
async function probe(cli: Cli, target: CommandTarget, tap: WireTap | undefined, timeZone: string | null) {
  const strict: ReplyChecksums = { replies: 0, wrong: 0 };
  try {
    return await attempt(cli, target, strict, tap, timeZone);
  } catch (error) {
    // Over UDP a damaged datagram counts as a lost one.
    const isDamage = strict.wrong > 0 && isGerbangError(error, 'ZK_BAD_CHECKSUM', 'ZK_NO_REPLY');
    if (!isDamage || strict.wrong < strict.replies) throw error;
    const lenient = { ...target, quirks: [...(target.quirks ?? []), 'acceptBadReplyChecksum' as const] };
    return attempt(cli, lenient, { replies: 0, wrong: 0 }, tap, timeZone);
  }
}

async function attempt(
  cli: Cli,
  target: CommandTarget,
  checksums: ReplyChecksums,
  tap: WireTap | undefined,
  timeZone: string | null,
) {
  const heard = await withTerminal({ ...target, tap: countChecksums(checksums, tap) }, (open) => hear(open, timeZone));
  return reportOf(cli, target, heard, checksums);
}

async function hear(open: OpenSession, timeZone: string | null) {
  const { session, clock } = open;
  const identity = await session.identify();
  const options = await readOptions(session);
  const counters = await session.readCounters();
  const measured = await measureClock(open, timeZone);
  const log = await examineLog(session, counters.records, clock.nowMs());
  const abilities = await examineAbilities(session, log.times.at(-1) ?? null);
  return { transport: session.transport, identity, options, counters, ...measured, log, abilities };
}

function reportOf(
  cli: Cli,
  { host, port, driver, quirks = [] }: CommandTarget,
  heard: Heard,
  checksums: ReplyChecksums,
) {
  const { transport, identity, options, counters, deviceTime, clock, log, abilities } = heard;
  const { users, operations, recordCapacity } = counters;
  // The log itself knows better than the counter, which some firmware leaves at zero.
  const records = log.totalRecords ?? counters.records;
  const fillPercent = records !== null && recordCapacity ? Math.round((records / recordCapacity) * 1000) / 10 : null;
  const perDay = deviceTime === null ? null : recordsPerDay(log.times, deviceTime);
  const fullInDays = daysToFull(perDay, records, recordCapacity);
  const advice = adviceOn(
    { transport, quirks, checksums, options, fillPercent, daysToFull: fullInDays, problem: log.problem },
    cli,
  );
  return {
    address: host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`,
    driver,
    transport,
    ...identity,
    options,
    users,
    userRecordBytes: abilities.userRecordBytes,
    operations,
    records,
    recordCapacity,
    fillPercent,
    recordsPerDay: perDay === null ? null : Math.round(perDay * 10) / 10,
    daysToFull: fullInDays,
    recordLayout: log.layout,
    recordBytes: log.strideBytes,
    proof: log.proof,
    problem: problemOf(cli, log),
    tailReads: log.tailReads,
    liveEvents: abilities.liveEvents,
    timeFilter: abilities.timeFilter,
    deviceTime: deviceTime === null ? null : formatDeviceTime(deviceTime),
    clock,
    checksums,
    quirks,
    advice,
  };
}

function problemOf(cli: Cli, { problem }: LogFacts) {
  if (problem === null) return null;
  const { code, message } = problem;
  return { code, ...explainError(problem, cli.lang), details: message };
}
