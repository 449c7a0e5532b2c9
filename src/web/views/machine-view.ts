/** The machines of one office: what, since when, why, and the next step, in that order; technical detail one click deeper. */

import { boundText } from '../../words/time.ts';
import type { BoardMachine, BoardOffice } from '../board.ts';
import { count, offsetWords, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { machineAddress, openReports } from '../machines/list-view.ts';
import { problemOf } from '../problem.ts';
import type { Words } from '../words.ts';
import { markWithWord } from './mark-view.ts';

/** Share of the log from which a machine is called nearly full. */
const nearlyFull = 0.8;

/** The table of one office. */
export function machineTable(office: BoardOffice, words: Words, nowMs: number): Html {
  const text = words.machineTable;
  if (office.machines.length === 0) return html`<p class="empty">${text.none}</p>`;
  return html`<table class="machines">
<caption class="unseen">${text.caption(office.name)}</caption>
<thead><tr><th scope="col">${text.name}</th><th scope="col">${text.state}</th><th scope="col">${text.lastRead}</th><th scope="col">${text.offset}</th><th scope="col">${text.memory}</th></tr></thead>
<tbody>${office.machines.map((machine) => machineRow(machine, office, words, nowMs))}</tbody>
</table>`;
}

function machineRow(machine: BoardMachine, office: BoardOffice, words: Words, nowMs: number): Html {
  const text = words.machineTable;
  const read = machine.lastReadMs;
  return html`<tr>
<th scope="row"><a href="${machineAddress(office.code, machine.name)}">${machine.name}</a><small class="serial">${machine.serial ?? text.serialUnknown}</small></th>
<td data-label="${text.state}">${stateCell(machine, office, words, nowMs)}</td>
<td data-label="${text.lastRead}">${read === null ? words.neverUpdated : timeTag(read, office.timeZone, words, nowMs)}</td>
<td data-label="${text.offset}">${offsetCell(machine, words)}</td>
<td data-label="${text.memory}">${memoryCell(machine, words)}</td>
</tr>`;
}

function stateCell(machine: BoardMachine, office: BoardOffice, words: Words, nowMs: number): Html {
  const problem = problemOf(machine, words);
  const since = machine.mark === 'ok' || machine.failingSinceMs === null ? null : machine.failingSinceMs;
  return html`${markWithWord(machine.mark, words)}${openReports(machine, words.lang)}${
    since !== null && html` <small>${words.since} ${timeTag(since, office.timeZone, words, nowMs)}</small>`
  }${problem !== null && html`<p class="why">${problem.why}</p><p class="next"><b>${words.attention.next}:</b> ${problem.next}</p>`}${details(machine, words)}`;
}

function details(machine: BoardMachine, words: Words): Html {
  const text = words.machineTable;
  const facts: readonly (readonly [string, string | null])[] = [
    [text.serial, machine.serial],
    [text.address, machine.address],
    [text.model, [machine.deviceName, machine.platform].filter((part) => part !== null).join(' · ') || null],
    [text.firmware, machine.firmware],
    [text.users, machine.users === null ? null : count(machine.users, words)],
    [text.code, machine.errorCode],
    [text.message, machine.errorText],
  ];
  const known = facts.filter(([, value]) => value !== null);
  return html`<details class="technical"><summary>${text.details}</summary><dl>${known.map(
    ([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`,
  )}</dl></details>`;
}

function offsetCell(machine: BoardMachine, words: Words): Html {
  if (machine.offsetMs === null) return html`<span class="quiet">${words.offsetUnknown}</span>`;
  const bound = machine.offsetBoundMs;
  return html`<span${machine.mark === 'clock' && html` class="clock"`}>${offsetWords(machine.offsetMs, bound, words)}</span>${
    bound !== null && html` <small class="bound">${boundText(bound, words.lang)}</small>`
  }`;
}

function memoryCell(machine: BoardMachine, words: Words): Html {
  const { records, recordCapacity } = machine;
  if (records === null) return html`<span class="quiet">—</span>`;
  if (recordCapacity === null || recordCapacity <= 0) return html`${count(records, words)}`;
  const share = Math.min(1, records / recordCapacity);
  const text = words.machineTable.records(count(records, words), count(recordCapacity, words));
  const percent = new Intl.NumberFormat(words.locale, { style: 'percent' }).format(share);
  const full = share >= nearlyFull;
  return html`<progress${full && html` class="clock"`} max="100" value="${Math.round(share * 100)}" aria-label="${text}"></progress><small>${percent} · ${text}</small>${
    full && html`<p class="why clock">${words.machineTable.nearlyFull}</p>`
  }`;
}
