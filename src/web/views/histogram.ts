/** The day as a thin histogram: five-minute bins, one path, drawn on the server. */
import { clockTime, count } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Words } from '../words.ts';

/** One day of punches. */
export interface DayShape {
  readonly dayStartMs: number;
  readonly timeZone: string;
  /** Punches per five minutes since the start of the day; index 0 is midnight. */
  readonly bins: readonly number[];
  /** How far into the day it is now: behind it nothing is known yet. */
  readonly elapsedMs: number;
}

/** The hours that all histograms of one page show, so that rows can be compared: `from ≤ hour < to`. */
export interface HourWindow {
  readonly from: number;
  readonly to: number;
}

const binMs = 300_000;
const binsPerHour = 12;

/** The window that holds every punch and the present moment, and 06–10 in any case. */
export function windowOf(days: readonly DayShape[]): HourWindow {
  let from = 6;
  let to = 10;
  for (const { bins, elapsedMs } of days) {
    const first = bins.findIndex((punches) => punches > 0);
    const last = bins.findLastIndex((punches) => punches > 0);
    if (first >= 0) from = Math.min(from, Math.floor(first / binsPerHour));
    to = Math.max(to, Math.floor(last / binsPerHour) + 1, Math.ceil(elapsedMs / (binMs * binsPerHour)));
  }
  return { from, to: Math.min(Math.max(to, from + 1), 25) };
}

/** Draws one day. The present is a fine line; behind it the ground stays empty, because nothing is known there. */
export function histogram(day: DayShape, hours: HourWindow, words: Words, heightUnits = 24): Html {
  const peak = Math.max(0, ...day.bins);
  const first = hours.from * binsPerHour;
  const width = (hours.to - hours.from) * binsPerHour;
  const label = peak === 0 ? words.histogram.none : labelOf(day, peak, words);
  const now = Math.floor(day.elapsedMs / binMs) - first;
  return html`<svg class="histogram${heightUnits > 24 && ' tall'}" viewBox="0 0 ${width} ${heightUnits}" preserveAspectRatio="none" role="img"><title>${label}</title>${
    now > 0 && now < width && html`<path class="now" d="M${now} 0V${heightUnits}"/>`
  }<path class="bars" d="${bars(day.bins, first, width, peak, heightUnits)}"/></svg>`;
}

/** Hour names below a histogram, at most seven of them. */
export function hourAxis(hours: HourWindow): Html {
  const all = Array.from({ length: hours.to - hours.from }, (_, index) => hours.from + index);
  const every = Math.max(1, Math.ceil(all.length / 6));
  // The column of an hour says where it stands: a style attribute would be refused by the page's own policy.
  const names = all.map(
    (hour, index) => html`<span>${index % every === 0 && String(hour % 24).padStart(2, '0')}</span>`,
  );
  return html`<span class="axis" aria-hidden="true">${names}</span>`;
}

/**
 * Bars as one outline, told by its steps: sixty offices draw thousands of bars, and a page is small. A bin with any punch is
 * never invisible.
 */
function bars(bins: readonly number[], first: number, width: number, peak: number, heightUnits: number): string {
  let path = '';
  let [height, wide] = [0, 0];
  for (let x = 0; x <= width; x += 1) {
    const punches = x === width ? 0 : (bins[first + x] ?? 0);
    const next = punches === 0 ? 0 : Math.max(1, Math.round((punches / peak) * heightUnits));
    if (next !== height) {
      path += path === '' ? `M${x} ${heightUnits}` : `h${wide}`;
      path += `v${height - next}`;
      [height, wide] = [next, 0];
    }
    wide += 1;
  }
  return path;
}

function labelOf(day: DayShape, peak: number, words: Words): string {
  const peakAtMs = day.dayStartMs + day.bins.indexOf(peak) * binMs;
  return words.histogram.label(clockTime(peakAtMs, day.timeZone).slice(0, 5), count(peak, words));
}
