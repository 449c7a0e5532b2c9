/** What a terminal's refusals mean, in words an operator can act on (docs/protocol.md, "Reply codes"). */
import { type ErrorContext, GerbangError } from '../errors.ts';
import type { Packet } from './packet.ts';
import { reply } from './wire.ts';

/** What was asked when the terminal refused; part of the error's context, not of its meaning. */
export type Asked =
  | 'connect'
  | 'sign-in'
  | 'option'
  | 'version'
  | 'counters'
  | 'read-clock'
  | 'set-clock'
  | 'prepare'
  | 'read'
  | 'free'
  | 'events'
  | 'exit';

/**
 * The error for a reply that is not a success.
 *
 * @param commKeyGiven whether a comm key was configured: it decides between "required" and "wrong"
 */
export function refusal(packet: Packet, asked: Asked, commKeyGiven: boolean): GerbangError {
  const context = { asked, replyCode: packet.code };
  switch (packet.code) {
    case reply.unauthorised:
      return commKeyGiven ? keyWrong(context) : keyRequired(context);
    case reply.locked:
      return new GerbangError(
        'ZK_COMM_KEY_LOCKED',
        'The terminal has locked sign-in after too many wrong comm keys. Correct the key, wait, or restart the terminal.',
        { context },
      );
    case reply.secureChallenge:
      return new GerbangError(
        'ZK_SECURE_FIRMWARE',
        'The terminal insists on encrypted communication. Turn that option off in its communication menu.',
        { context },
      );
    default:
      // Whatever a terminal answers to a sign-in but OK, it did not like the key.
      if (asked === 'sign-in') return keyWrong(context);
      return new GerbangError(
        'ZK_REFUSED',
        `The terminal refused a request (${asked}, reply code ${packet.code}). If it is set to access control, cloud or push mode, turn that off; otherwise try again later.`,
        { context },
      );
  }
}

function keyRequired(context: ErrorContext): GerbangError {
  return new GerbangError(
    'ZK_COMM_KEY_REQUIRED',
    'The terminal asks for a comm key. Set commKey for it, 0 included; the number is in its menu: Comm. > PC Connection > Comm Key.',
    { context },
  );
}

function keyWrong(context: ErrorContext): GerbangError {
  return new GerbangError(
    'ZK_COMM_KEY_WRONG',
    'The terminal does not accept the configured comm key. Compare it with the terminal menu: Comm. > PC Connection > Comm Key.',
    { context },
  );
}

/** A reply whose shape does not fit what was asked. The connection cannot be trusted any more. */
export function badReply(asked: Asked, reason: string, context: Record<string, number> = {}): GerbangError {
  return new GerbangError('ZK_BAD_REPLY', `The terminal answered in a way that makes no sense: ${reason}. Try again.`, {
    context: { asked, ...context },
  });
}

/**
 * The terminal took the connection and then said nothing or hung up, before the first reply: most firmware serves one
 * client at a time, and answers nobody while a person is in its menu (docs/protocol.md, "Manners").
 */
export function sessionHeldElsewhere(error: GerbangError): GerbangError {
  return new GerbangError(
    error.code,
    'The terminal took the connection but did not begin to talk. Another program may hold its only session, or somebody is in its menu. Stop the other program or try again later.',
    { context: { ...error.context, asked: 'connect' }, cause: error },
  );
}
