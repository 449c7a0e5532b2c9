/** All clocks, worst first: how far off, how fast, when set, what was seen, and the next step. */
import type { ClockStanding, Notice, TerminalClock } from '../../explain/terminal-clock.ts';
import { stepKinds } from '../../words/clock.ts';
import { troubleKinds } from '../../words/clock-troubles.ts';
import { clockStandings, clockWords } from '../../words/clocks.ts';
import { boundText, durationText } from '../../words/time.ts';
import { count, offsetWords, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import type { Mark } from '../mark.ts';
import type { Words } from '../words.ts';
import { markShape } from './mark-view.ts';
import { type PageFrame, paperPage } from './page.ts';

/** Rows on the page; a province has fewer terminals than that. */
const mostRows = 400;

/** The shapes people know from the board. */
const marks: Readonly<Record<ClockStanding, Mark>> = {
  wrong: 'clock',
  'needs-person': 'person',
  'to-look-at': 'trouble',
  unmeasured: 'waiting',
  well: 'ok',
};

export function fleetPage(frame: PageFrame, clocks: readonly TerminalClock[], nowMs: number): Html {
  const { words } = frame;
  const { lang } = words;
  const tallies = (Object.keys(marks) as ClockStanding[]).flatMap((standing) => {
    const n = clocks.filter((clock) => clock.standing === standing).length;
    return n === 0
      ? []
      : [
          html`<li class="marked ${marks[standing]}">${markShape(marks[standing])}<b>${count(n, words)}</b> ${clockStandings[standing][lang]}</li>`,
        ];
  });
  const head = [clockWords.terminal, clockWords.offset, clockWords.lastSet, clockWords.lastStep, clockWords.notices];
  const body = html`<section class="clocks"><h2>${clockWords.page[lang]}</h2><p class="hint">${clockWords.hint[lang]} ${clockWords.neutral[lang]}</p>
${
  clocks.length === 0
    ? html`<p class="empty">${clockWords.none[lang]}</p>`
    : html`<ul class="tallies">${tallies}</ul>
<table class="fleet"><caption class="unseen">${clockWords.page[lang]}</caption><thead><tr>${head.map((name) => html`<th scope="col">${name[lang]}</th>`)}</tr></thead>
<tbody>${clocks.slice(0, mostRows).map((clock) => rowView(clock, words, nowMs))}</tbody></table>`
}
</section>`;
  return paperPage(frame, clockWords.page[lang], body);
}

function rowView(clock: TerminalClock, words: Words, nowMs: number): Html {
  const { lang } = words;
  const { standing, terminalName, officeName, serial, timeZone, lastSetMs } = clock;
  const label = (name: keyof typeof clockWords): string => clockWords[name][lang];
  return html`<tr>
<th scope="row"><a href="/clocks/${encodeURIComponent(serial)}">${terminalName}</a><small>${officeName}</small></th>
<td data-label="${label('offset')}"><span class="marked ${marks[standing]}">${markShape(marks[standing])} ${clockStandings[standing][lang]}</span>${offsetCell(clock, words, nowMs)}</td>
<td data-label="${label('lastSet')}">${lastSetMs === null ? '–' : timeTag(lastSetMs, timeZone, words, nowMs)}</td>
<td data-label="${label('lastStep')}">${stepCell(clock, words, nowMs)}</td>
<td data-label="${label('notices')}">${noticeCell(clock, words, nowMs)}</td>
</tr>`;
}

/** How far off now, how sure that is, how fast it goes, and when it was last looked at. */
export function offsetCell(clock: TerminalClock, words: Words, nowMs: number): Html {
  const { offsetMs, boundMs, lastLookMs, ppm, timeZone } = clock;
  const looked =
    lastLookMs !== null &&
    html`<small>${clockWords.lastLook[words.lang]} ${timeTag(lastLookMs, timeZone, words, nowMs)}</small>`;
  if (offsetMs === null)
    return html`<span class="figure">${clock.standing === 'wrong' ? clockWords.frozen[words.lang] : '–'}</span>${looked}`;
  const bound = boundMs === null ? '' : boundText(boundMs, words.lang);
  return html`<span class="figure">${offsetWords(offsetMs, boundMs, words)} <small>${bound}</small></span>${
    ppm !== null && html`<small>${rateText(ppm, words)}</small>`
  }${looked}`;
}

/** Seconds a day say more than millionths. */
function rateText(ppm: number, words: Words): string {
  const perDay = Math.round(ppm * 0.864) / 10;
  const sign = perDay === 0 ? '' : perDay > 0 ? '+' : '−';
  return `${sign}${count(Math.abs(perDay), words)} ${clockWords.perDay[words.lang]}`;
}

function stepCell({ lastStep, timeZone }: TerminalClock, words: Words, nowMs: number): Html {
  if (lastStep === null) return html`–`;
  const { kind, latestMs, byMs } = lastStep;
  const at = Number.isFinite(latestMs) ? timeTag(latestMs, timeZone, words, nowMs) : null;
  const middleMs = byMs === null ? Number.NaN : (byMs.earliestMs + byMs.latestMs) / 2;
  const size = Number.isFinite(middleMs)
    ? ` ${middleMs < 0 ? '−' : '+'}${durationText(middleMs, words.lang, 'short')}`
    : '';
  return html`${stepKinds[kind][words.lang]}${size}<small>${at}</small>${kind === 'reset-2000' && html`<small>${clockWords.afterReset[words.lang]}</small>`}`;
}

function noticeCell(clock: TerminalClock, words: Words, nowMs: number): Html {
  const { notices, contradictions, timeZone } = clock;
  if (notices.length === 0 && contradictions === 0) return html`–`;
  const contradiction = contradictions > 0 && html`<li>${clockWords.contradictions[words.lang]}</li>`;
  return html`<ul class="notices">${notices.map((notice) => noticeView(notice, timeZone, words, nowMs))}${contradiction}</ul>`;
}

/** What was seen, since when, and the next step. */
export function noticeView({ kind, fromMs, records }: Notice, timeZone: string, words: Words, nowMs: number): Html {
  const { lang } = words;
  const { name, meaning, next } = troubleKinds[kind];
  const since = Number.isFinite(fromMs) && html` ${clockWords.since[lang]} ${timeTag(fromMs, timeZone, words, nowMs)}`;
  const concerned = records > 0 && html` · ${count(records, words)} ${clockWords.records[lang]}`;
  return html`<li><b>${name[lang]}</b>${since}${concerned}<small>${meaning[lang]}</small><small><b>${clockWords.next[lang]}:</b> ${next[lang]}</small></li>`;
}
