/**
 * Server-sent events: one stream per open page, all fed from one loop.
 *
 * Every reader costs memory, so readers are counted, and one that does not read is let go; it connects again with the
 * number of the last row it saw and is given what it missed.
 */
import type { ServerResponse } from 'node:http';
import type { Lang } from '../words/language.ts';

/** A piece of the page that is replaced whole, by element id. */
export type Fragments = ReadonlyMap<string, string>;

/** Rows in one language, ready to be put into the list. */
export interface RenderedRows {
  readonly html: string;
  /** Where a reader stands after these rows. */
  readonly cursor: string;
}

/** An open page. */
export interface Reader {
  readonly lang: Lang;
  /** Whether rows show whole PINs to this reader. */
  readonly showPins: boolean;
  /** The only office it is told of; null for all. */
  readonly officeCode: string | null;
  /** Up to where it was sent rows. */
  cursor(): string;
  /** Notes that there was nothing for it up to here. */
  passed(cursor: string): void;
  /** Sends rows behind those the page already shows. */
  rows(rows: RenderedRows): void;
  /** Replaces the whole list, because it is not known what the page shows. */
  allRows(rows: RenderedRows): void;
  /** Sends the pieces that differ from those this page was sent before. */
  fragments(fragments: Fragments): void;
  /** Says that the gateway lives and what time it is, in milliseconds UTC. */
  beat(nowMs: number): void;
  /** Tells the page to load itself again: it is from another life of the gateway. */
  reload(): void;
}

/** What is known of a page when it opens. */
export interface OpenPage {
  readonly lang: Lang;
  readonly showPins: boolean;
  readonly officeCode: string | null;
  /** Up to where it has seen rows. */
  readonly cursor: string;
}

/** All open pages. */
export interface Readers {
  /** False when there are too many already. */
  hasRoom(): boolean;
  /** Turns a response into a stream for a page. */
  add(response: ServerResponse, page: OpenPage): Reader;
  all(): readonly Reader[];
  close(): void;
}

/** What a browser that reads nothing may cost before it is let go, in bytes. */
const maxUnsentBytes = 256 * 1024;
/** A browser waits this long before it connects again, in milliseconds. */
const retryMs = 2_000;

/** @param maxReaders pages open at one time */
export function createReaders(maxReaders: number): Readers {
  const open = new Map<Reader, ServerResponse>();
  return {
    hasRoom: () => open.size < maxReaders,
    all: () => [...open.keys()],
    add(response, page) {
      const reader = createReader(response, page);
      open.set(reader, response);
      response.once('close', () => open.delete(reader));
      return reader;
    },
    close() {
      for (const response of open.values()) response.destroy();
      open.clear();
    },
  };
}

function createReader(response: ServerResponse, { lang, showPins, officeCode, cursor: startCursor }: OpenPage): Reader {
  const sent = new Map<string, string>();
  let cursor = startCursor;
  response.write(`retry: ${retryMs}\n\n`);

  function send(event: string, data: unknown, id: string | null = null): void {
    if (response.destroyed) return;
    // JSON keeps the text on one line, so nothing in it can end the event.
    response.write(`${id === null ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`);
  }

  /** Judged before a round, not within it: one round is bounded by the size of the page itself. */
  function isReading(): boolean {
    if (response.writableLength > maxUnsentBytes) response.destroy();
    return !response.destroyed;
  }

  function sendRows(event: 'rows' | 'all-rows', rows: RenderedRows): void {
    if (!isReading()) return;
    cursor = rows.cursor;
    send(event, { html: rows.html }, rows.cursor);
  }

  return {
    lang,
    showPins,
    officeCode,
    cursor: () => cursor,
    passed(to) {
      cursor = to;
    },
    rows: (rows) => sendRows('rows', rows),
    allRows: (rows) => sendRows('all-rows', rows),
    reload: () => send('reload', {}),
    beat(nowMs) {
      if (isReading()) send('beat', { nowMs });
    },
    fragments(fragments) {
      if (!isReading()) return;
      for (const [id, html] of fragments) {
        if (sent.get(id) === html) continue;
        sent.set(id, html);
        send('fragment', { id, html });
      }
    },
  };
}
