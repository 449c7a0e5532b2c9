/** `/api/v1/openapi.json`: the description made from the routes themselves, so that it cannot say anything else. */
import swagger from '@fastify/swagger';
import type { FastifyInstance } from 'fastify';
import { jsonSchemaTransform } from 'fastify-type-provider-zod';
import { problemSchema } from '../api-problem.ts';
import type { AnyApiRoute } from './route.ts';

/** Version of the promise (docs/api.md, "What stays"), not of the program. */
export const apiVersion = '1.3.0';

/** Adds the generator. To be called before the routes are added. */
export async function addOpenapi(api: FastifyInstance, prefix: string): Promise<void> {
  await api.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Gerbang',
        version: apiVersion,
        description:
          'Attendance terminals of a government: what they recorded, how complete it is, and what is to be done. ' +
          'Errors are `application/problem+json` (RFC 9457); compare `type`. Fields may be added: ignore what you do not know.',
      },
      servers: [{ url: prefix }],
      components: {
        securitySchemes: {
          token: { type: 'http', scheme: 'bearer', description: 'A token from Pengaturan → Token.' },
          session: { type: 'apiKey', in: 'cookie', name: 'gerbang', description: 'A person who is signed in.' },
        },
      },
      security: [{ token: [] }, { session: [] }],
    },
    transform: jsonSchemaTransform,
  });
}

/** What the generator is told of a route. */
export function describe(route: AnyApiRoute): Record<string, unknown> {
  const { method, path, summary, description, tag, needs, allOffices, consumes, produces } = route;
  const said = description === undefined ? '' : `${description}\n\n`;
  return {
    operationId: `${method.toLowerCase()}${path.replace(/[^A-Za-z0-9]+(\w?)/g, (_all, letter: string) => letter.toUpperCase())}`,
    summary,
    description: `${said}Needs ${needs === 'signed-in' ? 'any account or token' : `\`${needs}\``}${allOffices ? ', for all offices' : ''}.`,
    tags: [tag],
    ...(consumes === undefined ? {} : { consumes: [consumes] }),
    ...(produces === undefined ? {} : { produces: [produces] }),
  };
}

interface Parameter {
  readonly name: string;
  readonly in: string;
}
type Operation = Record<string, unknown> & { parameters?: (Parameter & Record<string, unknown>)[] };

/** The whole description, with the examples of every route and the form of its problems. */
export function openapiDocument(api: FastifyInstance, routes: readonly AnyApiRoute[], prefix: string): unknown {
  const document: { paths?: Record<string, Record<string, Operation>>; components?: Record<string, unknown> } =
    JSON.parse(JSON.stringify(api.swagger()));
  const paths: Record<string, Record<string, Operation>> = {};
  for (const [path, operations] of Object.entries(document.paths ?? {})) {
    const own = path.startsWith(prefix) ? path.slice(prefix.length) : path;
    paths[own] = operations;
    for (const [method, operation] of Object.entries(operations)) {
      const route = routes.find((one) => templateOf(one.path) === own && one.method.toLowerCase() === method);
      if (route !== undefined) addExamples(operation, route);
    }
  }
  const schemas = { Problem: problemSchema };
  return { ...document, paths, components: { ...document.components, schemas } };
}

/** `/machines/:serial` → `/machines/{serial}` */
function templateOf(path: string): string {
  return path.replace(/:(\w+)/g, '{$1}');
}

function addExamples(operation: Operation, route: AnyApiRoute): void {
  const [first] = route.examples;
  const given: Record<string, unknown> = { ...record(first.params), ...record(first.query) };
  for (const parameter of operation.parameters ?? []) {
    if (given[parameter.name] !== undefined) parameter.example = given[parameter.name];
  }
  const named = (pick: (example: AnyApiRoute['examples'][number]) => unknown): Record<string, unknown> =>
    Object.fromEntries(
      route.examples.map((example, at) => [example.name ?? `example${at + 1}`, { value: pick(example) }]),
    );
  for (const content of contentsOf(operation.requestBody)) content.examples = named(({ body }) => body);
  const responses = record(operation.responses);
  const answer = responses[String(route.status ?? 200)];
  if (route.produces === undefined)
    for (const content of contentsOf(answer)) content.examples = named((one) => one.answer);
  responses.default = {
    description: 'A problem.',
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
  operation.responses = responses;
}

function contentsOf(part: unknown): Record<string, unknown>[] {
  return Object.values(record(record(part).content)).map(record);
}

function record(value: unknown): Record<string, unknown> {
  return isRecord(value) ? value : {};
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
