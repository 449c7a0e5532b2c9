/** `gerbang check-config FILE`: every fault at once. */
import type { Command } from 'commander';
import { type Config, checkConfig, describeFault, readConfigText, withSecretFiles } from '../config.ts';
import { readHostError } from '../host-error.ts';
import { answers, frame, parameters, summaries } from '../words/commands.ts';
import { hostClockText } from '../words/host-clock.ts';
import { jsonOption } from './arguments.ts';
import type { Cli } from './cli.ts';
import { exitCodes } from './failure.ts';
import { writeJson, writeLines } from './output.ts';

export function addCheckConfig(program: Command, cli: Cli): void {
  program
    .command('check-config')
    .description(cli.say(summaries.checkConfig))
    .argument('<FILE>', cli.say(parameters.file))
    .addOption(jsonOption(cli.say(frame.json)))
    .action((file: string, options: { json?: boolean }) => run(cli, file, options.json === true));
}

async function run(cli: Cli, file: string, json: boolean): Promise<void> {
  const config = await readConfigText(file);
  const checked = checkConfig(config, await withSecretFiles(config, cli.env));
  if (checked.faults === null) {
    const counts = countsOf(checked.value);
    const hostClock = await readHostError();
    if (json) return writeJson(cli.stdout, { ok: true, ...counts, hostClock, faults: [] });
    const text = `${counts.offices} ${cli.say(answers.offices)}, ${counts.terminals} ${cli.say(answers.terminals)}`;
    cli.stdout.write(`${file}: ${cli.say(answers.configGood)} · ${text}\n${hostClockText(hostClock, cli.lang)}\n`);
    return;
  }
  cli.exitCode = exitCodes.failed;
  const { faults } = checked;
  if (json) {
    const shown = faults.map((fault) => ({
      ...fault,
      allowed: fault.allowed?.[cli.lang] ?? null,
      text: describeFault(fault, cli.lang),
    }));
    return writeJson(cli.stdout, { ok: false, faults: shown });
  }
  await writeLines(
    cli.stdout,
    faults.map((fault) => `${file}: ${describeFault(fault, cli.lang)}\n`),
  );
  cli.stderr.write(`${file}: ${faults.length} ${cli.say(answers.faults)} [CONFIG_INVALID]\n`);
}

function countsOf(config: Config): { offices: number; terminals: number } {
  return {
    offices: config.offices.length,
    terminals: config.offices.reduce((sum, office) => sum + office.terminals.length, 0),
  };
}
