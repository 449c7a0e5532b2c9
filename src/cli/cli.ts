/** What every command is handed: the language, the environment, where to write, how to say something. */

import type { Writable } from 'node:stream';
import type { Config, Environment, Variables } from '../config.ts';
import {
  type ConfigFault,
  checkConfig,
  checkEnvironment,
  describeFault,
  readConfigText,
  withSecretFiles,
} from '../config.ts';
import { GerbangError } from '../errors.ts';
import type { Bilingual, Lang } from '../words/language.ts';

/** Where a command writes; `isTTY` when a person is watching. */
export type Output = Writable & { readonly isTTY?: boolean };

/** The command line's surroundings. Tests and `main.ts` build it; commands only use it. */
export interface Cli {
  readonly lang: Lang;
  readonly env: Variables;
  readonly stdout: Output;
  readonly stderr: Output;
  say(texts: Bilingual): string;
  /** What the process exits with when nothing is thrown; commands raise it to 1 for an answer that is bad news. */
  exitCode: number;
}

/** Builds it for this process. */
export function createCli(lang: Lang, env: Variables = process.env): Cli {
  return { lang, env, stdout: process.stdout, stderr: process.stderr, say: (texts) => texts[lang], exitCode: 0 };
}

/**
 * The checked environment. Every fault is written to stderr first.
 *
 * @throws GerbangError CONFIG_INVALID
 */
export function environmentOf(cli: Cli): Environment {
  const checked = checkEnvironment(cli.env);
  if (checked.faults === null) return checked.value;
  throw refuse(cli, cli.lang === 'id' ? 'Lingkungan' : 'Environment', checked.faults);
}

/**
 * The checked configuration. Every fault is written to stderr first.
 *
 * @throws GerbangError CONFIG_UNREADABLE, CONFIG_INVALID
 */
export async function configOf(cli: Cli, path: string): Promise<Config> {
  const text = await readConfigText(path);
  const checked = checkConfig(text, await withSecretFiles(text, cli.env));
  if (checked.faults === null) return checked.value;
  throw refuse(cli, path, checked.faults);
}

function refuse(cli: Cli, what: string, faults: readonly ConfigFault[]): GerbangError {
  for (const fault of faults) cli.stderr.write(`${what}: ${describeFault(fault, cli.lang)}\n`);
  return new GerbangError('CONFIG_INVALID', `${what} has faults. Correct every line named above.`, {
    context: { faults: faults.length },
  });
}
