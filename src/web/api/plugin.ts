/** `/api/v1`: all its routes behind one checking, one form of errors and one description. */
import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { serializerCompiler, validatorCompiler } from 'fastify-type-provider-zod';
import { z } from 'zod';
import type { Log } from '../../log.ts';
import { forAllOffices, signInNeeded } from '../access/problems.ts';
import { sendProblem } from '../api-problem.ts';
import { etagOf, matchesEtag } from './etag.ts';
import { answerApiError, noSuchRoute } from './failures.ts';
import { addOpenapi, describe, openapiDocument } from './openapi.ts';
import { type AnyApiRoute, problemIn, sent } from './route.ts';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Said when a request of this route is not understood. */
    hint?: string | undefined;
  }
}

export const apiPrefix = '/api/v1';
/** Of one reader; a first load of a year is some hundred pages. */
const mostPerMinute = 1_200;
const nothing = z.strictObject({});

/** Adds the API. Permissions are checked by `access/guard-routes.ts`, which must be there before. */
export async function addApi(app: FastifyInstance, log: Log, routes: readonly AnyApiRoute[]): Promise<void> {
  await app.register(
    async (api) => {
      api.setValidatorCompiler(validatorCompiler);
      api.setSerializerCompiler(serializerCompiler);
      api.setErrorHandler<FastifyError>((error, request, reply) => answerApiError(error, request, reply, log));
      api.setNotFoundHandler((_request, reply) => sendProblem(reply, noSuchRoute));
      // Forms are for pages; text is for nobody.
      api.removeContentTypeParser(['text/plain', 'application/x-www-form-urlencoded']);
      await addOpenapi(api, apiPrefix);
      for (const route of routes) addRoute(api, route);
      let document: unknown = null;
      api.get('/openapi.json', { config: { needs: 'signed-in' }, schema: { hide: true } }, async (_request, reply) => {
        document ??= openapiDocument(api, routes, apiPrefix);
        return reply.header('cache-control', 'private, no-cache').send(document);
      });
    },
    { prefix: apiPrefix },
  );
}

function addRoute(api: FastifyInstance, route: AnyApiRoute): void {
  const { method, path, needs, params, body, query = nothing, answer, status = 200, hint } = route;
  api.route({
    method,
    url: path,
    config: {
      needs,
      hint,
      rateLimit: { max: route.mostPerMinute ?? mostPerMinute, timeWindow: 60_000, keyGenerator: readerKey },
    },
    schema: {
      ...describe(route),
      querystring: query,
      response: { [status]: answer },
      ...(params === undefined ? {} : { params }),
      ...(body === undefined ? {} : { body }),
    },
    handler: (request, reply) => respond(route, request, reply),
  });
}

async function respond(route: AnyApiRoute, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const { reader, params, query, body } = request;
  if (reader === null) return sendProblem(reply, signInNeeded);
  if (route.allOffices && reader.officeCode !== null) return sendProblem(reply, forAllOffices);
  const result = await route.handle({ params, query, body, reader, request, reply });
  if (result === sent) return reply;
  const problem = problemIn(result);
  if (problem !== null) return sendProblem(reply, problem);
  const { status = 200, keep = route.method === 'GET' ? 'etag' : 'nothing' } = route;
  reply.code(status);
  if (status === 204) return reply.header('cache-control', 'no-store').send();
  const text = String(reply.serialize(result));
  if (keep === 'nothing') return sendJson(reply.header('cache-control', 'no-store'), text);
  const etag = etagOf(text);
  // A count must not be shown with the completeness of an hour ago: caches ask every time.
  reply.header('etag', etag).header('cache-control', 'private, no-cache').header('vary', 'authorization, cookie');
  if (matchesEtag(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return sendJson(reply, text);
}

function sendJson(reply: FastifyReply, text: string): FastifyReply {
  return reply.type('application/json; charset=utf-8').send(text);
}

/** Each reader has its own measure, wherever it asks from. */
function readerKey({ reader, ip }: FastifyRequest): string {
  return reader === null ? `ip ${ip}` : `${reader.kind} ${reader.actor}`;
}
