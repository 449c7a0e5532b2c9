/**
 * Reading what happened in the one order of all consumers.
 *
 * Every told row has a position; positions have no gaps, so a reader that finds the next one missing knows that it came
 * too late, and is told so instead of being led past the hole.
 */
import { type Kysely, sql } from 'kysely';
import { type Arrival, arrivalColumns, attendanceOfRange } from './board.ts';
import type { Tables } from './tables.ts';

/** A row at its place. The row is as it stands now: told again later, it may carry a higher revision. */
export interface Change extends Arrival {
  readonly position: number;
}

/** Where the order begins and ends now. */
export interface ChangeBounds {
  /** Life of the database; another one after a backup was restored. */
  readonly generation: string;
  /** Position of the oldest row that is kept. */
  readonly oldest: number;
  /** Position of the next row there will be. */
  readonly head: number;
}

/** A stretch of the order. */
export interface ChangePage {
  readonly kind: 'page';
  readonly rows: readonly Change[];
  /** Where to go on; rows that were filtered out lie behind it. */
  readonly next: number;
  readonly bounds: ChangeBounds;
}

/** The position is kept no longer, or never was one. */
export interface ChangesGone {
  readonly kind: 'gone';
  readonly bounds: ChangeBounds;
}

/** What is wanted. */
export interface ChangeQuery {
  /** Position of the first row. */
  readonly from: number;
  /** Rows at most; one or more. */
  readonly limit: number;
  /** Only rows of these offices; absent or empty for all. */
  readonly offices?: readonly string[] | undefined;
}

/** Rows looked at for one page where only some offices are wanted. */
const lookedAt = 5_000;

/** Where the order begins and ends. */
export async function readChangeBounds(db: Kysely<Tables>): Promise<ChangeBounds> {
  const { rows } = await sql<ChangeBounds>`
    select (select id::text from store_generation order by created_at desc, id desc limit 1) as generation,
           coalesce((select end_position - (to_ordinal - from_ordinal) from outbox where end_position is not null
                     order by end_position limit 1), next_position) as oldest,
           next_position as head
    from outbox_head`.execute(db);
  const [bounds] = rows;
  if (bounds === undefined) throw new Error('outbox_head has no row');
  return bounds;
}

/** The rows from a position on, in order. Call `sequenceOutbox` before, or what was committed just now is not there. */
export async function readChanges(db: Kysely<Tables>, query: ChangeQuery): Promise<ChangePage | ChangesGone> {
  const { from, limit } = query;
  const offices = query.offices ?? [];
  // The end first: what is then missing in front of it was forgotten, not late.
  const bounds = await readChangeBounds(db);
  const ranges = await readRanges(db, from, offices.length > 0 ? Math.max(limit, lookedAt) : limit);
  const start = ranges[0]?.position;
  const isThere = start === undefined ? from === bounds.head : start === from;
  if (!isThere) return { kind: 'gone', bounds };
  const rows = await readRows(db, ranges, limit, offices);
  const last = rows.length === limit ? rows.at(-1) : undefined;
  const end = ranges.reduce((_, range) => range.position + range.to - range.from, from);
  return { kind: 'page', rows, next: last === undefined ? end : last.position + 1, bounds };
}

interface PlacedRange {
  readonly serial: string;
  readonly epoch: number;
  readonly from: number;
  readonly to: number;
  /** Position of the row at `from`. */
  readonly position: number;
}

/** The lines from a position on, cut to at most `span` rows without a gap between them. */
async function readRanges(db: Kysely<Tables>, from: number, span: number): Promise<readonly PlacedRange[]> {
  const { rows } = await sql<PlacedRange>`
    select terminal_serial as serial, epoch, from_ordinal as "from", to_ordinal as "to",
           end_position - (to_ordinal - from_ordinal) as position
    from outbox where end_position > ${from} order by end_position limit ${span}`.execute(db);
  const ranges: PlacedRange[] = [];
  let next = from;
  for (const line of rows) {
    const skip = Math.max(0, from - line.position);
    const cut = { ...line, from: line.from + skip, position: line.position + skip };
    const room = from + span - next;
    // A hole: something was forgotten while we read. The next reading begins at it and finds out.
    if (room <= 0 || (ranges.length > 0 && cut.position !== next)) break;
    const to = Math.min(cut.to, cut.from + room);
    ranges.push({ ...cut, to });
    next = cut.position + to - cut.from;
  }
  return ranges;
}

async function readRows(
  db: Kysely<Tables>,
  ranges: readonly PlacedRange[],
  limit: number,
  offices: readonly string[],
): Promise<readonly Change[]> {
  if (ranges.length === 0) return [];
  const { rows } = await sql<Change>`
    select r.position + (a.ordinal - r.from_ordinal) as position, ${arrivalColumns}
    from unnest(${ranges.map((r) => r.serial)}::text[], ${ranges.map((r) => r.epoch)}::int[],
                ${ranges.map((r) => r.from)}::bigint[], ${ranges.map((r) => r.to)}::bigint[],
                ${ranges.map((r) => r.position)}::bigint[])
           as r (serial, epoch, from_ordinal, to_ordinal, position)
    ${attendanceOfRange}
    left join terminal t on t.serial = a.terminal_serial
    where ${offices.length === 0} or a.office_code = any (${offices}::text[])
    order by 1
    limit ${limit}`.execute(db);
  return rows;
}
