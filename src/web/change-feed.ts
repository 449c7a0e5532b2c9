/**
 * `GET /api/v1/changes`: everything that consumers are told, as pages behind a cursor they keep themselves. What it
 * promises stands in docs/integration.md.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { z } from 'zod';
import { isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import { cursorOf, placeOf } from '../store/change-cursor.ts';
import { type ChangeBounds, type ChangePage, readChangeBounds, readChanges } from '../store/changes.ts';
import type { Database } from '../store/database.ts';
import { sequenceOutbox } from '../store/outbox.ts';
import { toldRow } from '../store/told-row.ts';
import { createAccess, type ReaderToken } from './api-access.ts';
import { type ApiProblem, sendProblem } from './api-problem.ts';
import { type ChangeTail, startChangeTail } from './change-tail.ts';

/** What the feed is started with. */
export interface ChangeFeedOptions {
  readonly database: Database;
  readonly log: Log;
  /** Who may read; empty for programs of this machine only. */
  readonly tokens: readonly ReaderToken[];
  /** Requests that may wait at one time. Default 100. */
  readonly maxWaiting?: number;
}

/** The running feed. */
export interface ChangeFeed {
  /** Requests that wait for rows. */
  waiting(): number;
  /** Answers everybody who waits, with the cursor they came with, and lets the answers out; at most a second. */
  close(): Promise<void>;
}

interface Means {
  readonly database: Database;
  readonly tail: ChangeTail;
  readonly maxWaiting: number;
}

const letOutMs = 1_000;
const numeral = z.string().regex(/^\d{1,6}$/);
/** Everything is checked: a misspelled parameter must not silently mean its default. */
const changesQuery = z.strictObject({
  cursor: z.string().min(1).max(200),
  limit: numeral.transform(Number).pipe(z.int().min(1).max(1_000)).default(200),
  wait: numeral.transform(Number).pipe(z.int().min(0).max(30)).default(0),
  office: z
    .string()
    .max(4_000)
    .transform((text) => text.split(','))
    .pipe(z.array(z.string().min(1).max(40)).max(100))
    .optional(),
});
type ChangesQuery = z.output<typeof changesQuery>;

/** Adds the route and watches what it tells. */
export function startChangeFeed(app: FastifyInstance, options: ChangeFeedOptions): ChangeFeed {
  const { database, log } = options;
  const tail = startChangeTail(database, log);
  const access = createAccess(options.tokens);
  const means: Means = { database, tail, maxWaiting: options.maxWaiting ?? 100 };
  const open = new Set<ServerResponse>();

  app.get('/api/v1/changes', { config: { needs: 'itself' } }, async (request, reply) => {
    const refusal = access(request);
    if (refusal !== null) return sendProblem(reply, refusal);
    const query = changesQuery.safeParse(request.query);
    if (!query.success) return sendProblem(reply, badQuery(query.error));
    open.add(reply.raw);
    reply.raw.once('close', () => open.delete(reply.raw));
    try {
      return await answer(reply, query.data, means);
    } catch (error) {
      if (isStoreAway(error)) return sendProblem(reply, storeAway);
      log.error({ err: error, reqId: request.id }, 'changes not read');
      return sendProblem(reply, internal(request.id));
    }
  });

  return {
    waiting: tail.waiting,
    async close() {
      await tail.close();
      const limit = AbortSignal.timeout(letOutMs);
      await Promise.all([...open].map((response) => once(response, 'close', { signal: limit }).catch(() => {})));
    },
  };
}

