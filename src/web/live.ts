/** What keeps open pages moving: looks when something was committed, and regularly in any case, and tells every reader. */
import type { ServerResponse } from 'node:http';
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { watchOutbox } from '../store/watch-outbox.ts';
import type { Lang } from '../words/language.ts';
import type { PaceOf } from './board.ts';
import { type BoardSource, type BoardView, viewOf } from './board-source.ts';
import { type Feed, type FeedEntry, officeOf } from './feed.ts';
import { maskedPin } from './guard.ts';
import { join, toText } from './html.ts';
import { fragmentsOf, rowsOf } from './render.ts';
import { createReaders, type OpenPage, type Reader, type RenderedRows } from './stream.ts';
import { arrivalNote } from './views/arrival-view.ts';
import { wordsOf } from './words.ts';

/** What the live part works with. */
export interface LiveOptions {
  readonly database: Database;
  readonly feed: Feed;
  readonly boards: BoardSource;
  readonly paceOf: PaceOf;
  readonly nowMs: () => number;
  readonly log: Log;
  /** Pages open at one time. */
  readonly maxReaders: number;
  /** Told how many pages are open. */
  readonly onReaders: (pages: number) => void;
}

/** The running live part. */
export interface Live {
  hasRoom(): boolean;
  /** Turns a response into a stream that goes on after the page's cursor. */
  follow(response: ServerResponse, page: OpenPage): Promise<void>;
  close(): Promise<void>;
}

/** At the peak a commit comes every few milliseconds; nobody reads faster than this. */
const lookEveryMs = 250;
/** The board changes, and a page must know that the gateway lives, at least so often. */
const beatEveryMs = 5_000;
/** Rows a page shows; older ones leave at the bottom. */
export const rowsShown = 60;

/** Starts looking after open pages. */
export function startLive(options: LiveOptions): Live {
  const { feed, boards, log, nowMs } = options;
  const readers = createReaders(options.maxReaders);
  const looker = createLooker(look);
  let closed = false;

  async function look(): Promise<void> {
    try {
      await feed.look();
    } catch (error) {
      log.debug({ reason: messageOf(error) }, 'arrivals not read');
    }
    const view = readers.all().length > 0 ? await boards.latest() : null;
    if (view !== null) for (const reader of readers.all()) catchUp(reader, view);
  }

  /** Gives a reader what it has not seen. Readers that stand at the same place are given the same text. */
  function catchUp(reader: Reader, view: BoardView): void {
    const since = feed.since(reader.cursor());
    const missed = typeof since === 'string' ? since : seenBy(reader, since);
    if (missed === 'other-life') {
      reader.reload();
    } else if (missed === 'too-far') {
      const note = toText(arrivalNote(wordsOf(reader.lang).live.restarted));
      const rows = render(view, seenBy(reader, feed.recent()), reader);
      reader.allRows({ ...rows, html: note + rows.html });
    } else if (missed.length > 0) {
      reader.rows(render(view, missed, reader));
    } else {
      reader.passed(feed.cursor());
    }
  }

  function seenBy({ officeCode }: Reader, entries: readonly FeedEntry[]): readonly FeedEntry[] {
    return officeCode === null ? entries : entries.filter(({ item }) => officeOf(item) === officeCode);
  }

  function render(view: BoardView, entries: readonly FeedEntry[], { lang, showPins }: Reader): RenderedRows {
    const words = wordsOf(lang);
    const showPin = showPins ? (pin: string): string => pin : maskedPin;
    const items = entries.map((entry) => entry.item);
    const rows = rowsOf(items, rowsShown, view.board, { showPin, words, nowMs: nowMs() });
    return { html: toText(join(rows)), cursor: feed.cursor() };
  }

  async function beat(): Promise<void> {
    options.onReaders(readers.all().length);
    looker.soon();
    const view = readers.all().length > 0 ? await boards.latest() : null;
    if (view === null) return;
    const fragments = perSight((lang, officeCode) =>
      fragmentsOf(viewOf(view, officeCode), options.paceOf, wordsOf(lang)),
    );
    for (const reader of readers.all()) {
      reader.fragments(fragments(reader.lang, reader.officeCode));
      reader.beat(nowMs());
    }
  }

  // A board that is dear to read is read less often: at most a tenth of the time.
  const beats = repeat(beat, () => Math.max(beatEveryMs, 10 * boards.costMs()));
  // For nobody a beat's look is often enough: whoever opens a page is given what came since.
  const watch = watchOutbox(options.database, () => {
    if (readers.all().length > 0) looker.soon();
  });

  return {
    hasRoom: readers.hasRoom,
    async follow(response, page) {
      const view = await boards.latest();
      if (response.destroyed || closed) return;
      const reader = readers.add(response, page);
      if (view === null) {
        reader.reload();
        return;
      }
      catchUp(reader, view);
      reader.fragments(fragmentsOf(viewOf(view, page.officeCode), options.paceOf, wordsOf(page.lang)));
      reader.beat(nowMs());
      looker.soon();
    },
    async close() {
      closed = true;
      readers.close();
      await Promise.all([looker.close(), beats.close(), watch.close()]);
    },
  };
}

/** Work that is asked for often and done at most every {@link lookEveryMs}; asked for while it runs, it runs again. */
function createLooker(look: () => Promise<void>): { soon(): void; close(): Promise<void> } {
  let wanted = false;
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let closed = false;

  function soon(): void {
    wanted = true;
    if (closed || timer !== null || running !== null) return;
    timer = setTimeout(() => {
      timer = null;
      wanted = false;
      running = look().finally(() => {
        running = null;
        if (wanted) soon();
      });
    }, lookEveryMs);
  }

  return {
    soon,
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

/** Work that is done again and again, `pauseMs` after it was done last. */
function repeat(work: () => Promise<void>, pauseMs: () => number): { close(): Promise<void> } {
  let timer: NodeJS.Timeout | null = null;
  let running: Promise<void> | null = null;
  let closed = false;
  const later = (): void => {
    if (closed) return;
    timer = setTimeout(() => {
      running = work().finally(later);
    }, pauseMs());
  };
  later();
  return {
    async close() {
      closed = true;
      if (timer !== null) clearTimeout(timer);
      await running;
    },
  };
}

/** One rendering per language and office limit, made when first asked for. */
function perSight<T>(make: (lang: Lang, officeCode: string | null) => T): (lang: Lang, officeCode: string | null) => T {
  const made = new Map<string, T>();
  return (lang, officeCode) => {
    const key = JSON.stringify([lang, officeCode]);
    const found = made.get(key) ?? make(lang, officeCode);
    made.set(key, found);
    return found;
  };
}
