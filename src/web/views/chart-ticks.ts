/** Where the lines of a chart stand: whole hours or days along the time, round numbers along the offset. */
import { dayOf, dayRange, zoneOffsetMs } from '../../clock/zone.ts';
import type { Lang } from '../../words/language.ts';
import { clockTime } from '../format.ts';

/** At most so many days are named below a chart. */
const daysNamed = 8;
const offsetLines = 5;
/** Lengths people count in, in milliseconds. */
const roundMs = [
  100, 200, 500, 1_000, 2_000, 5_000, 10_000, 15_000, 30_000, 60_000, 120_000, 300_000, 600_000, 900_000, 1_800_000,
  3_600_000, 7_200_000, 21_600_000, 86_400_000,
];

/** Hours on the clocks of the office for a stretch of less than two days, else the beginnings of days; no more than fit. */
export function timeTicks(
  range: { readonly fromMs: number; readonly untilMs: number },
  timeZone: string,
  lang: Lang,
): { readonly atMs: number; readonly text: string }[] {
  const spanMs = range.untilMs - range.fromMs;
  if (spanMs >= 2 * 86_400_000) return dayTicks(range, timeZone, lang);
  const zoneMs = zoneOffsetMs(timeZone, range.fromMs);
  const everyMs = roundMs.find((ms) => ms >= 300_000 && spanMs / ms <= daysNamed) ?? 21_600_000;
  const firstMs = Math.ceil((range.fromMs + zoneMs) / everyMs) * everyMs - zoneMs;
  return Array.from({ length: Math.floor((range.untilMs - firstMs) / everyMs) + 1 }, (_, index) => {
    const atMs = firstMs + index * everyMs;
    return { atMs, text: clockTime(atMs, timeZone).slice(0, 5) };
  });
}

function dayTicks(
  range: { readonly fromMs: number; readonly untilMs: number },
  timeZone: string,
  lang: Lang,
): { readonly atMs: number; readonly text: string }[] {
  const names = new Intl.DateTimeFormat(lang === 'id' ? 'id-ID' : 'en-GB', {
    timeZone,
    day: 'numeric',
    month: 'short',
  });
  const ticks: { atMs: number; text: string }[] = [];
  const every = Math.max(1, Math.ceil((range.untilMs - range.fromMs) / 86_400_000 / daysNamed));
  let { toMs: atMs } = dayRange(timeZone, dayOf(timeZone, range.fromMs));
  for (let day = 0; atMs < range.untilMs && day < 400; day += 1) {
    if (day % every === 0) ticks.push({ atMs, text: names.format(atMs) });
    atMs = dayRange(timeZone, dayOf(timeZone, atMs)).toMs;
  }
  return ticks;
}

/** Round offsets between two edges, in milliseconds; zero is among them where it lies between. */
export function offsetTicks(lowMs: number, highMs: number): number[] {
  const wantedMs = (highMs - lowMs) / offsetLines;
  const everyMs = roundMs.find((ms) => ms >= wantedMs) ?? Math.ceil(wantedMs / 86_400_000) * 86_400_000;
  const first = Math.ceil(lowMs / everyMs);
  const count = Math.floor(highMs / everyMs) - first + 1;
  return Array.from({ length: Math.max(0, Math.min(count, 2 * offsetLines)) }, (_, index) => (first + index) * everyMs);
}
