/** Times and offsets as the page shows them. A time always shows its zone, and its day in the title. */
import { formatDeviceTime } from '../clock/device-time.ts';
import { wallTimeIn, zoneLabel } from '../clock/zone.ts';
import { boundText, durationText } from '../words/time.ts';
import { type Html, html } from './html.ts';
import type { Words } from './words.ts';

const dayFormats = new Map<string, Intl.DateTimeFormat>();
const numberFormats = new Map<string, Intl.NumberFormat>();

/** Making a formatter costs a thousand times what using it does; zones and languages are few. */
function dayFormat(timeZone: string, words: Words, style: 'long' | 'short'): Intl.DateTimeFormat {
  const key = `${style} ${words.locale} ${timeZone}`;
  const weekday = style === 'long' ? ({ weekday: 'long' } as const) : {};
  const options = { timeZone, ...weekday, day: 'numeric', month: style, year: 'numeric' } as const;
  const format = dayFormats.get(key) ?? new Intl.DateTimeFormat(words.locale, options);
  dayFormats.set(key, format);
  return format;
}

/** `07:31:04` and `WIB` of an instant, and its calendar day, in a zone. */
function partsOf(
  atMs: number,
  timeZone: string,
): { readonly day: string; readonly time: string; readonly zone: string } {
  const [day = '', time = ''] = formatDeviceTime(wallTimeIn(timeZone, atMs)).split('T');
  return { day, time, zone: zoneLabel(timeZone, atMs) };
}

/** `07:31:04` in the zone, without its name: for columns whose head or row names it. */
export function clockTime(atMs: number, timeZone: string): string {
  return partsOf(atMs, timeZone).time;
}

/** `Kamis, 12 Juni 2025` in the zone. */
export function longDay(atMs: number, timeZone: string, words: Words): string {
  return dayFormat(timeZone, words, 'long').format(atMs);
}

/** `07:31:04 WIB`, with the day in front when it is not the day of `nowMs`: `11 Jun 2025 07:31:04 WIB`. */
export function stamp(atMs: number, timeZone: string, words: Words, nowMs: number): string {
  const { day, time, zone } = partsOf(atMs, timeZone);
  if (day === partsOf(nowMs, timeZone).day) return `${time} ${zone}`;
  return `${dayFormat(timeZone, words, 'short').format(atMs)} ${time} ${zone}`;
}

/** {@link stamp} as an element: its day in the title, its instant for machines. */
export function timeTag(atMs: number, timeZone: string, words: Words, nowMs: number): Html {
  const { time, zone } = partsOf(atMs, timeZone);
  const title = `${longDay(atMs, timeZone, words)}, ${time} ${zone}`;
  return html`<time datetime="${new Date(atMs).toISOString()}" title="${title}">${stamp(atMs, timeZone, words, nowMs)}</time>`;
}

/** `4.812` */
export function count(value: number, words: Words): string {
  const format = numberFormats.get(words.locale) ?? new Intl.NumberFormat(words.locale);
  numberFormats.set(words.locale, format);
  return format.format(value);
}

/** `± 0,6 detik`; null when one of the bounds is not known. */
export function boundOf(earliestMs: number, latestMs: number, words: Words): string | null {
  const halfMs = (latestMs - earliestMs) / 2;
  return Number.isFinite(halfMs) ? boundText(halfMs, words.lang) : null;
}

/** An offset for people who know the column's head: `lebih cepat 2 menit 10 detik`, `tepat`. */
export function offsetWords(
  offsetMs: number | null,
  boundMs: number | null,
  words: Words,
  form: 'long' | 'short' = 'long',
): string {
  if (offsetMs === null) return words.offsetUnknown;
  // A clock that shows whole seconds cannot be told from right within half a second.
  if (Math.abs(offsetMs) <= Math.max(boundMs ?? 0, 500)) return words.offsetExact;
  const length = durationText(offsetMs, words.lang, form);
  return offsetMs > 0 ? words.offsetFast(length) : words.offsetSlow(length);
}

export { zoneLabel };
