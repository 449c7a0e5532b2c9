/**
 * What arrived lately, in one numbered row of entries that readers can fall behind and catch up with.
 *
 * A wake-up says only that something may have changed. What did is found by comparing every terminal's cursor with the
 * one seen before, so a lost, doubled or late wake-up costs time and never a row.
 */
import { randomBytes } from 'node:crypto';
import { type Arrival, type LogMark, readArrivals, readLogMarks } from '../store/board.ts';
import type { Database } from '../store/database.ts';
import type { LogRange } from '../store/punches.ts';

/**
 * A row, or a line about rows that are not listed one by one: `older` ones belong to days gone by, not under "now";
 * `missed` ones came in one heap.
 */
export type FeedItem =
  | { readonly kind: 'arrival'; readonly arrival: Arrival }
  | {
      readonly kind: 'older' | 'missed';
      readonly officeCode: string;
      readonly terminalName: string;
      readonly rows: number;
    };

/** An item with its place in the row of entries. */
export interface FeedEntry {
  readonly number: number;
  readonly item: FeedItem;
}

/** Office of an item. */
export function officeOf(item: FeedItem): string {
  return item.kind === 'arrival' ? item.arrival.officeCode : item.officeCode;
}

/** The feed. */
export interface Feed {
  /** The entries kept, oldest first. */
  recent(): readonly FeedEntry[];
  /** Where a reader stands who has seen everything. */
  cursor(): string;
  /**
   * What a reader has not seen, oldest first. `too-far`: more than is kept. `other-life`: the cursor is not from this
   * run of the gateway.
   */
  since(cursor: string): readonly FeedEntry[] | 'too-far' | 'other-life';
  /**
   * Looks for what arrived and keeps it. Concurrent calls share one look.
   *
   * @returns the new entries
   * @throws GerbangError STORE_UNAVAILABLE
   */
  look(): Promise<readonly FeedEntry[]>;
}

/** Bounds of a feed. */
export interface FeedBounds {
  /** Entries kept for readers that fall behind. Default 400. */
  readonly keep?: number;
  /** Rows of one terminal listed at one look. Default 100. */
  readonly perTerminal?: number;
}

/** Rows that happened longer ago than this are not listed. */
const listedForMs = 24 * 3_600_000;
/** Terminals per query. */
const rangesPerQuery = 50;

/** Creates a feed. `nowMs` is host time in milliseconds UTC. */
export function createFeed(database: Database, nowMs: () => number, bounds: FeedBounds = {}): Feed {
  const keep = bounds.keep ?? 400;
  const perTerminal = bounds.perTerminal ?? 100;
  // A reader of another life of the gateway must not be taken for one of this life.
  const life = randomBytes(4).toString('hex');
  let seen: ReadonlyMap<string, LogMark> | null = null;
  let entries: readonly FeedEntry[] = [];
  let last = 0;
  let looking: Promise<readonly FeedEntry[]> | null = null;

  async function lookNow(): Promise<readonly FeedEntry[]> {
    const marks = await readLogMarks(database.db);
    const sinceMs = nowMs() - listedForMs;
    const items: FeedItem[] = [];
    if (seen === null) {
      const ends = marks.map((mark) => ({ ...mark, from: mark.nextOrdinal - 20, to: mark.nextOrdinal }));
      const latest = await readArrivals(database.db, ends, { sinceMs, limit: 60 });
      items.push(...latest.map((arrival): FeedItem => ({ kind: 'arrival', arrival })));
    } else {
      const grown = rangesOf(seen, marks);
      for (let at = 0; at < grown.length; at += rangesPerQuery) {
        items.push(...(await itemsOf(database, grown.slice(at, at + rangesPerQuery), perTerminal, sinceMs)));
      }
    }
    seen = new Map(marks.map((mark) => [mark.serial, mark]));
    const added = items.map((item, index): FeedEntry => ({ number: last + index + 1, item }));
    last += added.length;
    entries = [...entries, ...added].slice(-keep);
    return added;
  }

  return {
    recent: () => entries,
    cursor: () => `${life}-${last}`,
    since(cursor) {
      const [, ofLife, text] = /^([0-9a-f]{8})-(\d{1,15})$/.exec(cursor) ?? [];
      const number = Number(text);
      const oldestKept = entries[0]?.number ?? last + 1;
      if (ofLife !== life || number > last) return 'other-life';
      if (number < oldestKept - 1) return 'too-far';
      return entries.filter((entry) => entry.number > number);
    },
    look() {
      looking ??= lookNow().finally(() => {
        looking = null;
      });
      return looking;
    },
  };
}

/** What lies between two looks, per terminal. A new epoch is new from its beginning. */
function rangesOf(seen: ReadonlyMap<string, LogMark>, marks: readonly LogMark[]): readonly LogRange[] {
  return marks.flatMap((mark) => {
    const before = seen.get(mark.serial);
    const from = before !== undefined && before.epoch === mark.epoch ? before.nextOrdinal : mark.baseOrdinal;
    return from < mark.nextOrdinal ? [{ serial: mark.serial, epoch: mark.epoch, from, to: mark.nextOrdinal }] : [];
  });
}

async function itemsOf(
  database: Database,
  ranges: readonly LogRange[],
  perTerminal: number,
  sinceMs: number,
): Promise<readonly FeedItem[]> {
  const listed = ranges.map((range) => ({ ...range, from: Math.max(range.from, range.to - perTerminal) }));
  const rows = await readArrivals(database.db, listed);
  const notes = ranges.flatMap((range, index): FeedItem[] => {
    const ofTerminal = rows.filter((row) => row.serial === range.serial);
    const [newest] = ofTerminal.slice(-1);
    if (newest === undefined) return [];
    const old = ofTerminal.filter((row) => row.occurredAtMs < sinceMs).length;
    const unread = (listed[index]?.from ?? range.from) - range.from;
    // What lies before the rows that were read happened before them: old, if the first of these is old.
    const older = old > 0 ? old + unread : 0;
    const { officeCode, terminalName } = newest;
    const missed = old > 0 ? 0 : unread;
    return [
      ...(older > 0 ? [{ kind: 'older', officeCode, terminalName, rows: older } as const] : []),
      ...(missed > 0 ? [{ kind: 'missed', officeCode, terminalName, rows: missed } as const] : []),
    ];
  });
  const arrivals = rows.filter((row) => row.occurredAtMs >= sinceMs);
  return [...notes, ...arrivals.map((arrival): FeedItem => ({ kind: 'arrival', arrival }))];
}
