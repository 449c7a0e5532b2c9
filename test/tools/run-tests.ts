/**
 * `npm test`: runs Vitest and ends with one plain line, `N passed, N failed`.
 *
 * A run without tests, with a file that does not load or with an error outside of any test is a failure, whatever the
 * counts say. Arguments are passed on to Vitest.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { programVariable, rootFolder as root } from './program.ts';
import type { Summary } from './summary-reporter.ts';

/** Below the clone, so that the compiled program finds its packages; not `dist`, which belongs to whoever built it. */
const buildFolder = '.gerbang/test-build';

/** With the programs of the tests' own that run as processes. */
const project = 'test/tools/tsconfig.json';

const build = [join(root, 'test/tools/build.mjs'), buildFolder, project];
const built = spawnSync(process.execPath, build, { stdio: 'inherit' });
if (built.status !== 0) {
  console.log('the program does not compile\n0 passed, 1 failed');
  process.exit(1);
}
const folder = await mkdtemp(join(tmpdir(), 'gerbang-summary-'));
const summaryFile = join(folder, 'summary.json');

const child = spawn(
  process.execPath,
  [
    join(root, 'node_modules/vitest/vitest.mjs'),
    'run',
    '--reporter=default',
    `--reporter=${join(root, 'test/tools/summary-reporter.ts')}`,
    ...process.argv.slice(2),
  ],
  {
    cwd: root,
    stdio: 'inherit',
    env: {
      ...process.env,
      GERBANG_TEST_SUMMARY: summaryFile,
      [programVariable]: join(root, buildFolder, 'src/main.js'),
    },
  },
);
// Ctrl-C reaches Vitest by itself; this process waits so that the last line is still printed.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [exitCode] = await once(child, 'exit');
const summary: Summary | null = JSON.parse(await readFile(summaryFile, 'utf8').catch(() => 'null'));
await rm(folder, { recursive: true, force: true });

const { passed, failed, skipped, errors } = summary ?? { passed: 0, failed: 0, skipped: [], errors: ['no test run'] };
for (const { name, reason } of skipped) console.log(`skipped: ${name}: ${reason}`);
for (const error of errors) console.log(`error outside of a test: ${error}`);
const isGood = exitCode === 0 && passed > 0 && failed === 0 && errors.length === 0;
process.exitCode = isGood ? 0 : 1;
// A file that does not even load holds tests that did not pass: the last line must not look clean.
const failures = isGood ? 0 : Math.max(failed + errors.length, 1);
console.log(`${passed} passed, ${failures} failed${skipped.length > 0 ? `, ${skipped.length} skipped` : ''}`);
