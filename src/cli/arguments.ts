/** Reading the words behind a command. A wrong one is a usage error that says what is allowed and never repeats a key. */
import { InvalidArgumentError, Option } from 'commander';
import { isKnownZone } from '../clock/zone.ts';
import { isHost } from '../config.ts';

/** Where a terminal is. */
export interface Address {
  readonly host: string;
  readonly port: number;
}

/** A parser for whole numbers within bounds. */
export function wholeNumberArgument(min: number, max: number): (text: string) => number {
  return (text) => {
    const value = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN;
    if (!(value >= min && value <= max)) throw notAllowed(`${min} … ${max}`);
    return value;
  };
}

/** One of a few words. */
export function choiceArgument<T extends string>(...choices: readonly T[]): (text: string) => T {
  return (text) => {
    const found = choices.find((choice) => choice === text);
    if (found === undefined) throw notAllowed(choices.join(', '));
    return found;
  };
}

/** `HOST`, `HOST:PORT`, `[IPv6]` or `[IPv6]:PORT`. */
export function addressArgument(text: string): Address {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2] ?? (text.includes('::') ? text : '');
  const port = Number(match?.[3] ?? 4370);
  if (!isHost(host) || port < 1 || port > 65_535) throw notAllowed('HOST, HOST:PORT, [IPv6]:PORT; 1 ≤ PORT ≤ 65535');
  return { host, port };
}

/** An IANA time zone. */
export function timeZoneArgument(text: string): string {
  if (isKnownZone(text)) return text;
  throw notAllowed('Asia/Jakarta, Asia/Makassar, Asia/Jayapura, …');
}

/** A day of the calendar, `YYYY-MM-DD`. */
export function dayArgument(text: string): string {
  const parsed = /^\d{4}-\d\d-\d\d$/.test(text) ? new Date(`${text}T00:00:00Z`) : null;
  // 31 February becomes 3 March.
  if (parsed !== null && !Number.isNaN(parsed.getTime()) && parsed.toISOString().startsWith(text)) return text;
  throw notAllowed('2026-11-20');
}

/** A value that is not allowed. The braces carry what is allowed through commander's message to `failure.ts`. */
export function notAllowed(allowed: string): InvalidArgumentError {
  return new InvalidArgumentError(`{${allowed}}`);
}

/** `--json` */
export function jsonOption(text: string): Option {
  return new Option('--json', text);
}
