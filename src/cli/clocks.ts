/** `gerbang clocks`: the clocks of the fleet, worst first, from the database alone. */
import type { Command } from 'commander';
import type { TerminalClock } from '../explain/terminal-clock.ts';
import { clockCommands } from '../words/clock-commands.ts';
import { frame } from '../words/commands.ts';
import { jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { clocksText } from './clocks-text.ts';
import { withDatabase } from './database-read.ts';
import { writeJson } from './output.ts';

interface Options {
  readonly office?: string;
  readonly json?: boolean;
}

export function addClocks(program: Command, cli: Cli): void {
  program
    .command('clocks')
    .description(cli.say(clockCommands.clocks))
    .option('--office <CODE>', cli.say(clockCommands.office))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((options: Options) => run(cli, options));
}

async function run(cli: Cli, { office, json }: Options): Promise<void> {
  const { watchFleet } = await import('../ingest/clock-watch.ts');
  const nowMs = Date.now();
  const clocks = await withDatabase(cli, 'clocks', (db) => watchFleet(db, { nowMs, officeCode: office }));
  if (json) writeJson(cli.stdout, { clocks: clocks.map(asJson) });
  else cli.stdout.write(clocksText(clocks, cli, { nowMs, office }));
}

/** Instants as ISO 8601 in UTC, as `status` gives them; what is not known is null. */
function asJson(clock: TerminalClock): unknown {
  const { lastLookMs, lastSetMs, lastStep, notices, ...rest } = clock;
  return {
    ...rest,
    lastLook: isoOf(lastLookMs),
    lastSet: isoOf(lastSetMs),
    lastStep:
      lastStep === null
        ? null
        : {
            kind: lastStep.kind,
            earliest: isoOf(lastStep.earliestMs),
            latest: isoOf(lastStep.latestMs),
            byMs: lastStep.byMs,
            locatedBy: lastStep.locatedBy,
          },
    notices: notices.map(({ fromMs, untilMs, ...notice }) => ({
      ...notice,
      from: isoOf(fromMs),
      until: isoOf(untilMs),
    })),
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null || !Number.isFinite(ms) ? null : new Date(ms).toISOString();
}
