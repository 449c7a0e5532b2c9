/**
 * One route of `/api/v1` as a value: what it needs, what it takes, what it answers, with examples. The same zod schemas
 * check requests, cut answers to what is promised, and become the OpenAPI description. How to add one: README.md here.
 */
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { z } from 'zod';
import type { Permission, Reader } from '../../accounts/permissions.ts';
import type { ApiProblem } from '../api-problem.ts';

/** What a handler is given. Everything in it was checked. */
export interface ApiCall<Params, Query, Body> {
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  /** Who asks. Office limits (`reader.officeCode`) are the handler's: see `access/offices.ts`. */
  readonly reader: Reader;
  /** For the audit log, uploads and headers. */
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
}

/** A request as it may be sent, and the answer to it. A test sends it and reads it. */
export interface ApiExample<Params, Query, Body, Answer> {
  readonly name?: string;
  readonly params?: Params;
  readonly query?: Query;
  readonly body?: Body;
  readonly answer: Answer;
}

const refusalOf = Symbol('refusal');
/** Instead of an answer: a problem. Made by {@link refuse}. */
export interface Refusal {
  readonly [refusalOf]: ApiProblem;
}

/** Refuses a request; the reader is told the problem (RFC 9457). */
export function refuse(problem: ApiProblem): Refusal {
  return { [refusalOf]: problem };
}

/** The problem in what a handler returned, or null for an answer. */
export function problemIn(result: unknown): ApiProblem | null {
  return isRefusal(result) ? result[refusalOf] : null;
}

function isRefusal(result: unknown): result is Refusal {
  return typeof result === 'object' && result !== null && refusalOf in result;
}

/** Returned by a handler that has sent the reply itself: a file, a stream. */
export const sent = Symbol('sent');

type NonEmpty<Item> = readonly [Item, ...Item[]];

export interface ApiRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType> {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind `/api/v1`: `/machines/:serial`. */
  readonly path: string;
  readonly needs: Permission | 'signed-in';
  /** For readers of all offices; whoever is limited to one is answered 404. */
  readonly allOffices?: true;
  /** One line; what it does, for whom. */
  readonly summary: string;
  /** Promises and limits, in Markdown. */
  readonly description?: string;
  /** The area, as a heading of the description. */
  readonly tag: string;
  readonly params?: P;
  /** Use `z.strictObject`: a misspelled parameter must not silently mean its default. Left out: no parameter is taken. */
  readonly query?: Q;
  readonly body?: B;
  /** Media type of the body where it is not JSON. */
  readonly consumes?: string;
  readonly answer: A;
  /** Media type of the answer where it is not JSON; the handler sends it and returns {@link sent}. */
  readonly produces?: string;
  /** Of an answer that is not a problem. Default 200; with 204 the answer is `z.undefined()`. */
  readonly status?: 200 | 201 | 202 | 204;
  /** `etag` (default of GET): `ETag`, `If-None-Match` and 304. `nothing`: no cache keeps it. */
  readonly keep?: 'etag' | 'nothing';
  /** Requests of one reader in a minute, where it is fewer than of other routes. */
  readonly mostPerMinute?: number;
  /** Said after the fields that were not understood: what the query should have been. */
  readonly hint?: string;
  readonly examples: NonEmpty<ApiExample<z.input<P>, z.input<Q>, z.input<B>, z.output<A>>>;
  handle(
    call: ApiCall<z.output<P>, z.output<Q>, z.output<B>>,
  ): Promise<z.output<A> | Refusal | typeof sent> | z.output<A> | Refusal;
}

/** A route whose schemas are somebody else's business. */
export type AnyApiRoute = ApiRoute<z.ZodType, z.ZodType, z.ZodType, z.ZodType>;

/** Checks a route against its own schemas; types of the handler come from them. */
export function apiRoute<P extends z.ZodType, Q extends z.ZodType, B extends z.ZodType, A extends z.ZodType>(
  route: ApiRoute<P, Q, B, A>,
): AnyApiRoute {
  return route;
}
