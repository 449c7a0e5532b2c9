/**
 * Tests whose failure is a judgement: a ledger against a database, a world against its rules, a property over random draws.
 *
 * In CI a test that fails is tried once more, as brokers, browsers and killed processes on a shared machine fail for
 * reasons of their own. A breach that shows in one of two runs is a breach, so these are tried again only where the scene
 * could not be set and nothing was judged.
 */

const unset = 'the scene could not be set: ';

/**
 * Something a test needs before it begins, such as a server of its own.
 *
 * @throws Error after which a judged test may be tried again
 */
export async function setting<T>(what: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new Error(`${unset}${what}: ${error instanceof Error ? error.message : String(error)}`, { cause: error });
  }
}

/** Options of a judged test. */
export const judged = {
  retry: {
    count: process.env.CI === undefined ? 0 : 1,
    // No function: Vitest 4.1 takes it off the test before it is asked, and tries again whatever it would have said.
    condition: new RegExp(`^${unset}`),
  },
};
