/** Concluding about days: counting what changed, judging, storing what is said differently now. */

import {
  countDays,
  type DayCounts,
  lockCompleteness,
  type OfficeDayRow,
  readCompletenessOf,
  storeCompleteness,
} from '../store/completeness.ts';
import { dueStretchMs, takeDue } from '../store/completeness-due.ts';
import type { Database } from '../store/database.ts';
import { readGaps } from '../store/gaps.ts';
import { readStays, readWatchedSince } from '../store/stays.ts';
import { type CalendarDay, calendarDay, daysBetween, type OfficeCalendar } from './calendar.ts';
import { judgeDay } from './judge.ts';

/** What is known of offices: their calendars by code. */
export type Calendars = ReadonlyMap<string, OfficeCalendar>;

type Db = Database['db'];

/** Six-hour stretches in one transaction; each is one or two days to count. */
const stretchesAtOnce = 100;
/** Days judged in one transaction. */
const daysAtOnce = 200;

/**
 * Counts and judges days of which rows changed.
 *
 * @param range.recent those from `cutMs` on, or all before it
 * @returns how many stretches were taken: 0 when no more wait
 */
export async function refreshDue(
  { db }: Database,
  calendars: Calendars,
  range: { readonly recent: boolean; readonly cutMs: number },
  nowMs: number,
): Promise<number> {
  return db.transaction().execute(async (tx) => {
    await lockCompleteness(tx);
    const due = await takeDue(tx, { ...range, limit: stretchesAtOnce });
    const days = new Map<string, CalendarDay>();
    for (const { officeCode, startsAtMs } of due) {
      const office = calendars.get(officeCode);
      if (office === undefined) continue;
      for (const day of daysBetween(office, startsAtMs, startsAtMs + dueStretchMs)) days.set(keyOf(day), day);
    }
    const touched = [...days.values()];
    const counts = touched.length === 0 ? [] : await countDays(tx, touched);
    const counted = new Map(counts.map((row) => [keyOf(row), row]));
    const known = await knownDays(tx, touched);
    // A stretch reaches into the day beside it; where that one never had a row and has none now, nothing is said of it.
    const worth = touched.filter((day) => known.has(keyOf(day)) || (counted.get(keyOf(day))?.records ?? 0) > 0);
    await storeCompleteness(tx, await judged(tx, worth, counted, nowMs));
    return due.length;
  });
}

/**
 * Judges days anew because of what is known about their machines; those that were never counted are counted.
 *
 * @returns how many are said differently now
 */
export async function refreshDays(
  { db }: Database,
  calendars: Calendars,
  days: readonly { readonly officeCode: string; readonly day: string }[],
  nowMs: number,
): Promise<number> {
  let changed = 0;
  for (let at = 0; at < days.length; at += daysAtOnce) {
    const page = days.slice(at, at + daysAtOnce).flatMap(({ officeCode, day }) => {
      const office = calendars.get(officeCode);
      return office === undefined ? [] : [calendarDay(office, day)];
    });
    changed += await db.transaction().execute(async (tx) => {
      await lockCompleteness(tx);
      const known = await knownDays(tx, page);
      const uncounted = page.filter((day) => !known.has(keyOf(day)));
      const counts = uncounted.length === 0 ? [] : await countDays(tx, uncounted);
      const all = new Map<string, DayCounts>([...known, ...counts.map((row) => [keyOf(row), row] as const)]);
      return storeCompleteness(tx, await judged(tx, page, all, nowMs));
    });
  }
  return changed;
}

async function knownDays(tx: Db, days: readonly CalendarDay[]): Promise<ReadonlyMap<string, DayCounts>> {
  const rows = days.length === 0 ? [] : await readCompletenessOf(tx, days);
  return new Map(rows.map((row) => [keyOf(row), row]));
}

async function judged(
  tx: Db,
  days: readonly CalendarDay[],
  counts: ReadonlyMap<string, DayCounts>,
  nowMs: number,
): Promise<readonly OfficeDayRow[]> {
  if (days.length === 0) return [];
  const officeCodes = [...new Set(days.map(({ officeCode }) => officeCode))];
  const fromMs = Math.min(...days.map(({ startMs }) => startMs));
  const toMs = Math.max(...days.map(({ endMs }) => endMs));
  const stays = groupBy(await readStays(tx, officeCodes, fromMs), ({ officeCode }) => officeCode);
  const gaps = groupBy(await readGaps(tx, { touching: { fromMs, toMs }, officeCodes }), ({ officeCode }) => officeCode);
  const watchedSince = await readWatchedSince(tx);
  return days.map((day) => {
    const { records = 0, notFinal = 0, afterClose = 0, content = '0' } = counts.get(keyOf(day)) ?? {};
    return judgeDay({
      ...day,
      nowMs,
      watchedSinceMs: watchedSince.get(day.officeCode) ?? null,
      stays: stays.get(day.officeCode) ?? [],
      gaps: gaps.get(day.officeCode) ?? [],
      counts: { records, notFinal, afterClose, content },
    });
  });
}

function groupBy<Row>(rows: readonly Row[], keyOfRow: (row: Row) => string): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(keyOfRow(row));
    if (group === undefined) groups.set(keyOfRow(row), [row]);
    else group.push(row);
  }
  return groups;
}

function keyOf({ officeCode, day }: { readonly officeCode: string; readonly day: string }): string {
  return `${officeCode} ${day}`;
}
