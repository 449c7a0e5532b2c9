/** Instants, ages and clock offsets as people say them. */
import { type Lang, numberText } from './language.ts';

/** WIB, WITA, WIT for the zones of Indonesia; `GMT+8` and the like elsewhere. */
export function zoneLabel(timeZone: string, atMs: number): string {
  // The Indonesian locale knows the names of the Indonesian zones, others call them GMT+7.
  const parts = new Intl.DateTimeFormat('id-ID', { timeZone, timeZoneName: 'short' }).formatToParts(atMs);
  return parts.find((part) => part.type === 'timeZoneName')?.value ?? timeZone;
}

/** `2025-03-02 07:31:04 WIB` */
export function instantText(atMs: number, timeZone: string): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    hourCycle: 'h23',
  }).formatToParts(atMs);
  const at = (type: Intl.DateTimeFormatPartTypes): string => parts.find((part) => part.type === type)?.value ?? '';
  const date = `${at('year')}-${at('month')}-${at('day')}`;
  return `${date} ${at('hour')}:${at('minute')}:${at('second')} ${zoneLabel(timeZone, atMs)}`;
}

const unitsMs = [
  { ms: 86_400_000, id: 'hari', en: ['day', 'days'] },
  { ms: 3_600_000, id: 'jam', en: ['hour', 'hours'] },
  { ms: 60_000, id: 'menit', en: ['minute', 'minutes'] },
  { ms: 1000, id: 'detik', en: ['second', 'seconds'] },
] as const;

/**
 * A length of time in its two largest units: `2 menit 10 detik`. Below ten seconds with one decimal.
 *
 * @param durationMs its sign is ignored
 */
export function durationText(durationMs: number, lang: Lang): string {
  const seconds = Math.abs(durationMs) / 1000;
  if (seconds < 9.95) {
    const shown = numberText(seconds, lang, 1);
    return lang === 'id' ? `${shown} detik` : `${shown} ${shown === '1' ? 'second' : 'seconds'}`;
  }
  let restMs = Math.round(seconds) * 1000;
  const words: string[] = [];
  for (const unit of unitsMs) {
    const count = Math.floor(restMs / unit.ms);
    restMs -= count * unit.ms;
    if (count === 0 && words.length === 0) continue;
    if (count > 0) words.push(`${numberText(count, lang)} ${lang === 'id' ? unit.id : unit.en[count === 1 ? 0 : 1]}`);
    else words.push('');
    if (words.length === 2) break;
  }
  return words.filter((word) => word !== '').join(' ');
}

/** How long ago, in one unit: `3 menit lalu`, `3 minutes ago`. Less than ten seconds, or the future: `baru saja`. */
export function ageText(ageMs: number, lang: Lang): string {
  if (ageMs < 10_000) return lang === 'id' ? 'baru saja' : 'just now';
  const unit = unitsMs.find(({ ms }) => ageMs >= ms) ?? unitsMs[3];
  const count = Math.floor(ageMs / unit.ms);
  const shown = numberText(count, lang);
  return lang === 'id' ? `${shown} ${unit.id} lalu` : `${shown} ${unit.en[count === 1 ? 0 : 1]} ago`;
}

/** An error bound: `± 0,05 detik`; a bound is never rounded down. */
export function boundText(boundMs: number, lang: Lang): string {
  const decimals = boundMs < 1000 ? 2 : 1;
  const step = 10 ** decimals;
  const seconds = Math.ceil((Math.abs(boundMs) / 1000) * step - 1e-9) / step;
  return `± ${numberText(seconds, lang, decimals)} ${lang === 'id' ? 'detik' : 's'}`;
}

/**
 * A clock's offset as a sentence: `Jam mesin lebih cepat 2 menit 10 detik`.
 *
 * @param offsetMs the terminal's clock minus true time in the office's zone; positive is fast
 * @param boundMs half the width of the interval the offset lies in; an offset within it, or below half a second, cannot
 * be told from right on a clock that shows whole seconds
 */
export function offsetText(offsetMs: number, boundMs: number, lang: Lang): string {
  if (Math.abs(offsetMs) <= Math.max(boundMs, 500))
    return lang === 'id' ? 'Jam mesin tepat' : "The terminal's clock is right";
  const by = durationText(offsetMs, lang);
  if (lang === 'id') return `Jam mesin lebih ${offsetMs > 0 ? 'cepat' : 'lambat'} ${by}`;
  return `The terminal's clock is ${by} ${offsetMs > 0 ? 'fast' : 'slow'}`;
}

/** {@link offsetText} for a table: `+2 menit 10 detik`, `tepat`. */
export function offsetBrief(offsetMs: number, boundMs: number, lang: Lang): string {
  if (Math.abs(offsetMs) <= Math.max(boundMs, 500)) return lang === 'id' ? 'tepat' : 'right';
  return `${offsetMs > 0 ? '+' : '−'}${durationText(offsetMs, lang)}`;
}
