/** Days of offices as stretches of time. */
import { dayOf, dayRange, zoneOffsetMs } from '../clock/zone.ts';

/** An office as its days are reckoned. */
export interface OfficeCalendar {
  readonly code: string;
  /** IANA name, such as `Asia/Jakarta`. */
  readonly timeZone: string;
  /** Minute of the day up to which all must be read; null for the whole day. */
  readonly relevantUntilMinute: number | null;
}

/** A day. Instants in milliseconds UTC, ends excluded. */
export interface CalendarDay {
  readonly officeCode: string;
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
  readonly relevantEndMs: number;
}

const minuteMs = 60_000;
const dayMs = 86_400_000;

/**
 * A day of an office.
 *
 * @param day `YYYY-MM-DD` in its zone
 * @throws RangeError for a day that does not exist
 */
export function calendarDay(office: OfficeCalendar, day: string): CalendarDay {
  const { fromMs: startMs, toMs: endMs } = dayRange(office.timeZone, day);
  return { officeCode: office.code, day, startMs, endMs, relevantEndMs: relevantEnd(office, startMs, endMs) };
}

/** The days of an office that reach into a stretch of time, the oldest first; at most 800. */
export function daysBetween(office: OfficeCalendar, fromMs: number, toMs: number): readonly CalendarDay[] {
  const days: CalendarDay[] = [];
  for (let atMs = fromMs; days.length < 800; ) {
    const day = calendarDay(office, dayOf(office.timeZone, atMs));
    days.push(day);
    if (day.endMs >= toMs) break;
    atMs = day.endMs;
  }
  return days;
}

/** The day `before` days before the one an instant lies in, as `YYYY-MM-DD`. */
export function dayBefore(office: OfficeCalendar, atMs: number, before: number): string {
  const { startMs } = calendarDay(office, dayOf(office.timeZone, atMs));
  // From noon, so that days of 23 and 25 hours do not add up to another day.
  return dayOf(office.timeZone, startMs + dayMs / 2 - before * dayMs);
}

/** A minute of the day is one of the wall clock: on a day of 25 hours it comes an hour later. */
function relevantEnd({ timeZone, relevantUntilMinute }: OfficeCalendar, startMs: number, endMs: number): number {
  if (relevantUntilMinute === null) return endMs;
  const plainMs = startMs + relevantUntilMinute * minuteMs;
  const shiftedMs = plainMs - (zoneOffsetMs(timeZone, plainMs) - zoneOffsetMs(timeZone, startMs));
  return Math.min(endMs, Math.max(startMs, shiftedMs));
}
