/** `gerbang example-config`, and the hidden `gerbang config-reference` that docs/configuration.md is made with. */
import type { Command } from 'commander';
import { configReference, exampleConfig } from '../config.ts';
import { summaries } from '../words/commands.ts';
import type { Cli } from './cli.ts';

export function addExampleConfig(program: Command, cli: Cli): void {
  program
    .command('example-config')
    .description(cli.say(summaries.exampleConfig))
    .action(() => void cli.stdout.write(exampleConfig(cli.lang)));
  program
    .command('config-reference', { hidden: true })
    .description(cli.say(summaries.configReference))
    .action(() => void cli.stdout.write(configReference()));
}
