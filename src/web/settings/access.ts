/** Who works on settings that reach beyond one office, and as whom it is noted. */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Actor } from '../../accounts/manage.ts';
import { signInWords } from '../../words/accounts.ts';
import { sendMessage, type WebContext } from '../context.ts';

/** The line of the audit log this reader's actions get. */
export function actorOf({ reader, id }: FastifyRequest): Actor {
  if (reader === null) throw new Error('an action without a reader');
  return { actorKind: reader.kind, actor: reader.actor, requestId: id };
}

/** Where a one-time link leads. */
export function linkOf({ protocol, host }: FastifyRequest, secret: string): string {
  return `${protocol}://${host}/masuk/tautan?kode=${secret}`;
}

/** True for somebody who sees all offices: accounts and tokens are nobody else's. */
export function isForAll({ reader }: FastifyRequest): boolean {
  return reader !== null && reader.officeCode === null;
}

export function refuseLimited(request: FastifyRequest, reply: FastifyReply, context: WebContext): FastifyReply {
  return sendMessage(request, reply, context, {
    status: 403,
    title: signInWords.forbidden,
    text: signInWords.forbiddenText,
  });
}
