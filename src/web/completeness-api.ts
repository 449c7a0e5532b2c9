/**
 * `GET /api/v1/completeness`: how complete each day of each office is. Whoever takes a count from here or elsewhere asks
 * this too; the ETag changes with anything that would be said differently.
 */
import { createHash } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { dayRange } from '../clock/zone.ts';
import { isStoreAway } from '../errors.ts';
import { readFleet } from '../store/board.ts';
import { type CompletenessRow, readCompleteness } from '../store/completeness.ts';
import type { Database } from '../store/database.ts';
import { reasonText, stateTexts } from '../words/completeness.ts';
import { createAccess, type ReaderToken } from './api-access.ts';
import { type ApiProblem, sendProblem } from './api-problem.ts';
import { sayIn } from './instant-words.ts';

/** What the route needs. */
export interface CompletenessApiOptions {
  readonly database: Database;
  /** Who may read; empty for programs of this machine only. */
  readonly tokens: readonly ReaderToken[];
}

/** Days of offices in one answer. */
const maxRows = 5_000;
/** Days asked for at once. */
const maxDays = 366;
const dayMs = 86_400_000;

const day = z.string().refine(isDay);
/** Everything is checked: a misspelled parameter must not silently mean its default. */
const completenessQuery = z
  .strictObject({
    from: day,
    to: day,
    office: z
      .string()
      .max(4_000)
      .transform((text) => text.split(','))
      .pipe(z.array(z.string().min(1).max(40)).max(100))
      .optional(),
  })
  .refine(({ from, to }) => from <= to && Date.parse(to) - Date.parse(from) < maxDays * dayMs);

/** Adds the route. */
export function addCompletenessApi(app: FastifyInstance, options: CompletenessApiOptions): void {
  const access = createAccess(options.tokens);
  app.get('/api/v1/completeness', { config: { needs: 'itself' } }, async (request, reply) => {
    const refusal = access(request);
    if (refusal !== null) return sendProblem(reply, refusal);
    const query = completenessQuery.safeParse(request.query);
    if (!query.success) return sendProblem(reply, badQuery);
    try {
      return await answer(request, reply, query.data, options.database);
    } catch (error) {
      if (isStoreAway(error)) return sendProblem(reply, storeAway);
      throw error;
    }
  });
}

async function answer(
  request: FastifyRequest,
  reply: FastifyReply,
  { from, to, office }: z.output<typeof completenessQuery>,
  { db }: Database,
): Promise<FastifyReply> {
  const { offices } = await readFleet(db);
  const zones = new Map(offices.map(({ code, timeZone }) => [code, timeZone]));
  const unknown = office?.find((code) => !zones.has(code));
  if (unknown !== undefined) return sendProblem(reply, noSuchOffice);
  const query = { fromDay: from, toDay: to, limit: maxRows + 1 };
  const rows = await readCompleteness(db, office === undefined ? query : { ...query, officeCodes: office });
  if (rows.length > maxRows) return sendProblem(reply, tooMuch);
  const body = JSON.stringify({ from, to, days: rows.map((row) => toldDay(row, zones.get(row.officeCode) ?? 'UTC')) });
  const etag = `"${createHash('sha256').update(body).digest('base64url').slice(0, 27)}"`;
  // A count must not be shown with the completeness of an hour ago: caches ask every time.
  reply.header('etag', etag).header('cache-control', 'private, no-cache');
  if (matches(request.headers['if-none-match'], etag)) return reply.code(304).send();
  return reply.type('application/json; charset=utf-8').send(body);
}

/** A day as it is told, in numbers and in words. */
function toldDay(row: CompletenessRow, timeZone: string) {
  const say = sayIn(timeZone);
  return {
    office: row.officeCode,
    day: row.day,
    state: row.state,
    words: { id: stateTexts[row.state].id, en: stateTexts[row.state].en },
    reasons: row.reasons.map((reason) => ({
      ...reason,
      words: { id: reasonText(reason, say, 'id'), en: reasonText(reason, say, 'en') },
    })),
    records: row.records,
    notFinal: row.notFinal,
    afterClose: row.afterClose,
    terminals: row.terminals,
    terminalsRead: row.terminalsRead,
    gaps: row.gaps,
    revision: row.revision,
    computedAt: new Date(row.computedAtMs).toISOString(),
  };
}

/** `If-None-Match`: a list of tags, weak ones among them, or everything (RFC 9110, section 13.1.2). */
function matches(header: string | undefined, etag: string): boolean {
  return (header ?? '').split(',').some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === etag);
}

function isDay(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  try {
    dayRange('UTC', text);
    return true;
  } catch {
    return false;
  }
}

const badQuery: ApiProblem = {
  status: 400,
  type: 'bad-query',
  title: 'The query is not understood',
  detail: `Give from and to as YYYY-MM-DD, at most ${maxDays} days, and office as codes separated by commas, or not at all.`,
};

const noSuchOffice: ApiProblem = {
  status: 404,
  type: 'no-such-office',
  title: 'There is no such office',
  detail: 'Ask for offices by the codes they have in the configuration; all of them are told without the parameter.',
};

const tooMuch: ApiProblem = {
  status: 400,
  type: 'too-much',
  title: 'Too much at once',
  detail: `More than ${maxRows} days of offices would be told. Ask for fewer days, or for fewer offices.`,
};

const storeAway: ApiProblem = {
  status: 503,
  type: 'store-away',
  title: 'The database cannot be used',
  detail: 'Nothing is lost. Ask again in a few seconds.',
  retryAfterSeconds: 5,
};
