/**
 * Reading all evidence of a terminal in the order it was chained, a page at a time: one snapshot, one cursor of the
 * database per table, a few thousand rows in memory.
 */
import { type Kysely, type RawBuilder, sql } from 'kysely';
import { eventColumns } from './clock-events.ts';
import { sampleColumns } from './clock-samples.ts';
import type { EpochRow, EventRow, PunchRow, SampleRow } from './evidence-lines.ts';
import { punchColumns } from './punches.ts';
import type { Tables } from './tables.ts';

/** A row of the chain as stored. */
export interface BatchRow {
  readonly seq: number;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  readonly samples: number;
  readonly events: number;
  readonly opens: boolean;
  readonly storedAtMs: number;
  readonly content: Buffer;
  readonly marks: Buffer;
  readonly head: Buffer;
}

export type PlacedPunch = PunchRow & { readonly epoch: number };
export type SeqSample = SampleRow & { readonly seq: number };
export type SeqEvent = EventRow & { readonly seq: number };

/** Rows one after the other, as far as they are asked for. */
export interface RowStream<Row> {
  /** Hands over rows as long as `isWanted`; stops in front of the first that is not. */
  take(isWanted: (row: Row) => boolean, use: (row: Row) => void): Promise<void>;
  close(): Promise<void>;
}

/** Stored days `fromDay` to `toDay`, both included, as `YYYY-MM-DD` in UTC; null for no limit. */
export interface DayRange {
  readonly fromDay: string | null;
  readonly toDay: string | null;
}

const pageRows = 4_000;
/** A batch row carries eight bytes per record. */
const pageBatches = 100;
/** More samples or events than a batch can bring (`src/queue/batch-json.ts`): past that they were slipped in. */
const maxPerBatch = 10_000;

/** Runs `look` in one snapshot of the database, in which nothing can change and nothing is written. */
export async function inSnapshot<T>(db: Kysely<Tables>, look: (tx: Kysely<Tables>) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (tx) => {
      // A cursor is otherwise planned for its first rows; all of them are read here.
      await sql`set local cursor_tuple_fraction = 1`.execute(tx);
      return look(tx);
    });
}

/** All terminals that have rows of evidence, also such that no other table knows. */
export async function serialsWithEvidence(tx: Kysely<Tables>): Promise<string[]> {
  const { rows } = await sql<{ serial: string }>`
    with recursive
      in_punch as (
        (select terminal_serial from punch order by terminal_serial limit 1)
        union all
        select (select p.terminal_serial from punch p where p.terminal_serial > i.terminal_serial
                order by p.terminal_serial limit 1)
        from in_punch i where i.terminal_serial is not null)
    select serial from terminal
    union select terminal_serial from in_punch where terminal_serial is not null
    union select terminal_serial from log_epoch
    order by serial`.execute(tx);
  return rows.map((row) => row.serial);
}

/** The chain of a terminal, by `seq`; with a range, of batches stored in it. */
export function streamBatches(tx: Kysely<Tables>, serial: string, range: DayRange): Promise<RowStream<BatchRow>> {
  return openStream<BatchRow>(
    tx,
    'evidence_batches',
    sql`select seq, epoch, from_ordinal as "from", to_ordinal as "to", samples, events, opens,
               stored_at as "storedAtMs", content, row_marks as marks, head
        from evidence_batch where terminal_serial = ${serial}
          and (${range.fromDay}::date is null or stored_at >= ${range.fromDay}::date::timestamp at time zone 'UTC')
          and (${range.toDay}::date is null or stored_at < (${range.toDay}::date + 1)::timestamp at time zone 'UTC')
        order by seq`,
    pageBatches,
  );
}

/** The batch before `seq`; null when there is none. */
export async function batchBefore(tx: Kysely<Tables>, serial: string, seq: number): Promise<BatchRow | null> {
  const { rows } = await sql<BatchRow>`
    select seq, epoch, from_ordinal as "from", to_ordinal as "to", samples, events, opens,
           stored_at as "storedAtMs", content, row_marks as marks, head
    from evidence_batch where terminal_serial = ${serial} and seq < ${seq} order by seq desc limit 1`.execute(tx);
  return rows[0] ?? null;
}

/** Punches from a place on, by epoch and ordinal. */
export function streamPunches(
  tx: Kysely<Tables>,
  serial: string,
  at: { readonly epoch: number; readonly ordinal: number },
): Promise<RowStream<PlacedPunch>> {
  return openStream<PlacedPunch>(
    tx,
    'evidence_punches',
    sql`select epoch, ${punchColumns} from punch
        where terminal_serial = ${serial} and (epoch, ordinal) >= (${at.epoch}, ${at.ordinal})
        order by epoch, ordinal`,
  );
}

