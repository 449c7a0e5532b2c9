/** From what is known to what is shown: the pieces of the page in one language. */
import type { Board, PaceOf } from './board.ts';
import type { BoardView } from './board-source.ts';
import { type FeedItem, officeOf } from './feed.ts';
import { count } from './format.ts';
import { type Html, html, toText } from './html.ts';
import type { Fragments } from './stream.ts';
import { type ArrivalPlace, arrivalItem, arrivalNote, type PinText } from './views/arrival-view.ts';
import { attentionPanel } from './views/attention-view.ts';
import { officeHeads, officeRow, rowId } from './views/office-view.ts';
import { hoursOf } from './views/page.ts';
import { awayNotice, mainZone, staleNotice, summary } from './views/summary-view.ts';
import type { Words } from './words.ts';

/** Element ids of the pieces that are not offices. */
export const pieceIds = { notice: 'basi', summary: 'ringkasan', attention: 'perhatian', heads: 'kepala' } as const;

/** What stands above the numbers when they are old. Always one element, so that it can be replaced by nothing. */
export function notice(view: BoardView, paceOf: PaceOf, words: Words): Html {
  const text = view.away ? awayNotice(view.board, words) : staleNotice(view.board, paceOf, words);
  return html`<div id="${pieceIds.notice}" role="status">${text}</div>`;
}

/** All pieces of a board, by element id. */
export function fragmentsOf(view: BoardView, paceOf: PaceOf, words: Words): Fragments {
  const { board } = view;
  const hours = hoursOf(board);
  const pieces = new Map([
    [pieceIds.notice as string, notice(view, paceOf, words)],
    [pieceIds.summary, summary(board, hours, words)],
    [pieceIds.attention, attentionPanel(board, words)],
    [pieceIds.heads, officeHeads(hours, words)],
  ]);
  for (const office of board.offices) pieces.set(rowId(office.code), officeRow(office, hours, words, board.readAtMs));
  return new Map([...pieces].map(([id, piece]) => [id, toText(piece)]));
}

/**
 * Items of the feed as rows, newest first: the latest `limit`, and a line that counts the rest.
 *
 * @param items oldest first
 */
export function rowsOf(
  items: readonly FeedItem[],
  limit: number,
  board: Board,
  options: { readonly showPin: PinText; readonly words: Words; readonly nowMs: number },
): readonly Html[] {
  const { showPin, words, nowMs } = options;
  const places = new Map(
    board.offices.map((office): [string, ArrivalPlace] => [
      office.code,
      { officeName: office.name, timeZone: office.timeZone },
    ]),
  );
  const rows = items.slice(-limit).map((item) => {
    const officeCode = officeOf(item);
    const place = places.get(officeCode) ?? { officeName: officeCode, timeZone: mainZone(board) };
    if (item.kind === 'arrival') return arrivalItem(item.arrival, place, showPin, words, nowMs);
    const where = `${place.officeName} · ${item.terminalName}`;
    const text = item.kind === 'older' ? words.live.older : words.live.missed;
    return arrivalNote(`${where}: ${text(count(item.rows, words))}`);
  });
  const hidden = items.slice(0, -limit).reduce((sum, item) => sum + (item.kind === 'arrival' ? 1 : item.rows), 0);
  if (hidden > 0) rows.unshift(arrivalNote(words.live.missed(count(hidden, words))));
  return rows.reverse();
}
