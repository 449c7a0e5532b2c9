/** `/kelengkapan`: days across, offices down, each cell with a shape, a word and a way to its reasons. */
import { dayRange } from '../../clock/zone.ts';
import type { OfficeRow } from '../../store/board.ts';
import type { CompletenessRow } from '../../store/completeness.ts';
import { stateSigns, calendarWords as texts } from '../../words/calendar.ts';
import { reasonText, stateTexts } from '../../words/completeness.ts';
import { count, longDay, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { sayIn } from '../instant-words.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { button, facts, selectField, tag, textField } from '../views/parts.ts';
import type { Words } from '../words.ts';

/** A month of offices. */
export interface CalendarMonth {
  readonly month: string;
  readonly monthBefore: string;
  readonly monthAfter: string | null;
  /** `YYYY-MM-DD`, all of the month. */
  readonly days: readonly string[];
  /** Days behind it are still to come. */
  readonly today: string;
  readonly offices: readonly OfficeRow[];
  readonly shown: readonly OfficeRow[];
  readonly officeCode: string | null;
  /** Pages of offices, from 1. */
  readonly page: number;
  readonly pages: number;
  readonly rows: readonly CompletenessRow[];
}

const path = '/kelengkapan';

export function calendarPage(frame: PageFrame, month: CalendarMonth): Html {
  const { lang } = frame.words;
  const states = new Map(month.rows.map((row) => [`${row.officeCode} ${row.day}`, row.state]));
  const lines = month.shown.map((office) => officeLine(office, month, states, lang));
  const heads = month.days.map((day) => html`<th scope="col">${Number(day.slice(8))}</th>`);
  const table =
    lines.length === 0
      ? html`<p class="empty">${texts.empty[lang]}</p>`
      : html`<div class="wide" role="region" aria-label="${texts.title[lang]}" tabindex="0"><table class="days"><caption class="unseen">${texts.title[lang]} ${month.month}</caption><thead><tr><th scope="col">${texts.office[lang]}</th>${heads}</tr></thead><tbody>${lines}</tbody></table></div>`;
  return roomPage(
    frame,
    texts.title[lang],
    html`<section><h2>${texts.title[lang]}</h2><p>${texts.lead[lang]}</p>${filters(month, lang)}${table}${legend(lang)}${pager(month, lang)}</section>`,
  );
}

function officeLine(
  { code, name }: OfficeRow,
  { days, today }: CalendarMonth,
  states: ReadonlyMap<string, CompletenessRow['state']>,
  lang: Words['lang'],
): Html {
  let complete = 0;
  const past = days.filter((day) => day <= today).length;
  const cells = days.map((day) => {
    const state = states.get(`${code} ${day}`);
    if (state === 'complete') complete += 1;
    if (day > today) return html`<td>`;
    const word = state === undefined ? texts.none[lang] : stateTexts[state][lang];
    const sign = state === undefined ? '·' : stateSigns[state];
    return html`<td><a${state !== undefined && html` class="${state}"`} href="${path}/${encodeURIComponent(code)}/${day}" aria-label="${Number(day.slice(8))} ${word}">${sign}</a>`;
  });
  return html`<tr><th scope="row">${name}<small>${complete}/${past} ${texts.sum[lang]}</small></th>${cells}</tr>`;
}

function filters({ month, offices, officeCode }: CalendarMonth, lang: Words['lang']): Html {
  const choices = offices.map(({ code, name }) => ({ value: code, text: name }));
  const all = { value: '', text: texts.allOffices[lang] };
  return html`<form class="filters" method="get" action="${path}">${textField({ name: 'bulan', label: texts.month[lang], value: month, maxLength: 7, plain: true })}${selectField({ name: 'opd', label: texts.office[lang], value: officeCode ?? '', choices: [all, ...choices] })}<div>${button(texts.show[lang])}</div></form>`;
}

function legend(lang: Words['lang']): Html {
  const states = (['complete', 'complete-except', 'not-yet'] as const).map(
    (state) => html`<span class="${state}">${stateSigns[state]} ${stateTexts[state][lang]}</span> `,
  );
  return html`<p class="hint days-legend">${states}<span>· ${texts.none[lang]}</span></p>`;
}

function pager({ month, monthBefore, monthAfter, officeCode, page, pages }: CalendarMonth, lang: Words['lang']): Html {
  const office = officeCode === null ? '' : `&opd=${encodeURIComponent(officeCode)}`;
  return html`<nav class="pager" aria-label="${texts.month[lang]}"><a href="${path}?bulan=${monthBefore}${office}">← ${texts.before[lang]}</a>${monthAfter !== null && html`<a href="${path}?bulan=${monthAfter}${office}">${texts.after[lang]} →</a>`}${pages > 1 && Array.from({ length: pages }, (_, at) => (at + 1 === page ? html`<b aria-current="page">${texts.officePage[lang]} ${page}</b>` : html`<a href="${path}?bulan=${month}&amp;hal=${at + 1}">${texts.officePage[lang]} ${at + 1}</a>`))}</nav>`;
}

/** One day of one office with its reasons. */
export function dayPage(
  frame: PageFrame,
  { office, day, row, nowMs }: { office: OfficeRow; day: string; row: CompletenessRow | null; nowMs: number },
): Html {
  const { words } = frame;
  const { lang } = words;
  const title = `${office.name}, ${longDay(dayRange(office.timeZone, day).fromMs, office.timeZone, words)}`;
  const code = encodeURIComponent(office.code);
  const back = html`<p><a href="${path}?bulan=${day.slice(0, 7)}&amp;opd=${code}">← ${texts.toMonth[lang]}</a> · <a href="/presensi?opd=${code}&amp;dari=${day}&amp;sampai=${day}">${texts.toAttendance[lang]}</a></p>`;
  const body =
    row === null ? html`<p class="empty">${texts.notJudgedText[lang]}</p>` : verdict(office, row, nowMs, words);
  return roomPage(frame, `${texts.title[lang]}: ${title}`, html`<article><h2>${title}</h2>${body}${back}</article>`);
}

function verdict({ timeZone }: OfficeRow, row: CompletenessRow, nowMs: number, words: Words): Html {
  const { lang } = words;
  const say = sayIn(timeZone);
  const kind = { complete: 'ok', 'complete-except': 'warn', 'not-yet': 'quiet' } as const;
  const reasons =
    row.reasons.length === 0
      ? html`<p>${texts.complete[lang]}</p>`
      : html`<ul>${row.reasons.map((reason) => html`<li>${reasonText(reason, say, lang)}.</li>`)}</ul>`;
  return html`<p>${tag(`${stateSigns[row.state]} ${stateTexts[row.state][lang]}`, kind[row.state])}</p><h3>${texts.reasons[lang]}</h3>${reasons}
${facts([
  [texts.records[lang], count(row.records, words)],
  [texts.notFinal[lang], count(row.notFinal, words)],
  [texts.machines[lang], `${row.terminalsRead} / ${row.terminals}`],
  [texts.gaps[lang], row.gaps],
  [texts.afterClose[lang], row.afterClose],
  [texts.revision[lang], row.revision],
  [texts.computed[lang], timeTag(row.computedAtMs, timeZone, words, nowMs)],
])}`;
}
