/** `/laporan`: what is reported, how long it waits, who had it last. */
import { ageOf, notificationDeadlineMs, owesNote } from '../../incident/ageing.ts';
import { incidentKinds, incidentStates } from '../../incident/steps.ts';
import type { OfficeRow } from '../../store/board.ts';
import type { IncidentRow } from '../../store/incidents.ts';
import { ageNames, gatewayName, kindNames, stateName, stateNames, listWords as words } from '../../words/incidents.ts';
import { numberText } from '../../words/language.ts';
import { ageText } from '../../words/time.ts';
import { timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { type PageFrame, roomPage } from '../views/page.ts';
import { button, buttonLink, dataTable, pager, selectField, tag } from '../views/parts.ts';
import { reportLink } from './report-link.ts';
import { zoneOf } from './report-zone.ts';

export interface ListFilter {
  readonly keadaan: string;
  readonly jenis: string;
  readonly opd: string;
}

export interface ListPage {
  readonly filter: ListFilter;
  readonly rows: readonly IncidentRow[];
  readonly openCount: number;
  readonly offices: readonly OfficeRow[];
  readonly older: string | null;
  readonly mayReport: boolean;
  readonly nowMs: number;
}

const ageTags = { fresh: 'quiet', waiting: 'accent', late: 'warn', forgotten: 'bad' } as const;

export function listPage(frame: PageFrame, page: ListPage): Html {
  const { lang } = frame.words;
  const { rows, nowMs, openCount } = page;
  const columns = [
    { head: words.number[lang] },
    { head: words.machine[lang] },
    { head: words.kind[lang] },
    { head: words.state[lang] },
    { head: words.since[lang] },
    { head: words.waiting[lang] },
    { head: words.proofs[lang], figures: true },
  ];
  const body = html`<section><h2>${words.title[lang]}</h2>
<p><b>${numberText(openCount, lang)}</b> ${words.openCount[lang]}</p>
<div class="buttons">${page.mayReport && buttonLink('/lapor', words.new[lang], 'main')}${buttonLink('/laporan/masa', words.outages[lang])}</div>
${filters(frame, page)}
${dataTable(
  words.title[lang],
  columns,
  rows.map((row) => cellsOf(row, frame, nowMs)),
  words.empty[lang],
)}
${pager({ older: page.older }, lang)}</section>`;
  return roomPage(frame, words.title[lang], body);
}

function filters(frame: PageFrame, { filter, offices }: ListPage): Html {
  const { lang } = frame.words;
  const states = [
    { value: 'open', text: words.open[lang] },
    { value: 'closed', text: words.closed[lang] },
    { value: 'all', text: words.all[lang] },
    ...incidentStates.map((state) => ({ value: state, text: stateNames[state][lang] })),
  ];
  const kinds = [
    { value: '', text: words.allKinds[lang] },
    ...incidentKinds.map((kind) => ({ value: kind, text: kindNames[kind][lang] })),
  ];
  const codes = [
    { value: '', text: words.allOffices[lang] },
    ...offices.map(({ code, name }) => ({ value: code, text: name })),
  ];
  return html`<form class="filters" method="get" action="/laporan" data-auto>${selectField({ name: 'keadaan', label: words.state[lang], value: filter.keadaan, choices: states })}${selectField({ name: 'jenis', label: words.kind[lang], value: filter.jenis, choices: kinds })}${offices.length > 1 && selectField({ name: 'opd', label: words.office[lang], value: filter.opd, choices: codes })}<noscript>${button(words.filter[lang], { kind: 'other' })}</noscript></form>`;
}

function cellsOf(row: IncidentRow, frame: PageFrame, nowMs: number): readonly (Html | string | number | null)[] {
  const { lang } = frame.words;
  const { number, kind, state, lastStepMs, lastActor, openedBy, openedMs } = row;
  const zone = zoneOf(row);
  const age = ageOf(state, nowMs - lastStepMs);
  const deadline = owesNote(row) ? notificationDeadlineMs(kind, openedMs) : null;
  return [
    reportLink(number),
    html`${subjectOf(row)}<small>${row.officeName ?? row.place}</small>`,
    html`${kindNames[kind][lang]}${deadline !== null && html` ${tag('3 × 24', nowMs > deadline ? 'bad' : 'warn')}`}`,
    html`${tag(stateName(state, kind)[lang], stateTag(state))}${row.wellSinceMs !== null && age !== null && html`<small>${words.well[lang]}</small>`}`,
    timeTag(row.sinceMs, zone, frame.words, nowMs),
    html`${ageText(nowMs - lastStepMs, lang)}${age !== null && html` ${tag(ageNames[age][lang], ageTags[age])}`}<small>${openedBy === 'gateway' && lastActor === gatewayName.id ? gatewayName[lang] : lastActor}</small>`,
    row.proofs,
  ];
}

/** What a report is about, in a few words. */
export function subjectOf({ terminalName, place, officeCode }: IncidentRow): string {
  return terminalName ?? (place === '' ? (officeCode ?? '') : place);
}

/** Colour of a state. */
export function stateTag(state: IncidentRow['state']): 'ok' | 'warn' | 'bad' | 'quiet' | 'accent' {
  if (state === 'reported' || state === 'verified') return 'bad';
  if (state === 'acknowledged' || state === 'in-repair') return 'warn';
  return state === 'repaired' || state === 'replaced' ? 'ok' : 'quiet';
}
