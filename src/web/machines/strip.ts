/** Thirty days of one machine as a strip: when it was read, when not, and why. Drawn on the server, without inline style. */
import { dayOf, dayRange } from '../../clock/zone.ts';
import type { Lang } from '../../words/language.ts';
import { machineWords } from '../../words/machines.ts';
import { type Html, html } from '../html.ts';
import type { MachineFacts } from './machine-facts.ts';

const width = 960;
const barTop = 6;
const barHeight = 34;
const height = 66;
/** What is shorter is drawn this wide, so that it can be seen. */
const leastWidth = 1.5;

type Kind = 'before' | 'out' | 'beginning' | 'away' | 'rest';

interface Span {
  readonly kind: Kind;
  readonly fromMs: number;
  readonly untilMs: number;
}

/** @param description one sentence for those who listen; the table below the strip says all of it */
export function reachStrip(facts: MachineFacts, lang: Lang, description: string): Html {
  const { fromMs, toMs, office } = facts;
  const x = (ms: number): number => ((Math.min(Math.max(ms, fromMs), toMs) - fromMs) / (toMs - fromMs)) * width;
  const bars = spansOf(facts).map(({ kind, fromMs: from, untilMs: until }) => {
    const left = x(from);
    const wide = Math.max(x(until) - left, leastWidth);
    return html`<rect class="${kind}" x="${round(Math.min(left, width - wide))}" y="${barTop}" width="${round(wide)}" height="${barHeight}"/>`;
  });
  return html`<svg class="strip" viewBox="0 0 ${width} ${height}" role="img" aria-label="${machineWords.reach[lang]}: ${description}"><rect class="read" x="0" y="${barTop}" width="${width}" height="${barHeight}"/>${bars}${ticks(fromMs, toMs, office.timeZone, x)}</svg>
<ul class="keys strip-keys"><li class="read">${machineWords.legendOk[lang]}</li><li class="out">${machineWords.outageTerminal[lang]}</li><li class="beginning">${machineWords.legendBeginning[lang]}</li><li class="away">${machineWords.outageGateway[lang]}</li><li class="rest">${machineWords.outagePause[lang]}</li>${facts.knownSinceMs > fromMs && html`<li class="before">${machineWords.legendBefore[lang]}</li>`}</ul>`;
}

/** What lies on top comes last: a gateway that was away hides what is not known, a failure that is certain hides nothing. */
function spansOf({ outages, pauses, fromMs, toMs, knownSinceMs }: MachineFacts): Span[] {
  const spans: Span[] = [];
  if (knownSinceMs > fromMs) spans.push({ kind: 'before', fromMs, untilMs: Math.min(knownSinceMs, toMs) });
  for (const { kind, fromMs: beganMs, failedAtMs, untilMs } of outages) {
    if (kind === 'gateway-away') spans.push({ kind: 'away', fromMs: beganMs, untilMs: untilMs ?? toMs });
    else {
      spans.push({ kind: 'beginning', fromMs: beganMs, untilMs: failedAtMs });
      spans.push({ kind: 'out', fromMs: failedAtMs, untilMs: untilMs ?? toMs });
    }
  }
  for (const { sinceMs, untilMs, endedMs } of pauses)
    spans.push({ kind: 'rest', fromMs: sinceMs, untilMs: Math.min(endedMs ?? untilMs, toMs) });
  const order: readonly Kind[] = ['before', 'beginning', 'out', 'rest', 'away'];
  return spans.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
}

/** A line at each midnight, a date at each fifth. */
function ticks(fromMs: number, toMs: number, timeZone: string, x: (ms: number) => number): Html[] {
  const marks: Html[] = [];
  let atMs = dayRange(timeZone, dayOf(timeZone, fromMs)).toMs;
  for (let n = 0; atMs < toMs && n < 40; n += 1) {
    const day = dayOf(timeZone, atMs);
    const at = round(x(atMs));
    const isNamed = n % 5 === 0;
    marks.push(
      html`<path class="tick" d="M${at} ${barTop}v${isNamed ? barHeight + 6 : barHeight}"/>${isNamed && html`<text x="${at}" y="${height - 6}">${day.slice(8)}/${day.slice(5, 7)}</text>`}`,
    );
    atMs = dayRange(timeZone, day).toMs;
  }
  return marks;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
