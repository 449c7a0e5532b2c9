/** The options of every command that talks to a terminal: driver, key, transport, quirks, capture. */
import { type Command, Option } from 'commander';
import type { TerminalConfig } from '../config.ts';
import { GerbangError } from '../errors.ts';
import { parameters } from '../words/commands.ts';
import type { TerminalTarget } from '../zk/driver.ts';
import { isQuirkName, type QuirkName, quirks } from '../zk/quirks.ts';
import { type Address, choiceArgument, notAllowed, wholeNumberArgument } from './arguments.ts';
import { type Cli, environmentOf } from './cli.ts';

/** A terminal and what is to talk to it. */
export interface CommandTarget extends TerminalTarget {
  readonly driver: TerminalConfig['driver'];
}

/** What commander makes of them. */
export interface TargetOptions {
  readonly driver: TerminalConfig['driver'];
  readonly commKey?: number;
  readonly transport: 'tcp' | 'udp' | 'auto';
  readonly quirk?: readonly QuirkName[];
  readonly capture?: string;
  readonly unredacted?: boolean;
}

export function addTargetOptions(command: Command, cli: Cli): Command {
  return command
    .addOption(new Option('--comm-key <K>', cli.say(parameters.commKey)).argParser(wholeNumberArgument(0, 999_999)))
    .addOption(
      new Option('--driver <driver>', cli.say(parameters.driver))
        .argParser(choiceArgument('zk', 'node-zklib'))
        .default('zk'),
    )
    .addOption(
      new Option('--transport <transport>', cli.say(parameters.transport))
        .argParser(choiceArgument('tcp', 'udp', 'auto'))
        .default('auto'),
    )
    .addOption(new Option('--quirk <NAME>', cli.say(parameters.quirk)).argParser(quirkArgument))
    .option('--capture <FILE>', cli.say(parameters.capture))
    .option('--unredacted', cli.say(parameters.unredacted));
}

/** Adds a quirk to those named before it. */
function quirkArgument(text: string, before: readonly QuirkName[] = []): readonly QuirkName[] {
  if (!isQuirkName(text)) throw notAllowed(Object.keys(quirks).join(', '));
  return before.includes(text) ? before : [...before, text];
}

/**
 * Where the terminal is and how to talk to it. The comm key is that of the option, else of `GERBANG_COMM_KEY`.
 *
 * @throws GerbangError CONFIG_INVALID, USAGE_INVALID
 */
export function targetOf(cli: Cli, address: Address, options: TargetOptions): CommandTarget {
  const { driver, commKey = environmentOf(cli).commKey, transport, quirk = [], capture, unredacted } = options;
  if (unredacted && capture === undefined) {
    throw new GerbangError('USAGE_INVALID', 'The option --unredacted needs --capture FILE.');
  }
  return { ...address, driver, commKey, transport, quirks: quirk };
}
