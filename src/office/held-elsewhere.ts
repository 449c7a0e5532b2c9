/** Recognising a foreign client: most terminals serve one program at a time (docs/protocol.md, "Manners"). */
import { GerbangError, isGerbangError } from '../errors.ts';

/**
 * Names the foreign client where the evidence allows it: the connection was taken, CONNECT got no answer or a refusal, and
 * the same terminal has answered this gateway before.
 *
 * @param error what opening a session threw
 * @param answeredBefore the terminal has answered since this process began
 * @returns the error to report: the same code, so that the pace does not change
 */
export function namingForeignClient(error: unknown, answeredBefore: boolean): unknown {
  if (!answeredBefore || !isGerbangError(error)) return error;
  const { asked, errno } = error.context;
  const isUnanswered = isGerbangError(error, 'NET_CLOSED', 'ZK_NO_REPLY', 'ZK_REFUSED') && asked === 'connect';
  // Some units reset a second client so early that it looks like a refusal; a port that is closed refuses without a reset.
  const isReset = isGerbangError(error, 'NET_REFUSED', 'NET_CLOSED') && errno === 'ECONNRESET';
  if (!isUnanswered && !isReset) return error;
  const text =
    'The terminal takes the connection but no session, and it answered before: another program holds its only session ' +
    '(the vendor software, a second gateway, a laptop on site), or somebody is in its menu. Close that program; ' +
    'nothing is lost meanwhile, and Gerbang comes back by itself.';
  return new GerbangError(error.code, text, { context: { ...error.context, heldElsewhere: true }, cause: error });
}
