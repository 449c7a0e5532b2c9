/** How complete the days of an office are, beside its numbers: today's and yesterday's verdict, with their reasons. */
import type { CompletenessRow } from '../../store/completeness.ts';
import { reasonText, stateTexts } from '../../words/completeness.ts';
import type { BoardOffice } from '../board.ts';
import { type Html, html } from '../html.ts';
import { sayIn } from '../instant-words.ts';
import type { Words } from '../words.ts';

/**
 * Nothing before the first verdict. That a day which is not over is not complete goes without saying: how many machines its
 * numbers rest on stands above.
 */
export function dayStates(office: BoardOffice, words: Words): Html | null {
  const { yesterday } = office.completeness;
  const today = office.completeness.today?.state === 'not-yet' ? null : office.completeness.today;
  if (today === null && yesterday === null) return null;
  return html`<small class="days">${dayState(today, words.today, office, words)}${
    today !== null && yesterday !== null && ' · '
  }${dayState(yesterday, words.yesterday, office, words)}</small>`;
}

function dayState(row: CompletenessRow | null, day: string, { timeZone }: BoardOffice, words: Words): Html | null {
  if (row === null) return null;
  const say = sayIn(timeZone);
  const why = row.reasons.map((reason) => reasonText(reason, say, words.lang)).join('; ');
  const state = stateTexts[row.state][words.lang];
  const verdict =
    row.state === 'complete'
      ? html`<span>${state}</span>`
      : html`<span class="partial" title="${why}">${state}<span class="unseen">: ${why}</span></span>`;
  return html`${day}: ${verdict}`;
}
