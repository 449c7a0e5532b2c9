import { expect, test } from 'vitest';
import { toText } from '../../src/web/html.ts';
import { type DayShape, histogram, windowOf } from '../../src/web/views/histogram.ts';
import { wordsOf } from '../../src/web/words.ts';

const words = wordsOf('id');
/** Midnight of 2 March 2026 in Jakarta. */
const dayStartMs = Date.UTC(2026, 2, 1, 17);
const hour = 3_600_000;

function dayOf(punches: Readonly<Record<number, number>>, elapsedMs: number): DayShape {
  const bins = Array.from({ length: 300 }, (_, bin) => punches[bin] ?? 0);
  return { dayStartMs, timeZone: 'Asia/Jakarta', bins, elapsedMs };
}

test('the window holds the morning in any case, every punch, and the present hour', () => {
  expect(windowOf([])).toEqual({ from: 6, to: 10 });
  expect(windowOf([dayOf({}, 7.5 * hour)])).toEqual({ from: 6, to: 10 });
  // 05:55 and 16:00
  expect(windowOf([dayOf({ 71: 1 }, 8 * hour), dayOf({ 192: 1 }, 8 * hour)])).toEqual({ from: 5, to: 17 });
  expect(windowOf([dayOf({}, 21.2 * hour)])).toEqual({ from: 6, to: 22 });
  expect(windowOf([dayOf({ 0: 1, 299: 1 }, 25 * hour)])).toEqual({ from: 0, to: 25 });
});

test('bars stand at their five minutes, the highest fills the height, a single punch is visible', () => {
  // 07:25 and 07:30 in a window from 06:00: seventeen and eighteen steps of five minutes.
  const svg = toText(histogram(dayOf({ 89: 1, 90: 200 }, 7.6 * hour), { from: 6, to: 10 }, words));
  expect(svg).toContain('viewBox="0 0 48 24"');
  expect(svg).toContain('d="M17 24v-1h1v-23h1v24"');
  expect(svg).toContain('<path class="now" d="M19 0V24"/>');
  expect(svg).toContain('Terbanyak pukul 07:30: 200 catatan.');
});

test('a day without punches says so and draws no bars', () => {
  const svg = toText(histogram(dayOf({}, 5 * hour), { from: 6, to: 10 }, words));
  expect(svg).toContain('Belum ada catatan hari ini.');
  expect(svg).toContain('class="bars" d=""');
  expect(svg).not.toContain('class="now"');
});
