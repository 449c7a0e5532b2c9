/** Ages, lengths of time and clock offsets as people say them. */
import { type Lang, numberText } from './language.ts';

interface Unit {
  readonly ms: number;
  readonly id: string;
  readonly en: readonly [one: string, many: string];
  readonly short: Readonly<Record<Lang, string>>;
}

const second: Unit = { ms: 1000, id: 'detik', en: ['second', 'seconds'], short: { id: 'dtk', en: 's' } };
const units: readonly Unit[] = [
  { ms: 86_400_000, id: 'hari', en: ['day', 'days'], short: { id: 'hari', en: 'd' } },
  { ms: 3_600_000, id: 'jam', en: ['hour', 'hours'], short: { id: 'jam', en: 'h' } },
  { ms: 60_000, id: 'menit', en: ['minute', 'minutes'], short: { id: 'mnt', en: 'min' } },
  second,
];

function counted(count: number, unit: Unit, lang: Lang, form: 'long' | 'short', decimals = 0): string {
  const word = form === 'short' ? unit.short[lang] : lang === 'id' ? unit.id : unit.en[count === 1 ? 0 : 1];
  return `${numberText(count, lang, decimals)} ${word}`;
}

/**
 * A length of time in its two largest units: `2 menit 10 detik`, short `2 mnt 10 dtk`. Below ten seconds with one decimal.
 *
 * @param durationMs its sign is ignored
 */
export function durationText(durationMs: number, lang: Lang, form: 'long' | 'short' = 'long'): string {
  const tenths = Math.round(Math.abs(durationMs) / 100);
  if (tenths < 100) return counted(tenths / 10, second, lang, form, 1);
  let restMs = Math.round(Math.abs(durationMs) / 1000) * 1000;
  const largest = units.findIndex(({ ms }) => restMs >= ms);
  const words: string[] = [];
  for (const unit of units.slice(largest, largest + 2)) {
    const count = Math.floor(restMs / unit.ms);
    restMs -= count * unit.ms;
    if (count > 0) words.push(counted(count, unit, lang, form));
  }
  return words.join(' ');
}

/** How long ago, in one unit: `3 menit lalu`, `3 minutes ago`. Less than ten seconds, or the future: `baru saja`. */
export function ageText(ageMs: number, lang: Lang): string {
  if (ageMs < 10_000) return lang === 'id' ? 'baru saja' : 'just now';
  const unit = units.find(({ ms }) => ageMs >= ms) ?? second;
  return `${counted(Math.floor(ageMs / unit.ms), unit, lang, 'long')} ${lang === 'id' ? 'lalu' : 'ago'}`;
}

/** An error bound: `± 0,05 detik`; a bound is never rounded down. */
export function boundText(boundMs: number, lang: Lang): string {
  return `± ${boundNumber(boundMs, lang)} ${lang === 'id' ? 'detik' : 's'}`;
}

function boundNumber(boundMs: number, lang: Lang): string {
  const decimals = boundMs < 1000 ? 2 : 1;
  const step = 10 ** decimals;
  // A hair less, so that what is exact already is not lifted by the fraction's own error.
  const steps = Math.max(0, Math.ceil((Math.abs(boundMs) / 1000) * step - 1e-9));
  return numberText(steps / step, lang, decimals);
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

/**
 * An offset for a table: `+2 mnt 10 dtk ±0,1`, `tepat ±0,1`. See {@link offsetText} for its arguments.
 *
 * @param boundMs null when the bound is not known
 */
export function offsetBrief(offsetMs: number, boundMs: number | null, lang: Lang): string {
  const bound = boundMs === null ? '' : ` ±${boundNumber(boundMs, lang)}`;
  if (Math.abs(offsetMs) <= Math.max(boundMs ?? 0, 500)) return (lang === 'id' ? 'tepat' : 'right') + bound;
  return `${offsetMs > 0 ? '+' : '−'}${durationText(offsetMs, lang, 'short')}${bound}`;
}
