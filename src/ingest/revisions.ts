/**
 * Rows that are worked out again: which of them get another answer, who is told, and what becomes of closed months and of
 * models that contradict each other (docs/decisions/0008-versions-and-closed-months.md).
 */
import type { Kysely } from 'kysely';
import { type Answer, nextAnswer } from '../clock/versions.ts';
import { type ClockAlarm, insertAlarm, readContradicted } from '../store/alarms.ts';
import { asStored, type Rewrite, rewriteAttendance, type StandingRow } from '../store/attendance.ts';
import { appendOutbox } from '../store/outbox.ts';
import { type Adjustment, type ClosedMonth, insertAdjustments, readAdjusted } from '../store/periods.ts';
import type { LogRange } from '../store/punches.ts';
import type { Tables } from '../store/tables.ts';

/** What has to be known about rows before they are judged. */
export interface Known {
  readonly months: readonly ClosedMonth[];
  readonly adjusted: ReadonlyMap<number, Answer & { readonly modelVersion: number }>;
  readonly contradicted: readonly LogRange[];
}

/** What comes of rows that were worked out again. Nothing is stored yet. */
export interface Revisions {
  readonly rewrites: readonly Rewrite[];
  readonly adjustments: readonly Adjustment[];
  /** Rows that contradict an earlier model, and what the later one says. */
  readonly contradictions: readonly { readonly row: StandingRow; readonly before: Answer; readonly after: Answer }[];
  /** Ordinals that consumers are told of, ascending. */
  readonly told: readonly number[];
}

/** Loads what has to be known about a range. The caller holds the months (`holdMonths`). */
export async function readKnown(tx: Kysely<Tables>, range: LogRange, months: readonly ClosedMonth[]): Promise<Known> {
  const adjusted = months.length === 0 ? new Map<number, never>() : await readAdjusted(tx, range);
  return { months, adjusted, contradicted: await readContradicted(tx, range) };
}

/** The closed month an instant lies in, if any. */
export function closedMonthOf(
  months: readonly ClosedMonth[],
  officeCode: string,
  atMs: number,
): ClosedMonth | undefined {
  return months.find((month) => month.officeCode === officeCode && atMs >= month.startMs && atMs < month.endMs);
}

/**
 * Judges rows of one epoch.
 *
 * @param times what the later model says of each, in the same order
 */
export function reviseRows(rows: readonly StandingRow[], times: readonly Answer[], known: Known): Revisions {
  const rewrites: Rewrite[] = [];
  const adjustments: Adjustment[] = [];
  const contradictions: { row: StandingRow; before: Answer; after: Answer }[] = [];
  const told: number[] = [];
  for (const [index, row] of rows.entries()) {
    const time = times[index];
    if (time === undefined) break;
    const { ordinal, officeCode } = row;
    const stands = closedMonthOf(known.months, officeCode, row.occurredAtMs);
    const noted = known.adjusted.get(ordinal);
    const before: Answer = noted !== undefined && noted.modelVersion > (row.modelVersion ?? 0) ? noted : row;
    const after = asStored(time);
    const contradicted = known.contradicted.some(({ from, to }) => ordinal >= from && ordinal < to);
    // A row of a closed month keeps what it has, so it is not given a version either.
    const versioned = row.modelVersion !== null || stands !== undefined;
    const next = nextAnswer(before, after, { contradicted, versioned });
    if (next === null) continue;
    if (next.why === 'contradicted') contradictions.push({ row, before, after });
    const becomes = closedMonthOf(known.months, officeCode, next.answer.occurredAtMs);
    const closed = row.afterClose ? becomes : (stands ?? becomes);
    if (closed !== undefined) {
      if (next.why === 'versioned') continue;
      const { month } = closed;
      const was = row.afterClose ? before : row;
      adjustments.push({ ordinal, officeCode, month, was, wouldBe: next.answer, why: next.why });
      continue;
    }
    rewrites.push({ ordinal, answer: next.answer, why: next.why });
    // One that arrived for a closed month and turns out to be of an open one is shown for the first time.
    if (next.tell || row.afterClose) told.push(ordinal);
  }
  return { rewrites, adjustments, contradictions, told };
}

/** True when there is nothing to store. */
export function isNothing({ rewrites, adjustments }: Revisions): boolean {
  return rewrites.length + adjustments.length === 0;
}

/** Stores what came of rows, and word of it. In the transaction that judged them. */
export async function storeRevisions(
  tx: Kysely<Tables>,
  place: { readonly serial: string; readonly epoch: number; readonly modelVersion: number },
  revisions: Revisions,
): Promise<void> {
  await rewriteAttendance(tx, place, revisions.rewrites);
  await insertAdjustments(tx, place, revisions.adjustments);
  for (const alarm of alarmsOf(place, revisions)) await insertAlarm(tx, alarm);
  for (const range of rangesOf(place, revisions.told)) await appendOutbox(tx, range);
}

/** One alarm for neighbouring rows. */
export function alarmsOf(
  { serial, epoch, modelVersion }: { readonly serial: string; readonly epoch: number; readonly modelVersion: number },
  { contradictions }: Revisions,
): ClockAlarm[] {
  const first = new Map(contradictions.map((one) => [one.row.ordinal, one]));
  return rangesOf({ serial, epoch }, [...first.keys()]).flatMap((range): ClockAlarm[] => {
    const one = first.get(range.from);
    if (one === undefined) return [];
    const { before, after, row } = one;
    return [{ ...range, modelVersion, earlierVersion: row.modelVersion, earlier: before, later: after }];
  });
}

/** Ascending ordinals as ranges without gaps. */
export function rangesOf(
  { serial, epoch }: { readonly serial: string; readonly epoch: number },
  ordinals: readonly number[],
): LogRange[] {
  const ranges: { serial: string; epoch: number; from: number; to: number }[] = [];
  for (const ordinal of ordinals) {
    const last = ranges.at(-1);
    if (last?.to === ordinal) last.to += 1;
    else ranges.push({ serial, epoch, from: ordinal, to: ordinal + 1 });
  }
  return ranges;
}
