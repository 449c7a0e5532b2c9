/** One board for all readers: shared while it is read, kept for a moment, and kept for longer when the database is away. */
import { messageOf } from '../errors.ts';
import type { Log } from '../log.ts';
import type { Database } from '../store/database.ts';
import { type Board, boardOf, type PaceOf, readBoard } from './board.ts';

/** The last board there is. */
export interface BoardView {
  readonly board: Board;
  /** True when the database did not answer: the board is from before. */
  readonly away: boolean;
}

/** The view of a reader with this office limit; null for none. */
export function viewOf(view: BoardView, officeCode: string | null): BoardView {
  return officeCode === null ? view : { ...view, board: boardOf(view.board, officeCode) };
}

/** Gives the board. */
export interface BoardSource {
  /** The board, at most a moment old; null when there never was one. Does not throw. */
  latest(): Promise<BoardView | null>;
  /** How long the last reading took, in milliseconds: what asks often should ask less often when this grows. */
  costMs(): number;
}

/** A board younger than this is good enough for the next reader. */
const keepForMs = 1_000;

/** Creates a source. `nowMs` is host time in milliseconds UTC. */
export function createBoardSource(database: Database, paceOf: PaceOf, nowMs: () => number, log: Log): BoardSource {
  let view: BoardView | null = null;
  let reading: Promise<BoardView | null> | null = null;
  let costMs = 0;
  // Measured by time that never steps: a board is not younger because the wall clock was set back.
  let readUntilMs = Number.NEGATIVE_INFINITY;

  async function read(): Promise<BoardView | null> {
    const startedMs = performance.now();
    try {
      view = { board: await readBoard(database, paceOf, nowMs()), away: false };
    } catch (error) {
      log.warn({ reason: messageOf(error) }, 'board not read');
      if (view !== null) view = { ...view, away: true };
    }
    readUntilMs = performance.now();
    costMs = readUntilMs - startedMs;
    return view;
  }

  return {
    costMs: () => costMs,
    latest() {
      if (view !== null && performance.now() - readUntilMs < keepForMs) return Promise.resolve(view);
      reading ??= read().finally(() => {
        reading = null;
      });
      return reading;
    },
  };
}
