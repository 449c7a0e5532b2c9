/**
 * Times, offsets and lengths to be worked with: with their fraction, and rounded to a known side. (`src/words/time.ts` has
 * the ones to be read in passing.)
 */
import { deviceTimeFromMs, formatDeviceTime } from '../clock/device-time.ts';
import { wallTimeIn, zoneLabel, zoneOffsetMs } from '../clock/zone.ts';
import { type Lang, numberText } from '../words/language.ts';

/** To which side a figure is rounded: bounds outwards, everything else to the nearest. */
export type Rounding = 'down' | 'up' | 'near';

const roundings: Readonly<Record<Rounding, (value: number) => number>> = {
  // A hair of slack, so that what is exact already is not moved by the fraction's own error.
  down: (value) => Math.floor(value + 1e-6),
  up: (value) => Math.ceil(value - 1e-6),
  near: Math.round,
};

/** Milliseconds rounded to so many decimals of a second. */
export function rounded(ms: number, decimals: number, rounding: Rounding): number {
  const perMs = 10 ** (decimals - 3);
  return roundings[rounding](ms * perMs) / perMs;
}

function fraction(ms: number, decimals: number, lang: Lang): string {
  const units = Math.round((((ms % 1_000) + 1_000) % 1_000) * 10 ** (decimals - 3));
  return decimals === 0 ? '' : `${lang === 'id' ? ',' : '.'}${String(units).padStart(decimals, '0')}`;
}

/** How the figures of one explanation are written: its language, and the zone and day that need not be repeated. */
export interface Figures {
  readonly lang: Lang;
  readonly timeZone: string;
  /** WIB, WITA, WIT or what else people there call their time. */
  readonly zoneName: string;
  /** What the zone adds to UTC there and then. */
  readonly zoneMs: number;
  /** `2026-11-02 07:29:54,893` by the office's clocks. */
  instant(atMs: number, decimals?: number, rounding?: Rounding): string;
  /** The same without the day. */
  timeOfDay(atMs: number, decimals?: number, rounding?: Rounding): string;
  /** Day and time without the day where it is the day of the punch. */
  near(atMs: number, decimals?: number, rounding?: Rounding): string;
  /** What a terminal's screen shows, `2026-11-02 07:32:05`. */
  shown(deviceMs: number): string;
  /** The same without the day where it is the day of the punch. */
  shownNear(deviceMs: number): string;
  /** `+0:02:10,1000`: an offset against the office's time, not against UTC. */
  offset(offsetMs: number, decimals?: number, rounding?: Rounding): string;
  /** The same for a jump, which has no zone. */
  jump(byMs: number, decimals?: number): string;
  /** `24,950`: seconds. */
  seconds(ms: number, decimals?: number, rounding?: Rounding): string;
  number(value: number, decimals?: number): string;
}

/**
 * Figures for one place and time.
 *
 * @param aroundMs milliseconds UTC, whose day and zone offset are meant
 */
export function figuresFor(timeZone: string, aroundMs: number, lang: Lang): Figures {
  const zoneMs = zoneOffsetMs(timeZone, aroundMs);
  const partsOf = (atMs: number, decimals: number, rounding: Rounding): readonly [string, string] => {
    const at = rounded(atMs, decimals, rounding);
    const [day = '', time = ''] = formatDeviceTime(wallTimeIn(timeZone, at)).split('T');
    return [day, time + fraction(at, decimals, lang)];
  };
  const [today] = partsOf(aroundMs, 0, 'near');
  const instant: Figures['instant'] = (atMs, decimals = 3, rounding = 'near') =>
    partsOf(atMs, decimals, rounding).join(' ');
  const timeOfDay: Figures['timeOfDay'] = (atMs, decimals = 3, rounding = 'near') =>
    partsOf(atMs, decimals, rounding)[1];
  const shown = (deviceMs: number): string => formatDeviceTime(deviceTimeFromMs(deviceMs)).replace('T', ' ');
  return {
    lang,
    timeZone,
    zoneName: zoneLabel(timeZone, aroundMs),
    zoneMs,
    instant,
    timeOfDay,
    near(atMs, decimals = 3, rounding = 'near') {
      const [day, time] = partsOf(atMs, decimals, rounding);
      return day === today ? time : `${day} ${time}`;
    },
    shown,
    shownNear: (deviceMs) => (shown(deviceMs).startsWith(today) ? shown(deviceMs).slice(11) : shown(deviceMs)),
    offset: (offsetMs, decimals = 4, rounding = 'near') =>
      signedClock(rounded(offsetMs - zoneMs, decimals, rounding), decimals, lang),
    jump: (byMs, decimals = 3) =>
      Number.isFinite(byMs) ? signedClock(rounded(byMs, decimals, 'near'), decimals, lang) : byMs < 0 ? '−∞' : '+∞',
    seconds: (ms, decimals = 4, rounding = 'near') => secondsText(rounded(ms, decimals, rounding), decimals, lang),
    number: (value, decimals = 0) => numberText(value, lang, decimals),
  };
}

/** `−9.803 hari 7:31:04,0200` or `+0:02:10,1000`. */
function signedClock(ms: number, decimals: number, lang: Lang): string {
  const size = Math.abs(ms);
  const whole = Math.floor(size / 1_000 + 1e-9);
  const days = Math.floor(whole / 86_400);
  const two = (value: number): string => String(value).padStart(2, '0');
  const clock = `${Math.floor((whole % 86_400) / 3_600)}:${two(Math.floor(whole / 60) % 60)}:${two(whole % 60)}`;
  const daysText =
    days === 0 ? '' : `${numberText(days, lang)} ${lang === 'id' ? 'hari' : days === 1 ? 'day' : 'days'} `;
  return `${ms < 0 ? '−' : '+'}${daysText}${clock}${fraction(size - whole * 1_000, decimals, lang)}`;
}

function secondsText(ms: number, decimals: number, lang: Lang): string {
  const text = new Intl.NumberFormat(lang === 'id' ? 'id-ID' : 'en-GB', {
    minimumFractionDigits: decimals,
    maximumFractionDigits: decimals,
  }).format(Math.abs(ms) / 1_000);
  return ms < 0 ? `−${text}` : text;
}

/** The first letter large. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
