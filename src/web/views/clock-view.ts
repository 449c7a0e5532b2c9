/** One clock: how it stands, its chart, its changes, and the figures behind the chart. */
import type { ChartStep } from '../../explain/clock-chart.ts';
import { figuresFor } from '../../explain/figures.ts';
import { stepKinds, timeStatuses } from '../../words/clock.ts';
import { clockWords } from '../../words/clocks.ts';
import { durationText } from '../../words/time.ts';
import { type DrawnClock, daysOffered } from '../clock-desk.ts';
import { count, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Words } from '../words.ts';
import { clockDrawing } from './clock-drawing.ts';
import { noticeView, offsetCell } from './fleet-view.ts';
import { type PageFrame, paperPage } from './page.ts';
import { tableView } from './sheet-view.ts';

export function clockPage(
  frame: PageFrame,
  drawn: DrawnClock,
  { days, nowMs }: { readonly days: number; readonly nowMs: number },
): Html {
  const { words } = frame;
  const { lang } = words;
  const { clock, chart } = drawn;
  const title = `${clock.terminalName} · ${clock.officeName}`;
  const links = daysOffered.map((offered) =>
    offered === days
      ? html`<b aria-current="true">${offered} ${clockWords.days[lang]}</b>`
      : html`<a href="/clocks/${encodeURIComponent(clock.serial)}?days=${offered}">${offered} ${clockWords.days[lang]}</a>`,
  );
  const body = html`<section class="clock-page"><p class="back"><a href="/clocks">${clockWords.back[lang]}</a></p>
<h2>${title} <small>${clock.serial}</small></h2>
<div class="now">${offsetCell(clock, words, nowMs)}</div>
${clock.notices.length > 0 && html`<ul class="notices">${clock.notices.map((notice) => noticeView(notice, clock.timeZone, words, nowMs))}</ul>`}
${clock.contradictions > 0 && html`<p class="alarm">${clockWords.contradictions[lang]}</p>`}
<h3>${clockWords.chart[lang]}</h3><p class="days">${links}</p>
${chart.bands.length === 0 ? html`<p class="empty">${clockWords.noLooks[lang]}</p>` : chartView(drawn, words)}
<h3>${clockWords.steps[lang]}</h3><p class="hint">${clockWords.neutral[lang]}</p>${stepsView(chart.steps, drawn, words, nowMs)}
<h3>${clockWords.uncertain[lang]}</h3>${uncertainView(drawn, words, nowMs)}
${daysView(drawn, words)}
</section>`;
  return paperPage(frame, title, body);
}

function chartView(drawn: DrawnClock, words: Words): Html {
  const { clock, chart, bins, punches } = drawn;
  const { lang } = words;
  const size = (ms: number): string => `${ms < 0 ? '−' : '+'}${durationText(ms, lang)}`;
  const description = `${clockWords.lowest[lang]} ${size(chart.lowMs)}, ${clockWords.highest[lang]} ${size(chart.highMs)}; ${clockWords.steps[lang]}: ${chart.steps.length}.`;
  const legend = (['Band', 'Unwatched', 'Step', 'Set', 'Punches', 'Uncertain'] as const).map(
    (name) => html`<li class="key ${name.toLowerCase()}">${clockWords[`legend${name}`][lang]}</li>`,
  );
  return html`<div class="wide" role="region" aria-label="${clockWords.chart[lang]}" tabindex="0">${clockDrawing({ chart, bins, punches, timeZone: clock.timeZone, lang, description })}</div>
<ul class="keys">${legend}</ul>${chart.outside > 0 && html`<p class="hint">${clockWords.outside[lang]}</p>`}`;
}

function stepsView(steps: readonly ChartStep[], { clock }: DrawnClock, words: Words, nowMs: number): Html {
  const { lang } = words;
  if (steps.length === 0) return html`<p>${clockWords.noSteps[lang]}</p>`;
  const figures = figuresFor(clock.timeZone, nowMs, lang);
  const head = [clockWords.notices, clockWords.earliest, clockWords.latest, clockWords.by].map((name) => name[lang]);
  const rows = steps.map(({ number, kind, fromMs, untilMs, byMs }) => [
    `${number}`,
    stepKinds[kind][lang],
    timeTag(fromMs, clock.timeZone, words, nowMs),
    timeTag(untilMs, clock.timeZone, words, nowMs),
    byMs === null ? '–' : `${figures.jump(byMs.earliestMs, 1)} … ${figures.jump(byMs.latestMs, 1)}`,
  ]);
  return tableView(clockWords.steps[lang], ['', ...head], rows);
}

function uncertainView({ uncertain, clock }: DrawnClock, words: Words, nowMs: number): Html {
  const { lang } = words;
  if (uncertain.length === 0) return html`<p>${clockWords.noUncertain[lang]}</p>`;
  const rows = uncertain.map(({ punchId, occurredAtMs, status }) => [
    timeTag(occurredAtMs, clock.timeZone, words, nowMs),
    timeStatuses[status].name[lang],
    html`<a href="/clocks/explain/${encodeURIComponent(punchId)}">${clockWords.why[lang]}</a>`,
  ]);
  const head = [clockWords.time[lang], clockWords.status[lang], punchesName(lang)];
  return tableView(clockWords.uncertain[lang], head, rows);
}

function punchesName(lang: Words['lang']): string {
  return clockWords.punches[lang];
}

/** The table behind the chart. */
function daysView({ chart, clock }: DrawnClock, words: Words): Html {
  const { lang } = words;
  const figures = figuresFor(clock.timeZone, chart.untilMs, lang);
  const head = [clockWords.day, clockWords.looks, clockWords.lowest, clockWords.highest].map((name) => name[lang]);
  const rows = chart.days.map(({ day, looks, lowMs, highMs }) => [
    day,
    count(looks, words),
    figures.jump(lowMs, 2),
    figures.jump(highMs, 2),
  ]);
  return html`<details><summary>${clockWords.byDay[lang]}</summary>${tableView(clockWords.byDay[lang], head, rows)}</details>`;
}
