/** `gerbang probe HOST[:PORT]`: what one terminal is and how it stands. It changes nothing on the terminal. */
import { type Command, Option } from 'commander';
import { formatDeviceTime } from '../clock/device-time.ts';
import { frame, parameters, summaries } from '../words/commands.ts';
import {
  type Address,
  addCommKeyOption,
  addressArgument,
  commKeyOf,
  jsonOption,
  timeZoneArgument,
} from './arguments.ts';
import type { Cli } from './cli.ts';
import { writeJson } from './output.ts';
import { measureClock } from './probe-clock.ts';
import { examineLog } from './probe-log.ts';
import { probeText } from './probe-text.ts';
import { withTerminal } from './terminal-session.ts';

/** Everything a probe finds. Null is "the terminal does not say" or "not proven". */
export type ProbeReport = Awaited<ReturnType<typeof probe>>;

interface ProbeOptions {
  readonly commKey?: number;
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
  addCommKeyOption(command, cli);
}

async function run(cli: Cli, address: Address, options: ProbeOptions): Promise<void> {
  const report = await probe(address, commKeyOf(cli, options), options.timeZone ?? null);
  if (options.json) writeJson(cli.stdout, report);
  else cli.stdout.write(probeText(report, cli));
}

async function probe(address: Address, commKey: number | undefined, timeZone: string | null) {
  return withTerminal({ ...address, commKey }, async (open) => {
    const { session, clock } = open;
    const identity = await session.identify();
    const counters = await session.readCounters();
    const measured = await measureClock(open, timeZone);
    const log = await examineLog(session, counters.records, clock.nowMs());
    const { users, recordCapacity } = counters;
    // The log itself knows better than the counter, which some firmware leaves at zero.
    const records = log.totalRecords ?? counters.records;
    const fillPercent = records !== null && recordCapacity ? Math.round((records / recordCapacity) * 1000) / 10 : null;
    return {
      address: address.host.includes(':') ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`,
      ...identity,
      users,
      records,
      recordCapacity,
      fillPercent,
      recordLayout: log.layout,
      recordBytes: log.strideBytes,
      tailReads: log.tailReads,
      deviceTime: measured.deviceTime === null ? null : formatDeviceTime(measured.deviceTime),
      clock: measured.clock,
    };
  });
}
