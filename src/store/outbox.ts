/**
 * What is to be told, written with the rows it speaks of, and put into one order after its commit.
 *
 * A line names a range of ordinals. `sequenceOutbox` gives committed lines their positions, one per row and without gaps;
 * whoever follows positions can miss nothing, however late a transaction committed (changes.ts reads them, consumers.ts
 * keeps who stands where). Delivery is at least once: consumers tell repeats by punch id and revision.
 */
import { type Kysely, sql } from 'kysely';
import { numberArray, textArray } from './pg-types.ts';
import type { LogRange } from './punches.ts';
import type { Tables } from './tables.ts';

/** `listen gerbang_outbox` is told after each commit that left something to tell. */
export const outboxChannel = 'gerbang_outbox';

/** Lines per call: the row lock that sequencers take turns at is held for no more than these. */
const linesAtOnce = 1_000;

/**
 * Adds a line. Only inside the transaction that stores its rows, and under the lock of their terminal, which keeps lines
 * of one terminal in the order of its commits. The notification goes out with the commit.
 */
export async function appendOutbox(tx: Kysely<Tables>, range: LogRange): Promise<void> {
  if (range.to <= range.from) return;
  await outboxLines([range]).execute(tx);
}

/** The statement that adds lines, for a statement that does more: {@link appendOutbox} says where it may stand. */
export function outboxLines(ranges: readonly LogRange[]) {
  return sql`
    insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal)
    select serial, epoch, from_ordinal, to_ordinal
    from unnest(${textArray(ranges.map(({ serial }) => serial))}::text[],
                ${numberArray(ranges.map(({ epoch }) => epoch))}::integer[],
                ${numberArray(ranges.map(({ from }) => from))}::bigint[],
                ${numberArray(ranges.map(({ to }) => to))}::bigint[]) as r (serial, epoch, from_ordinal, to_ordinal)
    returning pg_notify(${outboxChannel}, '')`;
}

/**
 * Gives positions to all lines that are committed by now. Anybody may call it, any number at once: it is one statement
 * at the database, so there is nothing to take over from a caller that dies.
 */
export async function sequenceOutbox(db: Kysely<Tables>): Promise<void> {
  for (;;) {
    const { rows } = await sql<{ lines: number }>`select sequence_outbox(${linesAtOnce}) as lines`.execute(db);
    if ((rows[0]?.lines ?? 0) < linesAtOnce) return;
  }
}

/** How long lines are kept. */
export interface OutboxKeeping {
  /** Lines that every consumer has confirmed are kept so long, in milliseconds, for followers of the change feed. */
  readonly keepMs: number;
  /** Lines are kept so long for consumers that lag; past it these are told that they are too late. */
  readonly lagMs: number;
}

/**
 * Forgets lines from the front that nobody may still need, at most `limit`.
 *
 * @returns how many; fewer than `limit` when there are no more
 */
export async function pruneOutbox(db: Kysely<Tables>, keeping: OutboxKeeping, limit: number): Promise<number> {
  // Only ever a front part: positions and the times of sequencing grow together, so each condition holds up to some line.
  const { numAffectedRows } = await sql`
    with floors as (
      select coalesce(min(position) filter (where waits_for_ever), 9223372036854775807) as hard,
             coalesce(min(position), 9223372036854775807) as soft
      from outbox_consumer
      where state <> 'gone'
    )
    delete from outbox o
    using (select outbox_id, end_position, sequenced_at from outbox where end_position is not null
           order by end_position limit ${limit}) as front, floors
    where o.outbox_id = front.outbox_id and front.end_position <= floors.hard
      and (front.sequenced_at < now() - ${keeping.lagMs}::float8 * interval '1 millisecond'
           or (front.end_position <= floors.soft
               and front.sequenced_at < now() - ${keeping.keepMs}::float8 * interval '1 millisecond'))`.execute(db);
  return Number(numAffectedRows ?? 0n);
}
