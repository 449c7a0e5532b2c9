/** One run of Vitest over rows of the matrix, in this tree or in a copy of it. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { programVariable } from '../tools/program.ts';

/** Below the tree, so that the compiled program finds its packages. */
const buildFolder = '.gerbang/matrix-build';

/** What to run. */
export interface RowsRun {
  /** The tree: this one, or a copy with its own `test` and `src`. */
  readonly root: string;
  /** Test files from the root, or folders of them. */
  readonly files: readonly string[];
  /** Rows by their numbers, as in `1,2,37`; all of them without it. */
  readonly rows?: string | undefined;
  readonly seed?: number | undefined;
  readonly variables?: NodeJS.ProcessEnv;
  readonly stdio: 'inherit' | 'ignore';
}

/**
 * Compiles the program of a tree.
 *
 * @param options of tsc
 * @returns whether it compiles
 */
export function buildProgram(root: string, ...options: readonly string[]): boolean {
  const args = [join(root, 'test/tools/build.mjs'), buildFolder, 'test/tools/tsconfig.json', ...options];
  return spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' }).status === 0;
}

/** Starts the run; long rows are among them. Build the program first. */
export function startRows({ root, files, rows, seed, variables, stdio }: RowsRun): ChildProcess {
  const vitest = [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--root',
    root,
    // One after another: rows are about faults, not about a busy machine.
    '--no-file-parallelism',
    `--reporter=${join(root, 'test/matrix/reporter.ts')}`,
    ...files,
  ];
  return spawn(process.execPath, vitest, {
    cwd: root,
    stdio,
    env: {
      ...process.env,
      [programVariable]: join(root, buildFolder, 'src/main.js'),
      GERBANG_MATRIX_LONG: 'yes',
      ...(rows === undefined ? {} : { GERBANG_MATRIX_ROW: rows }),
      ...(seed === undefined ? {} : { GERBANG_MATRIX_ROW_SEED: `${seed}` }),
      ...variables,
    },
  });
}
