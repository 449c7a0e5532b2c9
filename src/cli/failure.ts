/** How a command ends badly: plain words on stderr, the code in brackets, and the exit code. */
import { constants } from 'node:os';
import { CommanderError } from 'commander';
import { GerbangError, isGerbangError, messageOf } from '../errors.ts';
import { safeText } from '../log.ts';
import { frame, usageErrors } from '../words/commands.ts';
import { explainError } from '../words/errors.ts';
import type { Cli } from './cli.ts';

/** 1 failed, 2 wrong usage, 128 + signal when a signal ended it (docs/operations.md, "Exit codes"). */
export const exitCodes = { failed: 1, usage: 2 } as const;

/** A signal ended the command. */
export function interruptedBy(signal: NodeJS.Signals): GerbangError {
  return new GerbangError('SHUTDOWN', `Stopped by ${signal}.`, { context: { signal } });
}

/**
 * Says what went wrong.
 *
 * @returns the exit code
 */
export function reportFailure(cli: Cli, error: unknown): number {
  if (error instanceof CommanderError) return reportUsage(cli, error);
  const known = isGerbangError(error)
    ? error
    : new GerbangError('INTERNAL', `Unexpected: ${messageOf(error)}`, { cause: error });
  const signal = known.code === 'SHUTDOWN' ? known.context.signal : undefined;
  if (typeof signal === 'string') {
    cli.stderr.write(`${cli.say(frame.interrupted)}\n`);
    return 128 + (Object.entries(constants.signals).find(([name]) => name === signal)?.[1] ?? 0);
  }
  const { what, next } = explainError(known, cli.lang);
  const lines = [`${cli.say(frame.error)}: ${what} [${known.code}]`, `${cli.say(frame.next)}: ${next}`];
  const details = detailsOf(known);
  if (details !== '') lines.push(`${cli.say(frame.details)}: ${details}`);
  if (!isGerbangError(error) && error instanceof Error && cli.env.LOG_LEVEL === 'debug') lines.push(error.stack ?? '');
  cli.stderr.write(safeText(`${lines.join('\n')}\n`));
  return known.code === 'USAGE_INVALID' ? exitCodes.usage : exitCodes.failed;
}

/** The error's own sentence, then its facts. The code is not repeated. */
function detailsOf(error: GerbangError): string {
  const message = error.message.replace(` [${error.code}]`, '');
  const facts = Object.entries(error.context)
    .filter(([, value]) => value !== undefined && value !== null)
    .map(([key, value]) => `${key}=${String(value)}`);
  return [message, facts.length > 0 ? `(${facts.join(', ')})` : ''].filter((part) => part !== '').join(' ');
}

function reportUsage(cli: Cli, error: CommanderError): number {
  // Help and version are not failures; commander throws them too.
  if (error.exitCode === 0) return 0;
  if (error.code !== 'commander.help') {
    const name = /'([^']*)'/.exec(error.message)?.[1] ?? '';
    const text = usageErrors[error.code] ?? { id: error.message, en: error.message };
    const hint = /\(Did you mean (.*)\?\)/s.exec(error.message)?.[1];
    const allowed = /\{(.*)\}/s.exec(error.message)?.[1];
    const maybe = { id: ` Maksudnya ${hint}?`, en: ` Did you mean ${hint}?` };
    const lines = [
      `${cli.say(frame.error)}: ${cli.say(text).replace('%', name)}${hint ? cli.say(maybe) : ''} [USAGE_INVALID]`,
    ];
    if (allowed) lines.push(`${cli.say(frame.allowed)}: ${allowed}`);
    lines.push(`${cli.say(frame.next)}: ${explainError({ code: 'USAGE_INVALID' }, cli.lang).next}`);
    cli.stderr.write(safeText(`${lines.join('\n')}\n`));
  }
  return exitCodes.usage;
}
