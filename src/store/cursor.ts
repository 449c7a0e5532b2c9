/** Where a terminal's stored log stands: the cursor, and the stored bytes it speaks of. */
import { type Kysely, type Selectable, sql } from 'kysely';
import { GerbangError } from '../errors.ts';
import type { LogCursor } from '../punch/batch.ts';
import type { EpochRow } from './evidence-lines.ts';
import { instantTextOrNull } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A cursor and the newest lease token that moved it. */
export interface StoredCursor {
  readonly cursor: LogCursor;
  readonly fence: number;
}

/** Records fetched at once: keeps the text form of a 100,000-record log out of memory. */
const pageRecords = 10_000;

/** The cursor of a terminal, or null when nothing of it was stored yet. */
export async function readCursor(db: Kysely<Tables>, serial: string): Promise<LogCursor | null> {
  const row = await db.selectFrom('terminal_log').selectAll().where('serial', '=', serial).executeTakeFirst();
  return row === undefined ? null : toStored(row).cursor;
}

/** Moves the cursor. Only inside the transaction that stores the records it then speaks of. */
export async function writeCursor(tx: Kysely<Tables>, cursor: LogCursor, fence: number): Promise<void> {
  const values = {
    epoch: cursor.epoch,
    base_ordinal: cursor.base,
    next_ordinal: cursor.next,
    layout: cursor.layout,
    stride_bytes: cursor.strideBytes,
    recent_records: cursor.window,
    fence,
    read_through_at: instantTextOrNull(cursor.readThroughMs),
    verified_at: instantTextOrNull(cursor.verifiedAtMs),
  };
  await tx
    .insertInto('terminal_log')
    .values({ serial: cursor.serial, ...values })
    .onConflict((conflict) => conflict.column('serial').doUpdateSet(values))
    .execute();
}

/**
 * Notes why an epoch began and how far its predecessor was stored.
 *
 * @returns the row
 */
export async function openEpoch(
  tx: Kysely<Tables>,
  opened: { serial: string; epoch: number; reason: Tables['log_epoch']['reason']; priorNext: number },
): Promise<EpochRow> {
  const { serial, epoch, reason, priorNext } = opened;
  const row = await tx
    .insertInto('log_epoch')
    .values({ terminal_serial: serial, epoch, reason, prior_next: priorNext })
    .returning('opened_at')
    .executeTakeFirstOrThrow();
  return { epoch, reason, priorNext, openedAtMs: row.opened_at };
}

/** How far an epoch was stored when the next one began; null while it is the newest or was never seen. */
export async function readEpochEnd(db: Kysely<Tables>, serial: string, epoch: number): Promise<number | null> {
  const row = await db
    .selectFrom('log_epoch')
    .select('prior_next')
    .where('terminal_serial', '=', serial)
    .where('epoch', '=', epoch + 1)
    .executeTakeFirst();
  return row?.prior_next ?? null;
}

/** How far the longest of the epochs before `epoch` was stored. */
export async function readLongestEpochEnd(db: Kysely<Tables>, serial: string, epoch: number): Promise<number> {
  const row = await db
    .selectFrom('log_epoch')
    .select(({ fn }) => fn.max('prior_next').as('end'))
    .where('terminal_serial', '=', serial)
    .where('epoch', '<=', epoch)
    .executeTakeFirst();
  return row?.end ?? 0;
}

/**
 * The stored records of ordinals `base` (included) to `next` (excluded), oldest first, as the terminal wrote them.
 *
 * @throws GerbangError INTERNAL when evidence is missing in between: a comparison with a hole would prove nothing
 */
export async function readStoredImage(
  db: Kysely<Tables>,
  serial: string,
  epoch: number,
  base: number,
  next: number,
): Promise<Uint8Array> {
  const pages: Buffer[] = [];
  for (let from = base; from < next; from += pageRecords) {
    const to = Math.min(from + pageRecords, next);
    const { rows } = await sql<{ bytes: Buffer | null; records: number }>`
      select string_agg(raw, ''::bytea order by ordinal) as bytes, count(*) as records
      from punch
      where terminal_serial = ${serial} and epoch = ${epoch} and ordinal >= ${from} and ordinal < ${to}`.execute(db);
    const [page] = rows;
    if (page === undefined || page.records !== to - from) throw evidenceMissing(serial, epoch, from, to);
    if (page.bytes !== null) pages.push(page.bytes);
  }
  return Buffer.concat(pages);
}

function evidenceMissing(serial: string, epoch: number, from: number, to: number): GerbangError {
  return new GerbangError(
    'INTERNAL',
    `Stored records ${from} to ${to} of terminal ${serial}, epoch ${epoch}, are not all there, although the cursor says so. Somebody deleted rows: restore the table punch from a backup.`,
    { context: { serial, epoch, from, to } },
  );
}

/** A row of `terminal_log`. */
export function toStored(row: Selectable<Tables['terminal_log']>): StoredCursor {
  const { serial, fence, epoch, layout } = row;
  const cursor: LogCursor = {
    serial,
    epoch,
    base: row.base_ordinal,
    next: row.next_ordinal,
    layout,
    strideBytes: row.stride_bytes,
    window: row.recent_records,
    readThroughMs: row.read_through_at,
    verifiedAtMs: row.verified_at,
  };
  return { cursor, fence };
}
