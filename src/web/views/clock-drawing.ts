/** A clock over time, drawn on the server: no script, no inline style, a title and a description for those who listen. */
import type { Band, ClockChart } from '../../explain/clock-chart.ts';
import { clockWords } from '../../words/clocks.ts';
import type { Lang } from '../../words/language.ts';
import { durationText } from '../../words/time.ts';
import { type Html, html } from '../html.ts';
import { offsetTicks, timeTicks } from './chart-ticks.ts';

/** The punches of one part of the time. */
export interface PunchBar {
  readonly bin: number;
  readonly punches: number;
  readonly uncertain: number;
}

/** What is drawn beside the clock itself. */
export interface Drawn {
  readonly chart: ClockChart;
  readonly bins: number;
  readonly punches: readonly PunchBar[];
  readonly timeZone: string;
  readonly lang: Lang;
  /** One sentence that says what the chart shows. */
  readonly description: string;
}

const left = 108;
const right = 952;
const top = 36;
const bottom = 262;
const punchTop = 286;
const punchBottom = 326;
const width = 960;
const height = 366;
const numberWidth = 22;

type Scale = (value: number) => number;

/** The chart. */
export function clockDrawing(drawn: Drawn): Html {
  const { chart, lang, description } = drawn;
  const x: Scale = (atMs) => tenth(left + ((atMs - chart.fromMs) / (chart.untilMs - chart.fromMs)) * (right - left));
  const y: Scale = (offsetMs) => {
    const inside = Math.min(chart.highMs, Math.max(chart.lowMs, offsetMs));
    return tenth(bottom - ((inside - chart.lowMs) / (chart.highMs - chart.lowMs)) * (bottom - top));
  };
  return html`<svg class="clock-chart" viewBox="0 0 ${width} ${height}" role="img" aria-labelledby="chart-title chart-text"><title id="chart-title">${clockWords.offset[lang]}</title><desc id="chart-text">${description}</desc>
${grid(drawn, x, y)}
${stepMarks(chart, x)}
${chart.bands.map((band) => bandShape(band, x, y))}
${chart.setsMs.filter((atMs) => atMs >= chart.fromMs).map((atMs) => setMark(x(atMs)))}
${punchBars(drawn)}
</svg>`;
}

function tenth(value: number): number {
  return Math.round(value * 10) / 10;
}

function grid({ chart, timeZone, lang }: Drawn, x: Scale, y: Scale): Html {
  const days = timeTicks(chart, timeZone, lang).map(
    ({ atMs, text }) =>
      html`<path class="grid" d="M${x(atMs)} ${top}V${punchBottom}"/><text class="tick" x="${x(atMs)}" y="${height - 18}" text-anchor="middle">${text}</text>`,
  );
  const offsets = offsetTicks(chart.lowMs, chart.highMs).map(
    (ms) =>
      html`<path class="${ms === 0 ? 'zero' : 'grid'}" d="M${left} ${y(ms)}H${right}"/><text class="tick" x="${left - 8}" y="${y(ms) + 4}" text-anchor="end">${offsetLabel(ms, lang)}</text>`,
  );
  return html`${days}${offsets}`;
}

function offsetLabel(ms: number, lang: Lang): string {
  return ms === 0 ? '0' : `${ms > 0 ? '+' : '−'}${durationText(ms, lang, 'short')}`;
}

/** As wide as it is known: a step between two looks a minute apart is a line, one within an outage a field. */
function stepMarks({ steps }: ClockChart, x: Scale): readonly Html[] {
  let [lastAt, isRaised] = [Number.NEGATIVE_INFINITY, false];
  return steps.map(({ fromMs, untilMs, number }) => {
    const from = x(fromMs);
    const wide = Math.max(1.5, tenth(x(untilMs) - from));
    const at = tenth(from + wide / 2);
    // Two numbers side by side would read as one.
    isRaised = at - lastAt < numberWidth && !isRaised;
    lastAt = at;
    return html`<rect class="step" x="${from}" y="${top}" width="${wide}" height="${bottom - top}"/><text class="step-number" x="${at}" y="${top - (isRaised ? 21 : 7)}" text-anchor="middle">${number}</text>`;
  });
}

function bandShape({ kind, points }: Band, x: Scale, y: Scale): Html {
  // A single look has no width in time, but must be seen.
  const drawn = points.length === 1 ? points.flatMap((point) => [point, { ...point, atMs: point.atMs + 1 }]) : points;
  const upper = drawn.map(({ atMs, highMs }) => `${x(atMs)} ${y(highMs)}`);
  const lower = drawn.map(({ atMs, lowMs }) => `${x(atMs)} ${y(lowMs)}`).reverse();
  return html`<path class="band ${kind}" d="M${upper.join('L')}L${lower.join('L')}Z"/>`;
}

function setMark(at: number): Html {
  return html`<path class="set" d="M${at} ${bottom - 2}l-5 10h10z"/>`;
}

/** How many punches, and how many of them are not certain, below the clock they were made on. */
function punchBars({ bins, punches }: Drawn): Html {
  const most = Math.max(1, ...punches.map((bar) => bar.punches));
  const step = (right - left) / bins;
  const bar = (bin: number, count: number): string => {
    const high = Math.max(1.5, tenth((count / most) * (punchBottom - punchTop)));
    return `M${tenth(left + bin * step)} ${punchBottom}v-${high}h${tenth(Math.max(1, step * 0.8))}v${high}z`;
  };
  const all = punches.map(({ bin, punches: count }) => bar(bin, count)).join('');
  const open = punches.filter(({ uncertain }) => uncertain > 0).map(({ bin, uncertain }) => bar(bin, uncertain));
  return html`<path class="grid" d="M${left} ${punchBottom}H${right}"/><path class="punches" d="${all}"/><path class="uncertain" d="${open.join('')}"/>`;
}
