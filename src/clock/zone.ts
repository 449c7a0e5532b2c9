/**
 * Time zones: the one place that turns instants into wall clocks and days, and back. The rules are the library's and its
 * zone data, never ours: Indonesia knows no daylight saving, other places do.
 */
import { Temporal } from 'temporal-polyfill';
import type { DeviceTime } from './device-time.ts';

/** What people call the zones of Indonesia: west, centre, east. */
const indonesianLabels: Readonly<Record<string, string>> = {
  'Asia/Jakarta': 'WIB',
  'Asia/Pontianak': 'WIB',
  'Asia/Makassar': 'WITA',
  'Asia/Jayapura': 'WIT',
};

/** Formatters by zone. Making one costs a thousand times what using it does, and an installation has a handful. */
const labelFormats = new Map<string, Intl.DateTimeFormat>();
const keptFormats = 64;

/** Where each zone's offset last stood and for how long it does: it is asked for at every turn, and changes twice a year. */
const stretches = new Map<string, { readonly fromMs: number; readonly untilMs: number; readonly offsetMs: number }>();

/** True for a zone name of the IANA database, such as `Asia/Jakarta`. A bare offset such as `+07:00` is not one. */
export function isKnownZone(zone: string): boolean {
  if (!/^[A-Za-z]/.test(zone)) return false;
  try {
    at(zone, 0);
    return true;
  } catch {
    return false;
  }
}

/**
 * What the zone adds to UTC at an instant, in milliseconds: the offset that a well-set terminal there has.
 *
 * @param utcMs milliseconds UTC
 * @throws RangeError for a zone that is not known
 */
export function zoneOffsetMs(zone: string, utcMs: number): number {
  const known = stretches.get(zone);
  if (known !== undefined && utcMs >= known.fromMs && utcMs < known.untilMs) return known.offsetMs;
  const here = at(zone, utcMs);
  // Strictly before the next millisecond: a change at this very instant counts.
  const changed = at(zone, Math.floor(utcMs) + 1).getTimeZoneTransition('previous');
  const changes = here.getTimeZoneTransition('next');
  if (stretches.size >= keptFormats) stretches.clear();
  const offsetMs = here.offsetNanoseconds / 1_000_000;
  const fromMs = changed?.epochMilliseconds ?? Number.NEGATIVE_INFINITY;
  stretches.set(zone, { fromMs, untilMs: changes?.epochMilliseconds ?? Number.POSITIVE_INFINITY, offsetMs });
  return offsetMs;
}

/**
 * What people there call their time: WIB, WITA or WIT in Indonesia, elsewhere the short English name.
 *
 * @param utcMs names change with daylight saving; milliseconds UTC, January 2026 when left out
 * @throws RangeError for a zone that is not known
 */
export function zoneLabel(zone: string, utcMs: number = Date.UTC(2026, 0, 1)): string {
  const { timeZoneId } = at(zone, utcMs);
  const indonesian = indonesianLabels[timeZoneId];
  if (indonesian !== undefined) return indonesian;
  const parts = labelFormat(timeZoneId).formatToParts(utcMs);
  return parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZoneId;
}

/**
 * What a well-set wall clock there shows, cut to the second.
 *
 * @param utcMs milliseconds UTC
 * @throws RangeError for a zone that is not known
 */
export function wallTimeIn(zone: string, utcMs: number): DeviceTime {
  const { year, month, day, hour, minute, second } = at(zone, utcMs);
  return { year, month, day, hour, minute, second };
}

/**
 * The calendar day there, as `YYYY-MM-DD`.
 *
 * @param utcMs milliseconds UTC
 * @throws RangeError for a zone that is not known
 */
export function dayOf(zone: string, utcMs: number): string {
  return at(zone, utcMs).toPlainDate().toString();
}

/**
 * From where to where a calendar day lasts there. Days of 23 and 25 hours come out as such, and one that begins at 01:00
 * too.
 *
 * @param day `YYYY-MM-DD`
 * @returns milliseconds UTC, `toMs` excluded
 * @throws RangeError for a zone or a day that does not exist
 */
export function dayRange(zone: string, day: string): { readonly fromMs: number; readonly toMs: number } {
  const date = Temporal.PlainDate.from(day, { overflow: 'reject' });
  const startOf = (plain: Temporal.PlainDate): number => plain.toZonedDateTime(zone).epochMilliseconds;
  return { fromMs: startOf(date), toMs: startOf(date.add({ days: 1 })) };
}

/**
 * From where to where a calendar month lasts there.
 *
 * @param month `YYYY-MM`
 * @returns milliseconds UTC, `toMs` excluded
 * @throws RangeError for a zone or a month that does not exist
 */
export function monthRange(zone: string, month: string): { readonly fromMs: number; readonly toMs: number } {
  const first = Temporal.PlainDate.from(`${month}-01`, { overflow: 'reject' });
  const startOf = (plain: Temporal.PlainDate): number => plain.toZonedDateTime(zone).epochMilliseconds;
  return { fromMs: startOf(first), toMs: startOf(first.add({ months: 1 })) };
}

function at(zone: string, utcMs: number): Temporal.ZonedDateTime {
  // A fraction of a millisecond is not an instant to the library; the second it lies in is what matters.
  return Temporal.Instant.fromEpochMilliseconds(Math.floor(utcMs)).toZonedDateTimeISO(zone);
}

function labelFormat(zone: string): Intl.DateTimeFormat {
  const known = labelFormats.get(zone);
  if (known !== undefined) return known;
  if (labelFormats.size >= keptFormats) labelFormats.clear();
  const made = new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'short' });
  labelFormats.set(zone, made);
  return made;
}
