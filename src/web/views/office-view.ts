/** Offices as rows: who, which machines, how much today, how complete, how old. */
import { ageText, boundText } from '../../words/time.ts';
import type { Board, BoardMachine, BoardOffice } from '../board.ts';
import { count, offsetWords, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { marksBySeverity, severity } from '../mark.ts';
import type { Words } from '../words.ts';
import { dayStates } from './completeness-view.ts';
import { type DayShape, type HourWindow, histogram, hourAxis } from './histogram.ts';
import { machineTable } from './machine-view.ts';
import { markAlone, markWithWord } from './mark-view.ts';

/** Address of one office on the board: the list keeps its place when it is loaded again. */
export function officeAddress(code: string): string {
  return `/?opd=${encodeURIComponent(code)}#${rowId(code)}`;
}

/** Element id of an office's row; also the name under which it is replaced. */
export function rowId(code: string): string {
  return `opd-${code}`;
}

/** Where an office stands in the list: 0 when it is dark, then by the mark of its worst machine. Equals stand by name. */
function rankOf({ machines }: BoardOffice): number {
  const marks = machines.map(({ mark }) => severity(mark));
  const worst = Math.min(...marks, severity('ok'));
  return worst === severity('silent') && marks.every((mark) => mark === worst) ? 0 : worst + 1;
}

/** What a row is coloured by, where a wall is looked at from afar: somebody has to go, somebody has to look, all is well. */
function urgencyOf(office: BoardOffice): string {
  const rank = rankOf(office);
  if (rank <= severity('person') + 1) return ' urgent';
  return rank <= severity('slow') + 1 ? ' uneasy' : '';
}

/** The list, the worst first. `openCode` names the office whose machines are shown. */
export function officeList(board: Board, hours: HourWindow, openCode: string | null, words: Words): Html {
  const worstFirst = [...board.offices].sort((a, b) => rankOf(a) - rankOf(b));
  const items = worstFirst.map((office) => officeItem(office, hours, office.code === openCode, words, board.readAtMs));
  return html`${officeHeads(hours, words)}<ul class="offices">${items}</ul>`;
}

/** The names of the columns, for eyes only: each value also says itself what it is. */
export function officeHeads(hours: HourWindow, words: Words): Html {
  const names = words.columns;
  return html`<div class="heads" id="kepala" aria-hidden="true"><span>${names.office}</span><span title="${words.pinsHint}">${names.today}</span><span title="${words.completeHint}">${names.completeness}</span><span>${names.machines}</span><span>${names.offset}</span><span class="day">${names.day}${hourAxis(hours)}</span></div>
`;
}

function officeItem(office: BoardOffice, hours: HourWindow, open: boolean, words: Words, nowMs: number): Html {
  const machines = open
    ? machineTable(office, words, nowMs)
    : html`<p><a href="${officeAddress(office.code)}">${words.machineTable.open}</a></p>`;
  return html`<li><details class="office" data-office="${office.code}"${open && html` open`}><summary>${officeRow(office, hours, words, nowMs)}</summary><div class="machines-of">${machines}</div></details></li>
`;
}

/** The row itself: what is replaced when the office changes. */
export function officeRow(office: BoardOffice, hours: HourWindow, words: Words, nowMs: number): Html {
  return html`<span class="row${urgencyOf(office)}" id="${rowId(office.code)}" data-rank="${rankOf(office)}"><span class="name">${office.name}</span>
<span class="today"><b>${count(office.punches, words)}</b> ${words.unit.punches(office.punches)}<small>${count(office.pins, words)} ${words.unit.people(office.pins)}</small></span>
<span class="completeness">${completeness(office, words, nowMs)}${dayStates(office, words)}</span>
<span class="machines"><span class="marks">${office.machines.map((machine) => markAlone(machine.mark, machine.name, words))}</span><small>${markCounts(office.machines, words)}</small></span>
${offsetCell(office, words)}
<span class="day">${histogram(shapeOf(office, nowMs), hours, words)}</span></span>`;
}

/** How many of its machines the numbers rest on, and from when they are; their age, too, once that is too long ago. */
function completeness(office: BoardOffice, words: Words, nowMs: number): Html {
  const total = office.machines.length;
  if (total === 0) return html`<span class="quiet">${words.noMachines}</span>`;
  const { fresh, updatedMs, timeZone } = office;
  const of = words.machinesOf(count(fresh, words), count(total, words));
  const whole =
    fresh === total
      ? html`<span>${of}</span>`
      : html`<span class="partial" title="${words.incompleteHint}">${of}</span>`;
  if (updatedMs === null) return html`${whole}<small>${words.neverUpdated}</small>`;
  const from = html`${words.updated} ${timeTag(updatedMs, timeZone, words, nowMs)}`;
  if (!office.stale) return html`${whole}<small>${from}</small>`;
  const age = ageText(nowMs - updatedMs, words.lang);
  return html`${whole}<small><span class="from">${from} · </span><b class="clock">${age}</b></small>`;
}

/** The day of an office as a histogram wants it. */
export function shapeOf(office: BoardOffice, nowMs: number): DayShape {
  const { dayStartMs, timeZone, bins } = office;
  return { dayStartMs, timeZone, bins, elapsedMs: nowMs - dayStartMs };
}

/** How many machines carry each mark, the worst first: `1 tidak menjawab · 17 ok`. */
export function markCounts(machines: readonly BoardMachine[], words: Words): string {
  const present = marksBySeverity.flatMap((mark) => {
    const n = machines.filter((machine) => machine.mark === mark).length;
    return n === 0 ? [] : [words.markCount(n, mark)];
  });
  return present.join(' · ');
}

/** The shapes and their words, once per page. */
export function legend(words: Words): Html {
  return html`<p class="legend"><span>${words.legend}:</span> ${[...marksBySeverity].reverse().map((mark) => markWithWord(mark, words))}</p>`;
}

/** The clock that is furthest off, because one wrong clock is enough for a wrong day. */
function offsetCell(office: BoardOffice, words: Words): Html {
  let worst: BoardMachine | null = null;
  for (const machine of office.machines) {
    if (Math.abs(machine.offsetMs ?? -1) > Math.abs(worst?.offsetMs ?? -1)) worst = machine;
  }
  if (worst === null || worst.offsetMs === null) return html`<span class="offset quiet">${words.offsetUnknown}</span>`;
  const bound = worst.offsetBoundMs === null ? '' : boundText(worst.offsetBoundMs, words.lang);
  const text = offsetWords(worst.offsetMs, worst.offsetBoundMs, words, 'short');
  return html`<span class="offset ${worst.mark === 'clock' ? 'clock' : 'quiet'}" title="${bound}"><span class="label">${words.columns.offset}: </span>${text}<small>${worst.name}</small></span>`;
}
