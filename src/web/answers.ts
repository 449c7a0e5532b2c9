/** People first: storing is told who is being answered (docs/decisions/0020-people-first.md). */
import type { FastifyInstance } from 'fastify';
import { beginAnswer } from '../store/own-round.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** A stream: its answer never ends, and nobody waits for it. */
    staysOpen?: boolean;
  }
}

/** Tells of every request from before anything is done for it, until its answer is given or nobody listens any more. */
export function tellOfAnswers(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.config.staysOpen !== true) reply.raw.once('close', beginAnswer());
    done();
  });
}
