/**
 * Every failure Gerbang can name. One class, string codes in families, predicates beside the codes.
 *
 * The text of an error tells an operator what to do next; `context` carries the technical facts as fields.
 * Neither may ever hold a password, comm key, PIN, NIP or template. `docs/operations.md` documents each code and
 * `test/error-codes.test.ts` holds the two together.
 */

/** Codes by family. The family prefix says which part of the path failed. */
export const errorCodes = [
  // The configuration or the command line.
  'CONFIG_UNREADABLE',
  'CONFIG_INVALID',
  'USAGE_INVALID',
  // The network below the protocol.
  'NET_REFUSED',
  'NET_UNREACHABLE',
  'NET_CONNECT_TIMEOUT',
  'NET_CLOSED',
  'ADDRESS_NOT_ALLOWED',
  // The bytes of the terminal protocol.
  'ZK_NO_REPLY',
  'ZK_BAD_MAGIC',
  'ZK_FRAME_TOO_LONG',
  'ZK_BAD_CHECKSUM',
  'ZK_BAD_REPLY',
  'ZK_OTHER_PROTOCOL',
  'ZK_SECURE_FIRMWARE',
  // What the terminal answered.
  'ZK_COMM_KEY_REQUIRED',
  'ZK_COMM_KEY_WRONG',
  'ZK_COMM_KEY_LOCKED',
  'ZK_REFUSED',
  'ZK_UNSUPPORTED',
  // A read that is not whole, or cannot be proven whole.
  'READ_INCOMPLETE',
  'READ_CONTRADICTS_COUNTER',
  'READ_LAYOUT_UNPROVEN',
  'READ_TOO_LARGE',
  'READ_TOO_SLOW',
  'READ_LOG_SHRANK',
  // Identity of the machine.
  'TERMINAL_SERIAL_MISMATCH',
  'TERMINAL_SERIAL_INVALID',
  'TERMINAL_SERIAL_DUPLICATE',
  'TERMINAL_SIMULATED',
  'TERMINAL_MOVED',
  'TERMINAL_LOG_UNSTABLE',
  'TERMINAL_LEASED_ELSEWHERE',
  // Clocks that only a person can put right; the terminal is read all the same.
  'TERMINAL_CLOCK_BATTERY',
  'TERMINAL_CLOCK_CRYSTAL',
  'TERMINAL_CLOCK_UNSETTABLE',
  // Between poller and database.
  'BATCH_MALFORMED',
  'BATCH_AHEAD',
  'BATCH_NEWER',
  'BATCH_CONTRADICTS_STORED',
  'BATCH_FENCED',
  'QUEUE_UNAVAILABLE',
  'QUEUE_FULL',
  'STORE_UNAVAILABLE',
  'STORE_SCHEMA_OUTDATED',
  'PERIOD_NOT_OVER',
  // Backups.
  'BACKUP_FILE',
  'BACKUP_DAMAGED',
  'RESTORE_REFUSED',
  // What was asked for.
  'PUNCH_UNKNOWN',
  // What a person told a terminal to do.
  'COMMAND_EXPIRED',
  // The embedded database and the process itself.
  'POSTGRES_BINARIES_MISSING',
  'POSTGRES_UNREACHABLE_FOLDER',
  'POSTGRES_START_FAILED',
  'PORT_TAKEN',
  // Who is behind which PIN.
  'PERSON_NIP_TAKEN',
  'PIN_ALREADY_TAKEN',
  'PIN_OUTLASTS_SERVICE',
  'MQTT_UNAVAILABLE',
  'GATEWAY_NOT_RUNNING',
  'GATEWAY_NOT_ALONE',
  'SHUTDOWN',
  'INTERNAL',
] as const;

/** One of {@link errorCodes}. */
export type ErrorCode = (typeof errorCodes)[number];

/** Facts that travel with an error: numbers, addresses, codes. Never secrets or personal data. */
export type ErrorContext = Readonly<Record<string, string | number | boolean | null | undefined>>;

/** The one error class. Compare `code`, never the message text. */
export class GerbangError extends Error {
  override readonly name = 'GerbangError';
  readonly code: ErrorCode;
  readonly context: ErrorContext;

  /**
   * @param code one of {@link errorCodes}
   * @param message a sentence for an operator: what happened and what to do next
   * @param options `context` for the facts as fields, `cause` for what was caught
   */
  constructor(code: ErrorCode, message: string, options: { context?: ErrorContext; cause?: unknown } = {}) {
    // The code is repeated in the text so that it survives a mangled stack or a log that keeps only the message.
    super(`${message} [${code}]`, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    this.context = options.context ?? {};
  }
}

/** True for a {@link GerbangError}, and narrows its code when one or more are given. */
export function isGerbangError(error: unknown, ...codes: readonly ErrorCode[]): error is GerbangError {
  return error instanceof GerbangError && (codes.length === 0 || codes.includes(error.code));
}

/** The connection to the terminal is gone or cannot be trusted: destroy it, back off, reconnect. */
export function isConnectionLost(error: unknown): boolean {
  return (
    isGerbangError(error) &&
    (error.code.startsWith('NET_') || error.code.startsWith('ZK_BAD_') || error.code === 'ZK_NO_REPLY')
  );
}

/** A person has to act before another try can succeed (wrong key, wrong machine, secure firmware). */
export function needsPerson(error: unknown): boolean {
  return isGerbangError(
    error,
    'ZK_COMM_KEY_REQUIRED',
    'ZK_COMM_KEY_WRONG',
    'ZK_COMM_KEY_LOCKED',
    'ZK_SECURE_FIRMWARE',
    'ZK_OTHER_PROTOCOL',
    'TERMINAL_SERIAL_MISMATCH',
    'TERMINAL_SERIAL_INVALID',
    'TERMINAL_SERIAL_DUPLICATE',
    'TERMINAL_SIMULATED',
    'ADDRESS_NOT_ALLOWED',
    'TERMINAL_LOG_UNSTABLE',
  );
}

/** The terminal is read as ever, and its clock needs a person: Gerbang has stopped setting it. */
export function isClockUnfit(code: string | null): boolean {
  return code?.startsWith('TERMINAL_CLOCK_') ?? false;
}

/** The database or the queue cannot be reached now; the same work may succeed later unchanged. */
export function isStoreAway(error: unknown): boolean {
  return isGerbangError(error, 'STORE_UNAVAILABLE', 'QUEUE_UNAVAILABLE', 'QUEUE_FULL');
}

/** A batch that will never apply, however often it is retried: set it aside and read the terminal again. */
export function isHopelessBatch(error: unknown): boolean {
  return isGerbangError(error, 'BATCH_MALFORMED', 'BATCH_CONTRADICTS_STORED', 'BATCH_FENCED');
}

/** What an unknown thrown value says, as one line of text. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
