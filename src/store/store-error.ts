/** What went wrong at the database, in the words of `src/errors.ts`. */
import { GerbangError, isGerbangError, messageOf } from '../errors.ts';

/** Errors of the network below Postgres, and of the driver when a wait had an end. */
const awayCodes = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'ECONNABORTED',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
  // Another transaction was in the way; the same work succeeds when it is tried again.
  '40001',
  '40P01',
  '55P03',
  // The statement ran into its time limit.
  '57014',
  // A standby after a failover: the connection string points at the wrong server for a while.
  '25006',
  // No such database: the connection string names another one.
  '3D000',
  // The database takes no connections for now (`allow_connections false`), as while it is moved or restored.
  '55000',
]);

/** 08 connection, 53 out of resources, 57P shutdown and start-up, 58 system error, 28 not allowed in. */
const awayClasses = /^(08|53|57P|58|28)/;

/** What Node calls a certificate it does not accept. */
const certificateCodes = /CERT|_SIGNATURE|ERR_TLS|ERR_SSL/;

const awayMessages =
  /^(The server does not support SSL connections|Connection terminated|timeout exceeded when trying to connect|Query read timeout|Client has encountered a connection error|timeout expired)/;

/** Undefined table, column or function: the schema is not the one this version was written for. */
const schemaCodes = new Set(['42P01', '42703', '42883', '3F000']);

/**
 * Any error from the database as a {@link GerbangError}: STORE_UNAVAILABLE when the same work may succeed later
 * unchanged, STORE_SCHEMA_OUTDATED when the tables are not there, INTERNAL for the rest. A GerbangError stays itself.
 *
 * The server's message and DETAIL may quote a row, so neither becomes part of the text; `cause` keeps them.
 */
export function storeError(error: unknown): GerbangError {
  if (isGerbangError(error)) return error;
  const code = codeOf(error);
  const context = { sqlState: code };
  if (certificateCodes.test(code)) {
    return new GerbangError(
      'STORE_UNAVAILABLE',
      `The certificate of the Postgres server is not accepted (${code}). Name the authority that vouches for it in DATABASE_URL (sslrootcert=/path/ca.pem); Gerbang keeps trying.`,
      { context, cause: error },
    );
  }
  if (isAway(error, code)) {
    return new GerbangError(
      'STORE_UNAVAILABLE',
      `Postgres cannot be used right now (${code || messageOf(error)}). Check that it runs and that DATABASE_URL is right; Gerbang keeps trying.`,
      { context, cause: error },
    );
  }
  if (schemaCodes.has(code)) {
    return new GerbangError('STORE_SCHEMA_OUTDATED', 'A table is missing in the database. Run `gerbang migrate`.', {
      context,
      cause: error,
    });
  }
  return new GerbangError('INTERNAL', `Postgres refused a statement (SQLSTATE ${code || 'none'}).`, {
    context,
    cause: error,
  });
}

function isAway(error: unknown, code: string): boolean {
  return awayCodes.has(code) || awayClasses.test(code) || awayMessages.test(messageOf(error)) || isOutdatedPlan(error);
}

/**
 * A prepared statement of this connection works no more: another version has changed a table (the server names the place
 * in its code, its text depends on its language), or somebody has taken the statement away. A new connection prepares it
 * anew.
 */
export function isOutdatedPlan(error: unknown): boolean {
  const code = codeOf(error);
  if (code === '26000') return true;
  return code === '0A000' && error instanceof Error && 'routine' in error && error.routine === 'RevalidateCachedQuery';
}

/** The SQLSTATE or system error code of a thrown value, or an empty text. Looks through a GerbangError to its cause. */
export function codeOf(error: unknown): string {
  if (isGerbangError(error)) return codeOf(error.cause);
  // Several addresses of one name failing together come as one error without a message.
  if (error instanceof AggregateError) return codeOf(error.errors[0]);
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : '';
}
