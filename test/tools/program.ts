/**
 * How tests start the program in a process of its own: compiled, as it is shipped, when `npm test` has built it, and from
 * its sources otherwise, so that one file can be tested alone without a build.
 */
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
