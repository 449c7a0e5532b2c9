/** Daily digests: the heads of all terminals, one line per day in UTC, chained from day to day. */
import { type Kysely, sql } from 'kysely';
import {
  type Content,
  contentWriter,
  dayLine,
  headOf,
  lastHeadLine,
  markBytes,
  markOf,
  noHead,
} from './evidence-lines.ts';
import type { Tables } from './tables.ts';

/** A sealed day. */
export interface SealedDay {
  /** `YYYY-MM-DD`, in UTC. */
  readonly day: string;
  readonly terminals: number;
  readonly batches: number;
  readonly digest: Buffer;
}

/** What a day's digest is computed from. */
export interface DayContent extends Content {
  readonly terminals: number;
  readonly batches: number;
}

/** No transaction lives so long that one of yesterday could still be under way: every statement has a minute at most. */
const graceMinutes = 15;
const pageTerminals = 2_000;
const pageDays = 100;
/** Any fixed number will do: it names "days are being sealed" among advisory locks. */
const sealLock = 4_370_005;

/**
 * Seals every day that has ended and is not sealed yet, oldest first; days without evidence, too, so that none can be
 * taken out unnoticed. Any process may do it, at any time, as often as it likes.
 *
 * @returns the days sealed now, oldest first
 */
export async function sealDays(db: Kysely<Tables>): Promise<SealedDay[]> {
  const sealed: SealedDay[] = [];
  for (;;) {
    const day = await db.transaction().execute(sealNextDay);
    if (day === null) return sealed;
    sealed.push(day);
  }
}

async function sealNextDay(tx: Kysely<Tables>): Promise<SealedDay | null> {
  await sql`select pg_advisory_xact_lock(${sealLock})`.execute(tx);
  const { rows } = await sql<{ day: string | null; prior: Buffer | null; ended: boolean }>`
    with last as (select day, digest from evidence_day order by day desc limit 1),
         next as (select coalesce((select day + 1 from last),
                                  (select (min(stored_at) at time zone 'UTC')::date from evidence_batch)) as day)
    select next.day, (select digest from last) as prior,
           now() >= ((next.day + 1)::timestamp at time zone 'UTC') + make_interval(mins => ${graceMinutes}) as ended
    from next`.execute(tx);
  const [next] = rows;
  if (next === undefined || next.day === null || !next.ended) return null;
  const { day } = next;
  const { terminals, batches, ...content } = await dayContent(tx, day);
  const digest = headOf(next.prior ?? noHead, dayLine(day, terminals, batches), content);
  const row = { day, terminals, batches, content: content.digest, row_marks: content.marks, digest };
  await tx.insertInto('evidence_day').values(row).execute();
  return { day, terminals, batches, digest };
}

/** The last head of each terminal that stored anything on a day, in the order of their serials. */
export async function dayContent(db: Kysely<Tables>, day: string): Promise<DayContent> {
  const writer = contentWriter();
  let [terminals, batches] = [0, 0];
  await eachLastHead(db, day, (row) => {
    writer.add(lastHeadLine(row.serial, row.seq, row.head));
    terminals += 1;
    batches += row.batches;
  });
  return { ...writer.finish(), terminals, batches };
}

interface LastHead {
  readonly serial: string;
  readonly seq: number;
  readonly head: Buffer;
  readonly batches: number;
}

async function eachLastHead(db: Kysely<Tables>, day: string, use: (row: LastHead) => void): Promise<void> {
  for (let after = ''; ; ) {
    const { rows } = await sql<LastHead>`
      with days as (
        select terminal_serial as serial, max(seq) as seq, count(*) as batches from evidence_batch
        where stored_at >= (${day}::date::timestamp at time zone 'UTC')
          and stored_at < ((${day}::date + 1)::timestamp at time zone 'UTC')
          and terminal_serial > ${after}
        group by terminal_serial order by terminal_serial limit ${pageTerminals})
      select serial, d.seq, head, d.batches from days d
      join evidence_batch b on b.terminal_serial = d.serial and b.seq = d.seq
      order by serial`.execute(db);
    for (const row of rows) use(row);
    after = rows.at(-1)?.serial ?? after;
    if (rows.length < pageTerminals) return;
  }
}

/** A sealed day, or the last one; null when there is none. */
export async function readSealedDay(db: Kysely<Tables>, day: string | null): Promise<SealedDay | null> {
  const query = db.selectFrom('evidence_day').select(['day', 'terminals', 'batches', 'digest']);
  const asked = day === null ? query.orderBy('day', 'desc').limit(1) : query.where('day', '=', day);
  return (await asked.executeTakeFirst()) ?? null;
}

/** A sealed day with all that its digest was computed from. */
export interface DayRow extends SealedDay {
  readonly content: Buffer;
  readonly marks: Buffer;
}

/** Sealed days after `day`, oldest first, a page of them; null begins at the first. */
export async function readDaysAfter(db: Kysely<Tables>, day: string | null): Promise<DayRow[]> {
  const { rows } = await sql<DayRow>`
    select day, terminals, batches, content, row_marks as marks, digest from evidence_day
    where ${day}::date is null or day > ${day}::date order by day limit ${pageDays}`.execute(db);
  return rows;
}

/** The digest of the last sealed day before `day`; null when there is none. */
export async function readDayBefore(db: Kysely<Tables>, day: string): Promise<SealedDay | null> {
  const query = db.selectFrom('evidence_day').select(['day', 'terminals', 'batches', 'digest']);
  return (await query.where('day', '<', day).orderBy('day', 'desc').limit(1).executeTakeFirst()) ?? null;
}

/** The day, in UTC, on which the first batch was stored; null when there is none. */
export async function readFirstDay(db: Kysely<Tables>): Promise<string | null> {
  const { rows } = await sql<{ day: string | null }>`
    select (min(stored_at) at time zone 'UTC')::date as day from evidence_batch`.execute(db);
  return rows[0]?.day ?? null;
}

/** Terminals whose last head on a day is not the one that was sealed, as far as they have one. */
export async function strangersOf(db: Kysely<Tables>, { day, marks }: DayRow): Promise<string[]> {
  const known = new Set<string>();
  const hex = marks.toString('hex');
  for (let at = 0; at < hex.length; at += 2 * markBytes) known.add(hex.slice(at, at + 2 * markBytes));
  const strange: string[] = [];
  await eachLastHead(db, day, ({ serial, seq, head }) => {
    if (!known.has(markOf(lastHeadLine(serial, seq, head)))) strange.push(serial);
  });
  return strange;
}
