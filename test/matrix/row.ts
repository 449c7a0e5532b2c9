/** What a row of the fault matrix is: one thing that can go wrong, what must come of it, and how that is tried. */
import type { TestDatabase } from '../tools/database.ts';

/** What a row may use while it runs. Everything it opens it hands to {@link RowContext.onEnd}. */
export interface RowContext {
  /** Whatever a row leaves to chance follows from it. */
  readonly seed: number;
  /** Uniform in [0, 1), from the seed. */
  random(): number;
  /** An empty folder of its own, removed afterwards. */
  readonly folder: string;
  /** The Postgres that all rows share; stop it never. */
  readonly postgresUrl: string;
  /** The Redis that all rows share, or null where the machine has none; stop or fill it never. */
  readonly redisUrl: string | null;
  /** A database of its own, dropped afterwards: migrated, unless it is to be empty. */
  database(how?: 'migrated' | 'empty'): Promise<TestDatabase>;
  /** Runs after the row, newest first, whatever its outcome. */
  onEnd(release: () => unknown): void;
  /** Ends the row here: this machine lacks something. Say what, and how to get it. */
  skip(reason: string): never;
}

/** A test elsewhere that proves a row, or a part of it. */
export interface TestElsewhere {
  /** From the root of the clone, such as `test/mqtt/….test.ts`. */
  readonly file: string;
  /** Part of the names of its tests; all tests of the file by default. */
  readonly test?: string;
}

/** One row of the table. It has a `run`, tests elsewhere, or both. */
export interface MatrixRow {
  readonly number: number;
  readonly fault: string;
  readonly expected: string;
  /** Takes more than a few seconds: not in `npm test`, but in `npm run matrix`. */
  readonly long?: true;
  /** Default 180,000. */
  readonly limitMs?: number;
  /** It brings a queue of its own, or has none: on the other queue it would be the same row. Default: the chosen one. */
  readonly queue?: 'its-own' | 'none';
  /** Throws when something expected does not hold. @returns what was seen, in a few words: counts, not timings */
  readonly run?: (context: RowContext) => Promise<string>;
  readonly heldBy?: readonly TestElsewhere[];
  /** What of this row nobody tries yet. Printed with the table. */
  readonly missing?: string;
}

/** `1,2,37` as numbers; null, which is all rows, for nothing. */
export function chosenRows(wish: string | undefined): readonly number[] | null {
  return wish === undefined ? null : wish.split(',').map(Number);
}
