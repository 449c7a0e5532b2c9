/** Live rows: what just came in, newest first. */
import type { Arrival } from '../../store/board.ts';
import { clockWords } from '../../words/clocks.ts';
import { boundOf, timeTag } from '../format.ts';
import { type Html, html } from '../html.ts';
import { stateWord, verifyWord, type Words } from '../words.ts';

/** What a row needs beside the row itself. */
export interface ArrivalPlace {
  readonly officeName: string;
  readonly timeZone: string;
}

/** How PINs are shown: as they are, or only their end. */
export type PinText = (pin: string) => string;

/** One row. */
export function arrivalItem(
  arrival: Arrival,
  place: ArrivalPlace,
  showPin: PinText,
  words: Words,
  nowMs: number,
): Html {
  const bound = boundOf(arrival.earliestMs, arrival.latestMs, words) ?? words.boundUnknown;
  const status = arrival.timeStatus;
  const state = stateWord(arrival.punchState, words);
  const mark = html`<span class="status" title="${words.timeStatusHint[status]}">${words.timeStatus[status]}</span>`;
  const how = [
    arrival.terminalName,
    `${words.live.pin} ${showPin(arrival.pin)}`,
    verifyWord(arrival.verifyMode, words),
  ];
  if (state !== words.states.none) how.push(state);
  const time = timeTag(arrival.occurredAtMs, place.timeZone, words, nowMs);
  const why = clockWords.why[words.lang];
  return html`<li class="arrival ${status}"><a href="/clocks/explain/${encodeURIComponent(arrival.punchId)}" title="${why}">${time}</a><small>${bound}</small>${
    status !== 'final' && mark
  }<span class="who"><b>${place.officeName}</b><span>${how.join(' · ')}</span></span></li>`;
}

/** A line that is not a row: how much came in without being listed. */
export function arrivalNote(text: string): Html {
  return html`<li class="note">${text}</li>`;
}

/** The panel with what is known when the page is made; `cursor` tells the stream where to go on. */
export function livePanel(items: readonly Html[], cursor: string, words: Words): Html {
  const text = words.live;
  return html`<section class="live" aria-labelledby="masuk-judul"><h2 id="masuk-judul">${text.title}</h2><p class="hint">${text.hint}</p>
<ol id="masuk" data-cursor="${cursor}" aria-live="off">${items}</ol><p class="empty" id="masuk-kosong"${items.length > 0 && html` hidden`}>${text.none}</p></section>`;
}
