/**
 * `GET /api/v1/changes`: everything that consumers are told, as pages behind a cursor they keep themselves. What it
 * promises stands in docs/integration.md.
 */
import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { z } from 'zod';
import type { Log } from '../log.ts';
import { cursorOf, placeOf } from '../store/change-cursor.ts';
import { type ChangeBounds, type ChangePage, readChangeBounds, readChanges } from '../store/changes.ts';
import type { Database } from '../store/database.ts';
import { sequenceOutbox } from '../store/outbox.ts';
import { toldRow } from '../store/told-row.ts';
import { officesSeen } from './access/offices.ts';
import { noSuchOffice } from './access/problems.ts';
import { officesParam, wholeParam } from './api/fields.ts';
import { noteRead } from './api/reads.ts';
import { type AnyApiRoute, apiRoute, type Refusal, refuse } from './api/route.ts';
import { toldRowExample, toldRowSchema } from './api/told-row.ts';
import type { ApiProblem } from './api-problem.ts';
import { type ChangeTail, startChangeTail } from './change-tail.ts';

/** What the feed is started with. */
export interface ChangeFeedOptions {
  readonly database: Database;
  readonly log: Log;
  /** Requests that may wait at one time. Default 100. */
  readonly maxWaiting?: number;
}

/** The running feed. */
export interface ChangeFeed {
  readonly routes: readonly AnyApiRoute[];
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
/** Everything is checked: a misspelled parameter must not silently mean its default. */
const changesQuery = z.strictObject({
  cursor: z.string().min(1).max(200).meta({ description: '`start`, `now`, or the cursor of the last page.' }),
  limit: wholeParam(1, 1_000).default(200),
  wait: wholeParam(0, 30).default(0).meta({ description: 'Seconds to wait for rows when there are none.' }),
  office: officesParam().optional(),
});
type ChangesQuery = z.output<typeof changesQuery>;

const changesAnswer = z.object({
  rows: z.array(toldRowSchema.extend({ explain: z.string().meta({ description: 'Page that explains the row.' }) })),
  cursor: z.string(),
  more: z.boolean().meta({ description: 'True: ask again at once, even where `rows` is empty.' }),
});
type ChangesAnswer = z.output<typeof changesAnswer>;

/** Watches what is told, and makes the route that tells it. */
export function startChangeFeed({ database, log, maxWaiting = 100 }: ChangeFeedOptions): ChangeFeed {
  const tail = startChangeTail(database, log);
  const means: Means = { database, tail, maxWaiting };
  const open = new Set<ServerResponse>();

  const route = apiRoute({
    method: 'GET',
    path: '/changes',
    needs: 'attendance.view',
    summary: 'Everything that consumers are told, behind a cursor that the reader keeps',
    description: 'What is promised stands in docs/integration.md, "The change feed".',
    tag: 'Attendance',
    query: changesQuery,
    answer: changesAnswer,
    keep: 'nothing',
    hint: 'cursor=start|now|CURSOR is needed; limit=1…1000, wait=0…30 seconds, office=CODE,CODE may be given, each once.',
    examples: [changesExample],
    async handle({ query, reader, request, reply }) {
      const office = officesSeen(reader, query.office);
      if (office === null) return refuse(noSuchOffice);
      open.add(reply.raw);
      reply.raw.once('close', () => open.delete(reply.raw));
      const gone = new AbortController();
      reply.raw.once('close', () => gone.abort());
      const told = await answer({ ...query, office }, means, gone.signal);
      if ('rows' in told) await noteRead(means, request, { action: 'attendance.follow', rows: told.rows.length });
      return told;
    },
  });

  return {
    routes: [route],
    waiting: tail.waiting,
    async close() {
      await tail.close();
      const limit = AbortSignal.timeout(letOutMs);
      await Promise.all([...open].map((response) => once(response, 'close', { signal: limit }).catch(() => {})));
    },
  };
}

async function answer(
  query: Omit<ChangesQuery, 'office'> & { readonly office: readonly string[] | undefined },
  { database, tail, maxWaiting }: Means,
  gone: AbortSignal,
): Promise<ChangesAnswer | Refusal> {
  await sequenceOutbox(database.db);
  const start = await placeFor(query.cursor, database);
  if ('status' in start) return refuse(start);
  const { generation } = start;
  const untilMs = performance.now() + query.wait * 1_000;
  let from = start.position;
  for (;;) {
    const page = await readChanges(database.db, { from, limit: query.limit, offices: query.office });
    // A backup may have been restored since the cursor was judged.
    if (page.kind === 'gone' || page.bounds.generation !== generation) return refuse(tooLate(generation, page.bounds));
    const leftMs = untilMs - performance.now();
    const isOver = leftMs <= 0 || tail.isClosed() || gone.aborted;
    if (page.rows.length > 0 || isOver) return toldPage(page);
    const advances = page.next > from;
    from = page.next;
    // Rows of other offices only: go on without waiting.
    if (advances) continue;
    if (tail.waiting() >= maxWaiting) return refuse(tooMany);
    await tail.waitBeyond(from, leftMs, gone);
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

function toldPage({ rows, next, bounds }: ChangePage): ChangesAnswer {
  return {
    rows: rows.map((row) => ({ ...toldRow(row), explain: `/clocks/explain/${encodeURIComponent(row.punchId)}` })),
    cursor: cursorOf({ generation: bounds.generation, position: next }),
    more: next < bounds.head,
  };
}

const changesExample = {
  query: { cursor: 'start', limit: '2' },
  answer: {
    rows: [{ ...toldRowExample, explain: `/clocks/explain/${toldRowExample.id}` }],
    cursor: 'MWQzYzJiOGEtNWU2Zi00YTdiLThjOWQtMGUxZjJhM2I0YzVkLzEyNDA',
    more: false,
  },
};

const badCursor: ApiProblem = {
  status: 400,
  type: 'bad-cursor',
  title: 'This is no cursor',
  detail: 'Send the cursor of the last page as it was given, or cursor=start, or cursor=now.',
};

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
