/** `gerbang sim`: simulated terminals for anybody's client. */
import { once } from 'node:events';
import { type Command, Option } from 'commander';
import { listSimulator, runSimulator } from '../../device-sim/main.ts';
import { GerbangError, messageOf } from '../errors.ts';
import { answers, parameters, summaries } from '../words/commands.ts';
import { wholeNumberArgument } from './arguments.ts';
import type { Cli } from './cli.ts';

interface SimOptions {
  readonly terminals?: number;
  readonly basePort?: number;
  readonly scenario?: string;
  readonly seed: number;
  readonly people: number;
  readonly list?: boolean;
}

export function addSim(program: Command, cli: Cli): void {
  const number = (flags: string, text: string, min: number, max: number): Option =>
    new Option(flags, text).argParser(wholeNumberArgument(min, max));
  program
    .command('sim')
    .description(cli.say(summaries.sim))
    .addOption(number('--terminals <N>', cli.say(parameters.terminals), 1, 5000))
    .addOption(number('--base-port <P>', cli.say(parameters.basePort), 0, 65_535))
    .option('--scenario <FILE>', cli.say(parameters.scenario))
    .addOption(number('--seed <N>', cli.say(parameters.seed), 0, 4_294_967_295).default(1))
    .addOption(number('--people <N>', cli.say(parameters.people), 0, 100_000).default(0))
    .option('--list', cli.say(parameters.list))
    .action((options: SimOptions) => run(cli, options));
}

async function run(cli: Cli, options: SimOptions): Promise<void> {
  if (options.list) return void cli.stdout.write(`${listSimulator().join('\n')}\n`);
  const { terminals, basePort, scenario, seed, people } = options;
  const simulator = await runSimulator(
    {
      seed,
      people,
      ...(terminals === undefined ? {} : { terminals }),
      ...(basePort === undefined ? {} : { basePort }),
      ...(scenario === undefined ? {} : { scenario }),
    },
    (line) => void cli.stdout.write(`${line}\n`),
  ).catch((error: unknown) => {
    throw startFailure(error, options);
  });
  cli.stderr.write(`${cli.say(answers.simRunning)}\n`);
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
  await simulator.stop();
}

function startFailure(error: unknown, { scenario, basePort }: SimOptions): GerbangError {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (code === 'EADDRINUSE' || code === 'EACCES') {
    return new GerbangError('PORT_TAKEN', `${messageOf(error)}. Choose another --base-port.`, {
      context: { basePort },
    });
  }
  return new GerbangError(
    scenario === undefined ? 'INTERNAL' : 'CONFIG_INVALID',
    `The simulator did not start. ${messageOf(error)}`,
    { context: { scenario }, cause: error },
  );
}
