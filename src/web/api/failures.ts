/** What goes wrong before, around and after a handler, as problems. Names of fields are told, never what stood in them. */
import type { FastifyError, FastifyReply, FastifyRequest } from 'fastify';
import { hasZodFastifySchemaValidationErrors } from 'fastify-type-provider-zod';
import { isStoreAway } from '../../errors.ts';
import type { Log } from '../../log.ts';
import { formTokenNeeded, storeAway } from '../access/problems.ts';
import { type ApiProblem, sendProblem } from '../api-problem.ts';
import { type Refusal, refuse } from './route.ts';

/** Answers an error. */
export function answerApiError(error: FastifyError, request: FastifyRequest, reply: FastifyReply, log: Log) {
  if (isStoreAway(error)) return sendProblem(reply, storeAway);
  if (hasZodFastifySchemaValidationErrors(error)) return sendProblem(reply, notUnderstood(error, request));
  const known = problems[error.statusCode ?? 500];
  if (known !== undefined) return sendProblem(reply, known);
  log.error({ err: error, reqId: request.id, route: request.routeOptions.url }, 'an API request failed');
  return sendProblem(reply, internal(request.id));
}

interface ValidationError {
  readonly validation: readonly {
    readonly keyword?: string;
    readonly instancePath: string;
    readonly message?: string;
  }[];
  readonly validationContext?: string;
}

function notUnderstood({ validation, validationContext }: ValidationError, request: FastifyRequest): ApiProblem {
  const place = validationContext === 'querystring' ? 'query' : (validationContext ?? 'request');
  const errors = validation.slice(0, 20).map(({ keyword, instancePath, message }) => ({
    field: keyword === 'unrecognized_keys' ? 'an unknown field' : fieldName(instancePath),
    // What zod says of unknown keys repeats them, and they came from outside.
    message: keyword === 'unrecognized_keys' ? 'is not known here' : (message ?? 'is not as it should be'),
  }));
  const hint = request.routeOptions.config.hint ?? 'See /api/v1/openapi.json.';
  const [first] = errors;
  const isBody = place === 'body';
  return {
    status: isBody ? 422 : 400,
    type: isBody ? 'bad-body' : 'bad-query',
    title: isBody ? 'The body is not understood' : 'The query is not understood',
    detail: `Check ${first?.field ?? place}. ${hint}`,
    facts: { in: place, errors },
  };
}

/** What a person typed wrongly, by field. */
export function badFields(errors: Readonly<Record<string, string>>): Refusal | null {
  const fields = Object.entries(errors).map(([field, message]) => ({ field, message }));
  const [first] = fields;
  if (first === undefined) return null;
  const detail = `${first.field}: ${first.message}`;
  return refuse({
    status: 422,
    type: 'bad-body',
    title: 'The body is not understood',
    detail,
    facts: { in: 'body', errors: fields },
  });
}

/** `/items/0/name` → `items.0.name`. Keys that do not look like names of ours are not repeated. */
function fieldName(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  if (parts.length === 0) return 'the whole';
  return parts.map((part) => (/^(?:[A-Za-z_][A-Za-z_]{0,39}|\d{1,4})$/.test(part) ? part : '…')).join('.');
}

/** Says where the log tells more. */
export function internal(requestId: string): ApiProblem {
  const detail = `Look for ${requestId} in the log of the gateway. Nothing was changed halfway.`;
  return { status: 500, type: 'internal', title: 'Gerbang could not answer', detail };
}

export const noSuchRoute: ApiProblem = {
  status: 404,
  type: 'no-such-route',
  title: 'There is nothing here',
  detail: 'What there is stands in /api/v1/openapi.json.',
};

/** By status, for what Fastify and its plugins refuse. */
const problems: Readonly<Record<number, ApiProblem>> = {
  400: { status: 400, type: 'bad-body', title: 'The request is not understood', detail: 'Send well-formed JSON.' },
  403: formTokenNeeded,
  413: { status: 413, type: 'too-large', title: 'Too large', detail: 'Send less at once.' },
  415: { status: 415, type: 'unsupported-type', title: 'Not this kind of content', detail: 'Send application/json.' },
  429: {
    status: 429,
    type: 'too-many-requests',
    title: 'Too many requests',
    detail: 'Ask again after "retry-after" seconds.',
  },
};
