/** For machines: is the process alive, can it do its work, what are its numbers. */
import type { FastifyInstance } from 'fastify';
import { type Check, runChecks } from './health.ts';
import type { Metrics } from './metrics.ts';

/** What these routes tell. */
export interface ServiceSources {
  readonly metrics: Metrics;
  readonly checks: Readonly<Record<string, Check>>;
}

/** Adds `/healthz`, `/readyz` and `/metrics`. */
export function addServiceRoutes(app: FastifyInstance, { metrics, checks }: ServiceSources): void {
  app.get('/healthz', async (_request, reply) => reply.header('cache-control', 'no-store').send({ ok: true }));

  app.get('/readyz', async (_request, reply) => {
    const results = await runChecks(checks);
    const ok = Object.values(results).every((result) => result.ok);
    return reply
      .code(ok ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ ok, checks: results });
  });

  app.get('/metrics', async (_request, reply) => {
    const { text, contentType } = await metrics.render();
    return reply.header('cache-control', 'no-store').type(contentType).send(text);
  });
}
