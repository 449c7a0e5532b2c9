/** What the errors of TCP sockets mean to an operator. */
import { GerbangError } from '../../errors.ts';

/** Waiting for a connection took longer than allowed; looks like the error of the system that says the same. */
export class ConnectTimeout extends Error {
  readonly code = 'ETIMEDOUT';
}

function errnoOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : 'UNKNOWN';
}

/**
 * No connection came about.
 *
 * @param cause what the socket said; its `code` decides between NET_REFUSED, NET_CONNECT_TIMEOUT and NET_UNREACHABLE
 * @param timeoutMs how long was waited
 */
export function connectError(cause: unknown, host: string, port: number, timeoutMs: number): GerbangError {
  const errno = errnoOf(cause);
  const options = { context: { host, port, errno }, cause };
  if (errno === 'ECONNREFUSED' || errno === 'ECONNRESET') {
    return new GerbangError(
      'NET_REFUSED',
      'The terminal refused the connection. Check the port; if it is right, another program may hold its only session.',
      options,
    );
  }
  if (errno === 'ETIMEDOUT') {
    return new GerbangError(
      'NET_CONNECT_TIMEOUT',
      `The terminal did not accept a connection within ${timeoutMs} ms. Check that it is switched on and on the network.`,
      options,
    );
  }
  return new GerbangError(
    'NET_UNREACHABLE',
    `There is no way to the terminal (${errno}). Check its address, the cable and the routes to this office.`,
    options,
  );
}

/**
 * The connection ended.
 *
 * @param cause what the socket said, if anything
 */
export function closedError(cause: unknown): GerbangError {
  return new GerbangError(
    'NET_CLOSED',
    'The terminal closed the connection. If this repeats, another program may hold its only session.',
    cause === undefined ? {} : { context: { errno: errnoOf(cause) }, cause },
  );
}
