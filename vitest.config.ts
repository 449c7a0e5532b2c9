import { defineConfig } from 'vitest/config';
import { LongestFirst } from './test/tools/longest-first.ts';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    globalSetup: ['test/tools/global-setup.ts'],
    // Twice the two cores of a build machine: half of the tests wait for deadlines, outages and killed processes.
    pool: 'forks',
    maxWorkers: 4,
    sequence: { sequencer: LongestFirst },
    testTimeout: 30_000,
    hookTimeout: 60_000,
    // Real brokers, killed processes and cut lines on a shared machine: one more try there, printed beside the test.
    retry: process.env.CI === undefined ? 0 : 1,
    reporters: ['default'],
  },
});
