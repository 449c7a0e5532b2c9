/**
 * `npm run matrix [-- --row N,N,…] [--seed S] [--queue redis]`: plays the fault matrix with the program as it is shipped and
 * prints it row by row. `--long` leaves out what `npm test` has played already. `--drill N` or `--drill all` takes the guards out of a copy and wants the rows red. Exit code 1
 * when a row does not hold, or is not there.
 */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { rootFolder } from '../tools/program.ts';
import { drill } from './drill/drill.ts';
import { chosenRows, type MatrixRow } from './row.ts';
import { buildProgram, startRows } from './rows-run.ts';
import { table } from './table.ts';

/** All but the test of the drill. */
const matrixFiles = ['the-judge-sees', 'what-terminals-do', 'every-row-is'].map((name) => `test/matrix/${name}`);

const { values } = parseArgs({
  options: {
    row: { type: 'string' },
    seed: { type: 'string' },
    queue: { type: 'string', default: 'postgres' },
    drill: { type: 'string' },
    long: { type: 'boolean', default: false },
  },
});
/** Long rows are those that `npm test` leaves out. On the queue in Redis they are those that have no place of their own. */
const wish = values.long ? longRows().join() : values.row;
const rows = chosenRows(wish);
const faults = [
  rows === null || rows.every((wish) => table.some(({ number }) => number === wish)) || `there is no row ${values.row}`,
  values.seed === undefined || Number.isSafeInteger(Number(values.seed)) || '--seed wants a whole number',
  ['postgres', 'redis'].includes(values.queue) || '--queue is postgres or redis',
].filter((fault) => fault !== true);
if (faults.length > 0) {
  console.log(faults.join('\n'));
  process.exit(2);
}
process.exitCode = (await (values.drill === undefined ? play() : drill(values.drill))) ? 0 : 1;

function longRows(): readonly number[] {
  const isAsked = ({ long, queue }: MatrixRow): boolean =>
    long === true && (values.queue !== 'redis' || queue === undefined);
  return table.filter(isAsked).map(({ number }) => number);
}

async function play(): Promise<boolean> {
  if (!buildProgram(rootFolder)) return false;
  // Tests elsewhere that speak for long rows are in `npm test`.
  const files = (values.long ? [] : table)
    .filter(({ number }) => rows?.includes(number) ?? true)
    .flatMap(({ heldBy = [] }) => heldBy.map(({ file }) => file));
  for (const file of files) if (!existsSync(join(rootFolder, file))) console.log(`missing: ${file}`);
  const child = startRows({
    root: rootFolder,
    files: [...matrixFiles, ...new Set(files)],
    rows: wish,
    seed: values.seed === undefined ? undefined : Number(values.seed),
    variables: { GERBANG_TEST_QUEUE: values.queue },
    stdio: 'inherit',
  });
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => child.kill(signal));
  const [exitCode] = await once(child, 'exit');
  return exitCode === 0;
}