async function answer(
  reply: FastifyReply,
  query: ChangesQuery,
  { database, tail, maxWaiting }: Means,
): Promise<FastifyReply> {
  await sequenceOutbox(database.db);
  const start = await placeFor(query.cursor, database);
  if ('status' in start) return sendProblem(reply, start);
  const { generation } = start;
  const gone = new AbortController();
  reply.raw.once('close', () => gone.abort());
  const untilMs = performance.now() + query.wait * 1_000;
  let from = start.position;
  for (;;) {
    const page = await readChanges(database.db, { from, limit: query.limit, offices: query.office });
    // A backup may have been restored since the cursor was judged.
    if (page.kind === 'gone' || page.bounds.generation !== generation) {
      return sendProblem(reply, tooLate(generation, page.bounds));
    }
    const leftMs = untilMs - performance.now();
    const isOver = leftMs <= 0 || tail.isClosed() || gone.signal.aborted;
    if (page.rows.length > 0 || isOver) return sendPage(reply, page);
    const advances = page.next > from;
    from = page.next;
    // Rows of other offices only: go on without waiting.
    if (advances) continue;
    if (tail.waiting() >= maxWaiting) return sendProblem(reply, tooMany);
    await tail.waitBeyond(from, leftMs, gone.signal);
  }
}

/** Where a cursor points; or why it points nowhere. */
async function placeFor(
  cursor: string,
  { db }: Database,
): Promise<{ readonly generation: string; readonly position: number } | ApiProblem> {
  const bounds = await readChangeBounds(db);
  if (cursor === 'start') return { generation: bounds.generation, position: bounds.oldest };
  if (cursor === 'now') return { generation: bounds.generation, position: bounds.head };
  const place = placeOf(cursor);
  if (place === null) return badCursor;
  return place.generation === bounds.generation ? place : tooLate(place.generation, bounds);
}

function sendPage(reply: FastifyReply, { rows, next, bounds }: ChangePage): FastifyReply {
  return reply.header('cache-control', 'no-store').send({
    rows: rows.map((row) => ({ ...toldRow(row), explain: `/clocks/explain/${encodeURIComponent(row.punchId)}` })),
    cursor: cursorOf({ generation: bounds.generation, position: next }),
    more: next < bounds.head,
  });
}

function badQuery(error: z.ZodError): ApiProblem {
  const [issue] = error.issues;
  const unknown = issue?.code === 'unrecognized_keys' ? issue.keys.length : 0;
  const name = unknown > 0 ? 'an unknown parameter' : String(issue?.path[0] ?? 'the query');
  return {
    status: 400,
    type: 'bad-query',
    title: 'The query is not understood',
    detail: `Check ${name}. cursor=start|now|CURSOR is needed; limit=1…1000, wait=0…30 seconds, office=CODE,CODE may be given, each once.`,
  };
}

const badCursor: ApiProblem = {
  status: 400,
  type: 'bad-cursor',
  title: 'This is no cursor',
  detail: 'Send the cursor of the last page as it was given, or cursor=start, or cursor=now.',
};

const storeAway: ApiProblem = {
  status: 503,
  type: 'store-away',
  title: 'The database is away',
  detail: 'Nothing is lost. Ask again with the same cursor.',
  retryAfterSeconds: 5,
};

function internal(requestId: string): ApiProblem {
  const detail = `Look for ${requestId} in the log of the gateway. The cursor still holds.`;
  return { status: 500, type: 'internal', title: 'Gerbang could not answer', detail };
}

const tooMany: ApiProblem = {
  status: 503,
  type: 'too-many-waiting',
  title: 'Too many requests wait already',
  detail: 'Ask again with the same cursor, or with wait=0.',
  retryAfterSeconds: 5,
};

/** Told, never skipped: what this cursor would come to next is not kept, or is not what it was. */
function tooLate(generation: string, bounds: ChangeBounds): ApiProblem {
  const restored = generation !== bounds.generation;
  const why = restored
    ? 'The database was restored from a backup since this cursor was given: what you were told last may be told anew.'
    : 'What comes after this cursor is kept no longer.';
  return {
    status: 410,
    type: restored ? 'restored' : 'too-late',
    title: restored ? 'Cursor of another life of the database' : 'Cursor too old',
    detail: `${why} Take the cursor "oldest", read on from it, and load what lies before it from the attendance view (docs/integration.md). Rows you have are told apart by id and revision.`,
    facts: { oldest: cursorOf({ generation: bounds.generation, position: bounds.oldest }) },
  };
}
