/**
 * What is to be published, written with the rows it speaks of and taken after commit.
 *
 * A line names a range of ordinals; `readArrivals` (board.ts) expands it to attendance rows. Delivery is at least once:
 * consumers tell repeats by punch id and revision.
 */
import { type Kysely, sql } from 'kysely';
import type { LogRange } from './punches.ts';
import type { Tables } from './tables.ts';

/** `listen gerbang_outbox` is told after each commit that left something to publish. */
export const outboxChannel = 'gerbang_outbox';

/** A range to publish. Its number orders lines of one terminal; it says nothing about commit order across terminals. */
export interface OutboxLine extends LogRange {
  readonly outboxId: number;
}

/** Adds a line. Only inside the transaction that stores its rows; the notification goes out with the commit. */
export async function appendOutbox(tx: Kysely<Tables>, range: LogRange): Promise<void> {
  await sql`
    with line as (
      insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal)
      values (${range.serial}, ${range.epoch}, ${range.from}, ${range.to})
    )
    select pg_notify(${outboxChannel}, '')`.execute(tx);
}

/**
 * Hands the oldest lines to `publish` and forgets them when it succeeds; when it throws, they stay. Several publishers
 * at once get different lines.
 *
 * @param limit lines at once, at most
 * @param publish must end well within the database's limit for idle transactions (60 s); a line may hold as many rows as
 * a batch
 * @returns how many lines were published; less than `limit` when no more wait
 */
export async function takeOutbox(
  db: Kysely<Tables>,
  limit: number,
  publish: (lines: readonly OutboxLine[], tx: Kysely<Tables>) => Promise<void>,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows: lines } = await sql<OutboxLine>`
      select outbox_id as "outboxId", terminal_serial as serial, epoch, from_ordinal as "from", to_ordinal as "to"
      from outbox
      order by outbox_id
      limit ${limit}
      for update skip locked`.execute(tx);
    if (lines.length === 0) return 0;
    await publish(lines, tx);
    const ids = lines.map((line) => line.outboxId);
    await sql`delete from outbox where outbox_id = any (${ids}::bigint[])`.execute(tx);
    return lines.length;
  });
}
