/** Reads of personal data, counted per ten minutes and then put into the audit log (migrations/0017_read_tally.sql). */
import { type Kysely, sql } from 'kysely';
import { writeAudit } from './audit-log.ts';
import type { Tables } from './tables.ts';

/** A read of persons' rows. */
export interface CountedRead {
  readonly actorKind: 'account' | 'token';
  readonly actor: string;
  /** `part.what`. */
  readonly action: string;
  /** The only office that was told of; null for all. */
  readonly officeCode: string | null;
  readonly records: number;
}

/** Counts a read. */
export async function countRead(db: Kysely<Tables>, read: CountedRead): Promise<void> {
  await sql`
    insert into read_tally as t (actor_kind, actor, action, office_code, begins_at, reads, records)
    values (${read.actorKind}, ${read.actor}, ${read.action}, ${read.officeCode ?? ''},
            date_bin('10 minutes', now(), timestamptz '2000-01-01'), 1, ${read.records})
    on conflict (actor_kind, actor, action, office_code, begins_at)
    do update set reads = t.reads + 1, records = t.records + excluded.records`.execute(db);
}

interface Tally extends CountedRead {
  readonly officeCode: string;
  readonly beginsAtMs: number;
  readonly reads: number;
}

const mostAtOnce = 500;

/**
 * Puts the tallies whose ten minutes are over into the audit log.
 *
 * @returns how many
 */
export async function closeTallies(db: Kysely<Tables>): Promise<number> {
  return db.transaction().execute(async (tx) => {
    const { rows } = await sql<Tally>`
      delete from read_tally where ctid in (
        select ctid from read_tally where begins_at <= now() - interval '10 minutes'
        order by begins_at limit ${mostAtOnce} for update skip locked)
      returning actor_kind as "actorKind", actor, action, office_code as "officeCode", begins_at as "beginsAtMs",
                reads, records`.execute(tx);
    for (const { actorKind, actor, action, officeCode, beginsAtMs, reads, records } of rows) {
      const detail = { reads, records: Number(records), from: new Date(beginsAtMs).toISOString(), minutes: 10 };
      await writeAudit(tx, { actorKind, actor, action, officeCode: officeCode === '' ? null : officeCode, detail });
    }
    return rows.length;
  });
}
