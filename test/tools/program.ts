/**
 * How tests start the program in a process of its own: compiled, as it is shipped, when `npm test` has built it, and from
 * its sources otherwise, so that one file can be tested alone without a build.
 */
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Set by `run-tests.ts`. */
export const programVariable = 'GERBANG_TEST_PROGRAM';

/** The root of the clone: the working folder the sources need for `tsx`. */
export const rootFolder = fileURLToPath(new URL('../..', import.meta.url));

/** What follows `node` on the command line of `gerbang ARGS`. */
export function programArguments(...args: readonly string[]): string[] {
  const built = process.env[programVariable];
  return built === undefined ? ['--import', 'tsx', 'src/main.ts', ...args] : [built, ...args];
}

/** The folder of the compiled sources, laid out as the clone; null when nothing was compiled for this run. */
export function buildRoot(): string | null {
  const built = process.env[programVariable];
  return built === undefined ? null : dirname(dirname(built));
}

/** What follows `node` on the command line of a program of the tests' own; `path` is relative to the clone. */
export function childArguments(path: string): string[] {
  const build = buildRoot();
  return build === null
    ? ['--import', import.meta.resolve('tsx'), join(rootFolder, path)]
    : [join(build, path.replace(/ts$/, 'js'))];
}
