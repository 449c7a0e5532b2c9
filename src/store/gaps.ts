/** Records that were written by a terminal and never read: what is known of each such gap. */
import { type Kysely, sql } from 'kysely';
import type { Loss, LossGround, LossKind } from '../punch/loss.ts';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** A gap as stored. Instants in milliseconds UTC; `sinceMs` is `-Infinity` when the log had never been read to its end. */
export interface GapRow {
  readonly gapId: number;
  readonly serial: string;
  readonly epoch: number;
  readonly kind: LossKind;
  readonly officeCode: string;
  readonly terminalName: string;
  readonly atLeast: number;
  readonly atMost: number | null;
  readonly ground: LossGround;
  readonly sinceMs: number;
  readonly untilMs: number;
  readonly stored: number;
  readonly counted: number;
  readonly found: number | null;
  readonly foundAtMs: number;
  /** A machine that was out of reach was read again then: nothing is missing any more. */
  readonly reachedAtMs: number | null;
}

/**
 * Notes what is gone. Only inside the ingest transaction. The same gap noted again changes nothing, or narrows what is
 * known of it: two bounds that both hold, hold together.
 */
export async function noteGap(
  tx: Kysely<Tables>,
  place: {
    readonly serial: string;
    readonly epoch: number;
    readonly officeCode: string;
    readonly terminalName: string;
  },
  loss: Loss,
): Promise<void> {
  await sql`
    insert into log_gap (terminal_serial, epoch, kind, office_code, terminal_name, at_least, at_most, ground, since_at,
                         until_at, stored, counted, found)
    values (${place.serial}, ${place.epoch}, ${loss.kind}, ${place.officeCode}, ${place.terminalName}, ${loss.atLeast},
            ${loss.atMost}, ${loss.ground}, ${instantText(loss.sinceMs ?? Number.NEGATIVE_INFINITY)},
            ${instantText(loss.untilMs)}, ${loss.stored}, ${loss.counted}, ${loss.found})
    on conflict (terminal_serial, epoch, kind, since_at) do update
    set at_least = greatest(log_gap.at_least, excluded.at_least),
        at_most = least(log_gap.at_most, excluded.at_most),
        until_at = least(log_gap.until_at, excluded.until_at)
    where excluded.at_least > log_gap.at_least or excluded.until_at < log_gap.until_at
       or (excluded.at_most is not null and log_gap.at_most is null)`.execute(tx);
}

/** A machine that had left its place was read again behind that moment: it is out of reach no more. Returns their offices. */
export async function noteReached(db: Kysely<Tables>): Promise<readonly string[]> {
  const { rows } = await sql<{ officeCode: string }>`
    update log_gap g
    set reached_at = l.read_through_at
    from terminal_log l
    where g.kind = 'swapped' and g.reached_at is null and l.serial = g.terminal_serial
      and l.epoch = g.epoch and l.read_through_at > g.until_at
    returning g.office_code as "officeCode"`.execute(db);
  return rows.map((row) => row.officeCode);
}

/** Which gaps are wanted. */
export interface GapQuery {
  /** Only those found at or after this instant, in milliseconds UTC. */
  readonly foundSinceMs?: number;
  /** Only those that reach into this stretch. */
  readonly touching?: { readonly fromMs: number; readonly toMs: number };
  readonly officeCodes?: readonly string[];
  /** Default 1,000. */
  readonly limit?: number;
}

/** Gaps, the newest first. Those that cost nothing (`atMost` 0) and those that were reached again are among them. */
export async function readGaps(db: Kysely<Tables>, query: GapQuery = {}): Promise<readonly GapRow[]> {
  const { foundSinceMs = Number.NEGATIVE_INFINITY, touching, officeCodes = null, limit = 1_000 } = query;
  const fromMs = touching?.fromMs ?? Number.NEGATIVE_INFINITY;
  const toMs = touching?.toMs ?? Number.POSITIVE_INFINITY;
  const { rows } = await sql<GapRow>`
    select gap_id as "gapId", terminal_serial as serial, epoch, kind, office_code as "officeCode",
           terminal_name as "terminalName", at_least as "atLeast", at_most as "atMost", ground,
           since_at as "sinceMs", until_at as "untilMs", stored, counted, found, found_at as "foundAtMs",
           reached_at as "reachedAtMs"
    from log_gap
    where found_at >= ${instantText(foundSinceMs)}::timestamptz
      and until_at >= ${instantText(fromMs)}::timestamptz and since_at < ${instantText(toMs)}::timestamptz
      and (${officeCodes === null}::boolean or office_code = any (${[...(officeCodes ?? [])]}::text[]))
    order by gap_id desc
    limit ${limit}`.execute(db);
  return rows;
}

/** True while records are missing because of it, or may be. */
export function isOpenGap(gap: Pick<GapRow, 'atMost' | 'reachedAtMs'>): boolean {
  return gap.atMost !== 0 && gap.reachedAtMs === null;
}