/** Samples of batches from `seq` on, in the order they were hashed. */
export function streamSamples(tx: Kysely<Tables>, serial: string, seq: number): Promise<RowStream<SeqSample>> {
  return openStream<SeqSample>(
    tx,
    'evidence_samples',
    sql`select seq, ${sampleColumns} from clock_sample
        where terminal_serial = ${serial} and seq >= ${seq} order by seq, sampled_at`,
  );
}

/** Events of batches from `seq` on, in the order they were hashed. */
export function streamEvents(tx: Kysely<Tables>, serial: string, seq: number): Promise<RowStream<SeqEvent>> {
  return openStream<SeqEvent>(
    tx,
    'evidence_events',
    sql`select seq, ${eventColumns} from clock_event
        where terminal_serial = ${serial} and seq >= ${seq} order by seq, identity`,
  );
}

/** The punches of one batch once more, to find out which of them is not what it was. */
export async function readPunchesOf(
  tx: Kysely<Tables>,
  range: { readonly serial: string; readonly epoch: number; readonly from: number; readonly to: number },
  use: (row: PunchRow) => void,
): Promise<void> {
  for (let from = range.from; from < range.to; from += pageRows) {
    const to = Math.min(from + pageRows, range.to);
    const { rows } = await sql<PunchRow>`
      select ${punchColumns} from punch
      where terminal_serial = ${range.serial} and epoch = ${range.epoch} and ordinal >= ${from} and ordinal < ${to}
      order by ordinal`.execute(tx);
    for (const row of rows) use(row);
  }
}

/** The samples of one batch. */
export async function readSamplesOf(tx: Kysely<Tables>, serial: string, seq: number): Promise<SampleRow[]> {
  const { rows } = await sql<SampleRow>`
    select ${sampleColumns} from clock_sample where terminal_serial = ${serial} and seq = ${seq}
    order by sampled_at limit ${maxPerBatch}`.execute(tx);
  return rows;
}

/** The events of one batch. */
export async function readEventsOf(tx: Kysely<Tables>, serial: string, seq: number): Promise<EventRow[]> {
  const { rows } = await sql<EventRow>`
    select ${eventColumns} from clock_event where terminal_serial = ${serial} and seq = ${seq}
    order by identity limit ${maxPerBatch}`.execute(tx);
  return rows;
}

/** The openings of a terminal's epochs, by number. */
export async function readEpochs(tx: Kysely<Tables>, serial: string): Promise<EpochRow[]> {
  const { rows } = await sql<EpochRow>`
    select epoch, reason, prior_next as "priorNext", opened_at as "openedAtMs" from log_epoch
    where terminal_serial = ${serial} order by epoch`.execute(tx);
  return rows;
}

/** Rows of a terminal that no chain covers: all it has. */
export async function countUnchained(
  tx: Kysely<Tables>,
  serial: string,
): Promise<{ punches: number; samples: number; epochs: number }> {
  const { rows } = await sql<{ punches: number; samples: number; epochs: number }>`
    select (select count(*) from punch where terminal_serial = ${serial}) as punches,
           (select count(*) from clock_sample where terminal_serial = ${serial}) as samples,
           (select count(*) from log_epoch where terminal_serial = ${serial}) as epochs`.execute(tx);
  return rows[0] ?? { punches: 0, samples: 0, epochs: 0 };
}

async function openStream<Row>(
  tx: Kysely<Tables>,
  name: string,
  query: RawBuilder<unknown>,
  rowsAtOnce = pageRows,
): Promise<RowStream<Row>> {
  await sql`declare ${sql.id(name)} no scroll cursor for ${query}`.execute(tx);
  let page: Row[] = [];
  let at = 0;
  let ended = false;
  return {
    async take(isWanted, use) {
      for (;;) {
        for (; at < page.length; at += 1) {
          const row = page[at];
          if (row === undefined || !isWanted(row)) return;
          use(row);
        }
        if (ended) return;
        const { rows } = await sql<Row>`fetch ${sql.lit(rowsAtOnce)} from ${sql.id(name)}`.execute(tx);
        page = rows;
        at = 0;
        ended = rows.length < rowsAtOnce;
      }
    },
    async close() {
      await sql`close ${sql.id(name)}`.execute(tx);
    },
  };
}
