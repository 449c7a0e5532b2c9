import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { defineConfig, type Plugin } from 'vitest/config';
import { LongestFirst } from './test/tools/longest-first.ts';
import { buildRoot, rootFolder } from './test/tools/program.ts';

export default defineConfig({
  plugins: [helpersFromTheBuild()],
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/tools/global-setup.ts'],
    // More than the two cores of a build machine: half of the tests wait for deadlines, outages and killed processes.
    pool: 'forks',
    maxWorkers: 5,
    // Loading our modules anew for each file took a fifth of all processor time. What a file changes it puts back; what
    // must be done around each test of a file is done by a function the file calls, not by importing a module.
    isolate: false,
    sequence: { sequencer: LongestFirst },
    // Limits for a machine that does other things too: no test waits for one of them to pass.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    expect: { poll: { timeout: 20_000 } },
    // Real brokers, killed processes and cut lines on a shared machine: one more try there, printed beside the test. What a
    // judge finds is final (test/tools/judged.ts).
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: ['default'],
  },
});

/**
 * The process that holds node-zklib is started from the file beside the module that starts it: a hundred times in a run,
 * and compiling the sources each time costs ten times what running them does. `npm test` has compiled them already.
 */
function helpersFromTheBuild(): Plugin {
  const source = 'src/zklib/helper-process.ts';
  return {
    name: 'helpers-from-the-build',
    transform(code, id) {
      const build = buildRoot();
      if (build === null || id !== join(rootFolder, source)) return null;
      const compiled = pathToFileURL(join(build, source.replace(/ts$/, 'js'))).href;
      return { code: code.replaceAll('import.meta.url', JSON.stringify(compiled)), map: null };
    },
  };
}
