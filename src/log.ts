/**
 * The log: JSON lines for machines, one plain line per entry for people.
 *
 * Messages are constant and facts are fields, so that one line can be counted and searched. Field names in use:
 * `office`, `terminal`, `serial`, `err`. Children carry the place: `log.child({ office, terminal })`.
 */
import { type Logger, pino } from 'pino';
import { isGerbangError } from './errors.ts';

/** The logger every part is handed. */
export type Log = Logger;

/** Levels of `LOG_LEVEL`. */
export type LogLevel = 'trace' | 'debug' | 'info' | 'warn' | 'error' | 'fatal' | 'silent';

/** Where lines go: `process.stderr`, or anything that takes text. */
export interface LogDestination {
  write(line: string): unknown;
}

/** How to log. */
export interface LogOptions {
  readonly level: LogLevel;
  /** One readable line per entry instead of JSON. */
  readonly pretty?: boolean | undefined;
  /** Default `process.stderr`: standard output belongs to the answers of commands. */
  readonly destination?: LogDestination;
}

/** Fields that hold a secret or personal data, however deep a careless caller put them. */
const secretFields = [
  'commKey',
  'password',
  'pin',
  'pins',
  'nip',
  'token',
  'secret',
  'cookie',
  'authorization',
  'template',
];
const secretPaths = secretFields.flatMap((name) => ['', '*.', '*.*.', '*.*.*.'].map((prefix) => prefix + name));

/** Creates the root logger. */
export function createLog(options: LogOptions): Log {
  const destination = options.destination ?? process.stderr;
  const render = options.pretty === true ? prettyLine : (line: string): string => line;
  return pino(
    {
      level: options.level,
      base: null,
      timestamp: pino.stdTimeFunctions.isoTime,
      redact: { paths: secretPaths, censor: '***' },
      formatters: { level: (label) => ({ level: label }) },
      serializers: { err: describeError },
    },
    { write: (line: string) => void destination.write(render(safeText(line))) },
  );
}

/** A logger that says nothing. */
export function silentLog(): Log {
  return pino({ level: 'silent' });
}

/**
 * Text as it may be shown: passwords inside addresses hidden, and characters that could steer a terminal window or
 * reorder a line (C1 controls, bidirectional marks, line separators) written as escapes. Text of terminals is hostile.
 */
export function safeText(text: string): string {
  return hideUrlPasswords(text).replace(
    // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are exactly what is looked for
    /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** `postgres://app:secret@db/x` becomes `postgres://app:***@db/x`. */
export function hideUrlPasswords(text: string): string {
  return text.replace(/([a-z][a-z0-9+.-]{0,20}:\/\/[^\s:@/"']{0,200}):[^\s@"']{0,500}@/gi, '$1:***@');
}

/** What is logged of an error: its code and facts first, the stack only where the code does not explain it. */
function describeError(error: unknown): Record<string, unknown> {
  if (!(error instanceof Error)) return { message: String(error) };
  const cause = error.cause === undefined ? {} : { cause: describeCause(error.cause) };
  if (isGerbangError(error) && error.code !== 'INTERNAL') {
    return { code: error.code, message: error.message, ...error.context, ...cause };
  }
  const state = sqlStateOf(error);
  if (state !== null) return { type: error.name, sqlState: state, ...cause };
  const code = 'code' in error ? { code: error.code } : {};
  return { type: error.name, ...code, message: error.message, stack: error.stack, ...cause };
}

function describeCause(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  const state = sqlStateOf(cause);
  return state === null ? `${cause.name}: ${cause.message}` : `SQLSTATE ${state}`;
}

/** Postgres quotes values in its messages, a PIN for example; its five-letter state says enough. */
function sqlStateOf(error: Error): string | null {
  return 'code' in error && typeof error.code === 'string' && /^(?=.*\d)[0-9A-Z]{5}$/.test(error.code)
    ? error.code
    : null;
}

/** One JSON line as `07:31:04 INFO  kominfo/Lobi  terminal read  records=5`. */
function prettyLine(line: string): string {
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    return line;
  }
  const { time, level, msg, office, terminal, err, ...rest } = entry;
  const place = [office, terminal].filter((part) => part !== undefined).join('/');
  const facts = Object.entries(rest).map(([key, value]) => `${key}=${brief(value)}`);
  if (err !== undefined) facts.push(brief(field(err, 'message')));
  const stack = field(err, 'code') === undefined ? field(err, 'stack') : undefined;
  const parts = [timeOfDay(time), String(level).toUpperCase().padEnd(5), place, String(msg ?? ''), facts.join(' ')];
  const text = safeText(parts.filter((part) => part !== '').join('  ')).replaceAll('\n', '\\n');
  return `${text}\n${typeof stack === 'string' ? `${safeText(stack)}\n` : ''}`;
}

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}

function brief(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function timeOfDay(time: unknown): string {
  const date = new Date(String(time));
  return Number.isNaN(date.getTime()) ? '' : date.toTimeString().slice(0, 8);
}
