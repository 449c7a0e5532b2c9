/** `/mesin`: all machines, those that need attention first. */
import { kindNames } from '../../words/incidents.ts';
import type { Lang } from '../../words/language.ts';
import { machineWords } from '../../words/machines.ts';
import type { BoardMachine } from '../board.ts';
import { count, offsetWords, timeTag } from '../format.ts';
import { type Html, html, join } from '../html.ts';
import { reportLink } from '../incidents/report-link.ts';
import { marksBySeverity } from '../mark.ts';
import { problemOf } from '../problem.ts';
import { markWithWord } from '../views/mark-view.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { button, dataTable, pager, selectField, textField } from '../views/parts.ts';
import type { Words } from '../words.ts';
import type { ListedMachine, ListFilter } from './machine-list.ts';

export interface ListPage {
  readonly rows: readonly ListedMachine[];
  readonly total: number;
  /** Address of the next page; null on the last. */
  readonly older: string | null;
  readonly first: string | null;
  readonly offices: readonly { readonly code: string; readonly name: string }[];
  readonly filter: ListFilter;
  readonly nowMs: number;
}

/** Where a machine's own page is. */
export function machineAddress(officeCode: string, name: string): string {
  return `/mesin/${encodeURIComponent(officeCode)}/${encodeURIComponent(name)}`;
}

/** `#7 Rusak`, each a link; null where there is none. */
export function openReports({ reports }: Pick<BoardMachine, 'reports'>, lang: Lang): Html | null {
  if (reports.length === 0) return null;
  const links = reports.map(({ number, kind }) => html`${reportLink(number)} ${kindNames[kind][lang]}`);
  return html`<small class="reports">${machineWords.report[lang]} ${join(links, ', ')}</small>`;
}

export function machineListPage(frame: PageFrame, page: ListPage): Html {
  const { words } = frame;
  const { lang } = words;
  const { filter, rows, total, nowMs } = page;
  const isFiltered = filter.search !== '' || filter.mark !== null || filter.officeCode !== null || filter.reported;
  const columns = [
    { head: machineWords.machine[lang] },
    { head: machineWords.state[lang] },
    { head: machineWords.lastRead[lang] },
    { head: machineWords.offset[lang] },
    { head: machineWords.memory[lang], figures: true },
  ];
  const table = dataTable(
    machineWords.page[lang],
    columns,
    rows.map((listed) => rowOf(listed, words, nowMs)),
    isFiltered ? machineWords.noMatch[lang] : machineWords.none[lang],
  );
  const body = html`<section><h2>${machineWords.page[lang]}</h2><p class="hint">${machineWords.hint[lang]}</p>
${filterForm(page, words)}
<p class="found"><b>${count(total, words)}</b> ${machineWords.found[lang]}</p>${table}
${pager({ newer: page.first, older: page.older }, lang)}</section>`;
  return roomPage(frame, machineWords.page[lang], body);
}

function filterForm({ filter, offices }: ListPage, words: Words): Html {
  const { lang } = words;
  const marks = marksBySeverity.map((mark) => ({ value: mark, text: words.marks[mark] }));
  const codes = offices.map(({ code, name }) => ({ value: code, text: name }));
  return html`<form class="filters" method="get" action="/mesin" data-auto>
${textField({ name: 'cari', label: machineWords.search[lang], hint: machineWords.searchHint[lang], value: filter.search, type: 'search', plain: true, maxLength: 80 })}
${offices.length > 1 && selectField({ name: 'opd', label: machineWords.office[lang], value: filter.officeCode ?? '', choices: [{ value: '', text: machineWords.allOffices[lang] }, ...codes] })}
${selectField({
  name: 'laporan',
  label: machineWords.reports[lang],
  value: filter.reported ? 'ada' : '',
  choices: [
    { value: '', text: machineWords.anyReport[lang] },
    { value: 'ada', text: machineWords.hasReport[lang] },
  ],
})}
${selectField({ name: 'tanda', label: machineWords.state[lang], value: filter.mark ?? '', choices: [{ value: '', text: machineWords.allStates[lang] }, ...marks] })}
<div class="buttons">${button(machineWords.filter[lang], { kind: 'other' })}</div></form>`;
}

function rowOf({ office, machine }: ListedMachine, words: Words, nowMs: number): readonly (Html | string | null)[] {
  const { lang } = words;
  const problem = problemOf(machine, words);
  const { records, recordCapacity, lastReadMs, offsetMs, offsetBoundMs } = machine;
  const percent =
    records === null || recordCapacity === null || recordCapacity <= 0
      ? null
      : new Intl.NumberFormat(words.locale, { style: 'percent' }).format(Math.min(1, records / recordCapacity));
  return [
    html`<a href="${machineAddress(office.code, machine.name)}">${machine.name}</a><small>${office.name}</small>`,
    html`${markWithWord(machine.mark, words)}${openReports(machine, lang)}${problem !== null && html`<small>${problem.why}</small>`}`,
    lastReadMs === null ? machineWords.never[lang] : timeTag(lastReadMs, office.timeZone, words, nowMs),
    offsetWords(offsetMs, offsetBoundMs, words),
    percent,
  ];
}
