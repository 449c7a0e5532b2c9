/** Plays rows as tests. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inject, type TestContext, test } from 'vitest';
import { createRandom } from '../../device-sim/random.ts';
import { openTestDatabase } from '../tools/database.ts';
import { judged, setting } from '../tools/judged.ts';
import { chosenRows, type MatrixRow, type RowContext } from './row.ts';

/** What a test of a row leaves for the reporter. */
export interface RowMeta {
  readonly row: number;
  readonly seed: number;
  seen: string;
}

declare module 'vitest' {
  interface TaskMeta {
    matrix?: RowMeta;
  }
}

/** The seed of a run without `--seed`. */
export const defaultSeed = 20_240_301;

/** Rows by their numbers, and a seed; both set by `npm run matrix`. */
const chosen = chosenRows(process.env.GERBANG_MATRIX_ROW);
const seed = Number(process.env.GERBANG_MATRIX_ROW_SEED ?? defaultSeed);
/** Set by `npm run matrix`: long rows too. */
const playsLong = process.env.GERBANG_MATRIX_LONG === 'yes' || chosen !== null;

/** Defines a test per row that can be run here and now. */
export function playRows(rows: readonly MatrixRow[]): void {
  for (const row of rows) {
    const { number, fault, run, long, limitMs = 180_000 } = row;
    if (run === undefined || (chosen !== null && !chosen.includes(number))) continue;
    if (long === true && !playsLong) continue;
    test(`row ${number}: ${fault}`, { timeout: limitMs, ...judged }, async (context) => {
      const meta: RowMeta = { row: number, seed, seen: '' };
      context.task.meta.matrix = meta;
      meta.seen = await play(run, context);
    });
  }
}

async function play(run: NonNullable<MatrixRow['run']>, test: TestContext): Promise<string> {
  const releases: (() => unknown)[] = [];
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-matrix-'));
  // As root, Postgres runs as another user, who must get through.
  await chmod(folder, 0o755);
  const random = createRandom(seed);
  const context: RowContext = {
    seed,
    random: random.next,
    folder,
    postgresUrl: inject('postgresUrl'),
    redisUrl: inject('redisUrl'),
    async database(how = 'migrated') {
      const empty = how === 'empty';
      const open = () => openTestDatabase(inject('postgresUrl'), { empty });
      const { database, drop } = await setting('a database', open);
      releases.push(drop);
      return database;
    },
    onEnd: (release) => void releases.push(release),
    skip: (reason) => test.skip(reason),
  };
  try {
    return await run(context);
  } finally {
    await releaseAll(releases);
    await rm(folder, { recursive: true, force: true });
  }
}

/** Newest first; one that fails does not keep the others from being released. */
async function releaseAll(releases: readonly (() => unknown)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const release of [...releases].reverse()) {
    try {
      await release();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}
