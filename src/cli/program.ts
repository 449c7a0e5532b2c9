/** The command line as a whole: languages, help, exit codes. The commands themselves are one file each. */
import { Command, type Help, Option } from 'commander';
import { frame } from '../words/commands.ts';
import { languageOf } from '../words/language.ts';
import { choiceArgument } from './arguments.ts';
import { type Cli, createCli } from './cli.ts';
import { reportFailure } from './failure.ts';
import { packageVersion } from './version.ts';

/** Adds one command to the program. */
export type AddCommand = (program: Command, cli: Cli) => void;

/**
 * Runs the command in `argv`.
 *
 * @param argv words after the program's name
 * @param commands in the order they are listed in the help
 * @param surroundings for tests; by default the language and streams of this process
 * @returns the exit code: 0 done, 1 failed, 2 wrong usage, 128 + n ended by signal n
 */
export async function runProgram(
  argv: readonly string[],
  commands: readonly AddCommand[],
  surroundings?: Cli,
): Promise<number> {
  const cli = surroundings ?? createCli(languageOf(argv, process.env));
  endQuietlyWhenNobodyReads(cli);
  const program = createProgram(cli);
  for (const add of commands) add(program, cli);
  try {
    await program.parseAsync([...argv], { from: 'user' });
    return cli.exitCode;
  } catch (error) {
    return reportFailure(cli, error);
  }
}

function createProgram(cli: Cli): Command {
  return new Command('gerbang')
    .description(cli.say(frame.summary))
    .version(packageVersion(), '-V, --version', cli.say(frame.version))
    .addOption(new Option('--lang <lang>', cli.say(frame.lang)).argParser(choiceArgument('id', 'en')))
    .helpOption('-h, --help', cli.say(frame.help))
    .helpCommand('help [command]', cli.say(frame.helpOf))
    .configureHelp(helpIn(cli))
    .configureOutput({
      writeOut: (text) => void cli.stdout.write(text),
      writeErr: (text) => void cli.stderr.write(text),
      // Said in our own words by `failure.ts`.
      outputError: () => {},
    })
    .exitOverride();
}

/** Commander speaks English; its headings and brackets are replaced one by one. */
function helpIn(cli: Cli): Partial<Help> {
  const titles: Readonly<Record<string, string>> = {
    'Usage:': cli.say(frame.usage),
    'Arguments:': cli.say(frame.arguments),
    'Options:': cli.say(frame.options),
    'Global Options:': cli.say(frame.globalOptions),
    'Commands:': cli.say(frame.commands),
  };
  const brackets = (text: string): string =>
    cli.lang === 'en' ? text : text.replace('[options]', '[pilihan]').replace('[command]', '[perintah]');
  return {
    showGlobalOptions: true,
    styleTitle: (title) => titles[title] ?? title,
    styleUsage: brackets,
    styleSubcommandTerm: brackets,
    optionDescription: (option) => {
      if (option.defaultValue === undefined) return option.description;
      return `${option.description} (${cli.say(frame.default)}: ${String(option.defaultValue)})`;
    },
  };
}

/**
 * `gerbang read … | head` closes our output while we write: that is the reader's right, not an error. Whatever else goes
 * wrong there ends the command, since half a result must not pass for one. What is said on stderr beside the work, the log
 * above all, must not end it: a full disk below the log is no reason to stop reading terminals.
 */
function endQuietlyWhenNobodyReads(cli: Cli): void {
  cli.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(cli.exitCode);
    throw error;
  });
  cli.stderr.on('error', () => undefined);
}
