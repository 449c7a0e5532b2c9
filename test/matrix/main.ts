/**
 * `npm run matrix [-- --row N] [--seed S]`: plays the fault matrix with the program as it is shipped and prints it row by
 * row. Exit code 1 when a row does not hold, or is not there.
 */
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { programVariable, rootFolder } from '../tools/program.ts';
import { table } from './table.ts';

const buildFolder = '.gerbang/matrix-build';

const { values } = parseArgs({ options: { row: { type: 'string' }, seed: { type: 'string' } } });
const wanted = table.filter(({ number }) => values.row === undefined || number === Number(values.row));
if (wanted.length === 0) {
  console.log(`there is no row ${values.row}`);
  process.exit(2);
}
if (values.seed !== undefined && !Number.isSafeInteger(Number(values.seed))) {
  console.log('--seed wants a whole number');
  process.exit(2);
}
const built = spawnSync(process.execPath, [join(rootFolder, 'test/tools/build.mjs'), buildFolder], {
  stdio: 'inherit',
});
if (built.status !== 0) process.exit(1);

const files = wanted.flatMap(({ heldBy = [] }) => heldBy.map(({ file }) => file));
for (const file of files) if (!existsSync(join(rootFolder, file))) console.log(`missing: ${file}`);
const vitest = [
  join(rootFolder, 'node_modules/vitest/vitest.mjs'),
  'run',
  // One after another: rows are about faults, not about a busy machine.
  '--no-file-parallelism',
  `--reporter=${join(rootFolder, 'test/matrix/reporter.ts')}`,
  'test/matrix/',
  ...new Set(files),
];
const child = spawn(process.execPath, vitest, {
  cwd: rootFolder,
  stdio: 'inherit',
  env: {
    ...process.env,
    [programVariable]: join(rootFolder, buildFolder, 'src/main.js'),
    GERBANG_MATRIX_LONG: 'yes',
    ...(values.row === undefined ? {} : { GERBANG_MATRIX_ROW: values.row }),
    ...(values.seed === undefined ? {} : { GERBANG_MATRIX_ROW_SEED: values.seed }),
  },
});
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
const [exitCode] = await once(child, 'exit');
process.exitCode = exitCode === 0 ? 0 : 1;
