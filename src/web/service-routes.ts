/** For machines: is the process alive, can it do its work, what are its numbers. */
import type { FastifyInstance } from 'fastify';
import { may } from '../accounts/permissions.ts';
import { forbidden } from './access/problems.ts';
import { isOwnMachine } from './api-access.ts';
import { sendProblem } from './api-problem.ts';
import { type Check, runChecks } from './health.ts';
import type { Metrics } from './metrics.ts';

/** What these routes tell. */
export interface ServiceSources {
  readonly metrics: Metrics;
  readonly checks: Readonly<Record<string, Check>>;
}

/** Adds `/healthz`, `/readyz` and `/metrics`. */
export function addServiceRoutes(app: FastifyInstance, { metrics, checks }: ServiceSources): void {
  app.get('/healthz', { config: { needs: 'anyone' } }, async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ ok: true }),
  );

  app.get('/readyz', { config: { needs: 'anyone' } }, async (_request, reply) => {
    const results = await runChecks(checks);
    const ok = Object.values(results).every((result) => result.ok);
    return reply
      .code(ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ok, checks: results });
  });

  // Prometheus on this machine, or with a token: office codes and counts are nobody else's business.
  app.get('/metrics', { config: { needs: 'itself' } }, async (request, reply) => {
    if (!isOwnMachine(request) && !may(request.reader, 'metrics.view'))
      return sendProblem(reply, forbidden('metrics.view'));
    const { text, contentType } = await metrics.render();
    return reply.header('cache-control', 'no-store').type(contentType).send(text);
  });
}
