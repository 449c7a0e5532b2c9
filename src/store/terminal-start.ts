/** What a transaction has to know of a terminal before it stores a batch, in one round trip. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { type StoredCursor, toStored } from './cursor.ts';
import type { ChainEnd } from './evidence-batches.ts';
import { holdingMonths } from './periods.ts';
import type { Tables } from './tables.ts';

/** Where a terminal stands. */
export interface TerminalStart {
  /** The cursor with its fence; null when nothing of it was stored yet. */
  readonly stored: StoredCursor | null;
  readonly chain: ChainEnd;
}

type Stored = Selectable<Tables['terminal_log']>;
type StartRow = { [column in keyof Stored]: Stored[column] | null } & {
  readonly now: number;
  readonly last_seq: number | null;
  readonly head: Buffer | null;
};

/**
 * Where a terminal stands. The caller holds its lock (`registerTerminal`) until the commit; from here on the months are
 * held as well (`holdMonths`).
 *
 * A day that is sealed takes no more batches, whatever the database's clock does: they count for the day after it.
 */
export async function readTerminalStart(tx: Kysely<Tables>, serial: string): Promise<TerminalStart> {
  const { rows } = await sql<StartRow>`
    select l.*, last.seq as last_seq, last.head, ${holdingMonths},
           greatest(now(), last.stored_at, (select (max(day) + 1)::timestamp at time zone 'UTC' from evidence_day)) as now
    from (values (1)) as one
    left join terminal_log l on l.serial = ${serial}
    left join lateral (
      select seq, head, stored_at from evidence_batch where terminal_serial = ${serial} order by seq desc limit 1
    ) last on true`.execute(tx);
  const [row] = rows;
  return {
    stored: row === undefined || row.serial === null ? null : toStored(row as Stored),
    chain: { serial, seq: (row?.last_seq ?? 0) + 1, prior: row?.head ?? null, storedAtMs: row?.now ?? Number.NaN },
  };
}
