/** Errors of the API: RFC 9457, `application/problem+json`. `type` is what programs compare; the rest is for people. */
import type { FastifyReply } from 'fastify';

/** A problem. Members beside the standard ones are facts for programs. */
export interface ApiProblem {
  readonly status: number;
  /** Last part of `urn:gerbang:problem:…`, a promise to consumers (docs/integration.md). */
  readonly type: string;
  readonly title: string;
  /** What happened here, and what to do next. */
  readonly detail: string;
  readonly facts?: Readonly<Record<string, unknown>>;
  /** Seconds after which to ask again. */
  readonly retryAfterSeconds?: number;
}

/**
 * What is not there, or not for whoever asks: both are answered alike.
 *
 * @param thing in a word, as it stands in the type: `no-such-THING`
 */
export function noSuch(thing: string, detail: string): ApiProblem {
  return { status: 404, type: `no-such-${thing}`, title: `There is no such ${thing}`, detail };
}

/** Answers with a problem. */
export function sendProblem(reply: FastifyReply, problem: ApiProblem): FastifyReply {
  const { status, type, title, detail, facts, retryAfterSeconds } = problem;
  if (retryAfterSeconds !== undefined) reply.header('retry-after', String(retryAfterSeconds));
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="gerbang"');
  return reply
    .code(status)
    .header('cache-control', 'no-store')
    .type('application/problem+json; charset=utf-8')
    .send(JSON.stringify({ type: `urn:gerbang:problem:${type}`, title, status, detail, ...facts }));
}

/** The form of a problem, as JSON Schema. */
export const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'detail'],
  properties: {
    type: { type: 'string', description: '`urn:gerbang:problem:…`: what programs compare.' },
    title: { type: 'string' },
    status: { type: 'integer' },
    detail: { type: 'string', description: 'What happened, and what to do next.' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        properties: { field: { type: 'string' }, message: { type: 'string' } },
      },
    },
  },
  additionalProperties: true,
};
