/**
 * Copies of the driver, the simulator and their tests in a temporary folder, each with one planted mistake, and one run of
 * Vitest over all of them.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { cp, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { type Edit, type LiteralTest, literalTests } from './plants.ts';

const house = join(import.meta.dirname, '../..');

/** What a copy holds: enough for the tests below, and nothing that needs a database. */
const copied = [
  'src/zk',
  'src/clock',
  'src/punch',
  'src/errors.ts',
  'device-sim',
  'test/vectors',
  'test/zk',
  'test/device-sim',
];

/** A copy to be made. */
export interface Order {
  readonly name: string;
  readonly edits: readonly Edit[];
  readonly tests: readonly LiteralTest[];
}

/** What became of a copy's tests, by their full names. */
export interface Report {
  readonly green: readonly string[];
  readonly red: readonly string[];
}

const runWithinMs = 240_000;

/** A hung test is a red one; none of the sound ones takes a tenth of this. */
const vitestConfig = (include: readonly string[]): string => `
export default {
  cacheDir: './cache',
  test: {
    include: ${JSON.stringify(include)},
    pool: 'threads',
    isolate: false,
    maxWorkers: 2,
    testTimeout: 6000,
    hookTimeout: 6000,
    teardownTimeout: 2000,
  },
};
`;

/**
 * Makes all copies, runs their tests once, and clears up.
 *
 * @returns a report per order, by name
 * @throws Error when an edit does not apply exactly once, or Vitest leaves no report
 */
export async function runWorkshop(orders: readonly Order[]): Promise<ReadonlyMap<string, Report>> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-drill-'));
  try {
    await symlink(join(house, 'node_modules'), join(folder, 'node_modules'));
    // Without it the copies would not be modules.
    await writeFile(join(folder, 'package.json'), '{ "type": "module" }');
    const include: string[] = [];
    for (const [index, order] of orders.entries()) {
      const copy = `copies/${index}`;
      await makeCopy(join(folder, copy), order);
      include.push(...order.tests.map((test) => `${copy}/${literalTests[test]}`));
    }
    await writeFile(join(folder, 'vitest.config.mjs'), vitestConfig(include));
    await runVitest(folder);
    return await reportsOf(folder, orders);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function makeCopy(folder: string, { name, edits }: Order): Promise<void> {
  await mkdir(folder, { recursive: true });
  for (const part of copied) await cp(join(house, part), join(folder, part), { recursive: true });
  for (const [file, from, to] of edits) {
    const path = join(folder, file);
    const text = await readFile(path, 'utf8');
    const found = text.split(from).length - 1;
    if (found !== 1) {
      throw new Error(`The drill "${name}" no longer fits: ${file} holds ${found} times, not once: ${from}`);
    }
    await writeFile(
      path,
      text.replace(from, () => to),
    );
  }
}

async function runVitest(folder: string): Promise<void> {
  const args = ['run', '--root', folder, '--config', join(folder, 'vitest.config.mjs')];
  const report = ['--reporter=json', `--outputFile=${join(folder, 'report.json')}`];
  const child = spawn(process.execPath, [join(house, 'node_modules/vitest/vitest.mjs'), ...args, ...report], {
    cwd: folder,
    stdio: 'ignore',
    // A Vitest inside a Vitest must not take itself for a worker of the outer one.
    env: { PATH: process.env.PATH, HOME: process.env.HOME, TZ: 'UTC' },
  });
  const timer = setTimeout(() => child.kill('SIGKILL'), runWithinMs);
  await once(child, 'exit');
  clearTimeout(timer);
}

interface VitestReport {
  readonly testResults: readonly {
    readonly name: string;
    readonly assertionResults: readonly { readonly fullName: string; readonly status: string }[];
  }[];
}

async function reportsOf(folder: string, orders: readonly Order[]): Promise<ReadonlyMap<string, Report>> {
  const { testResults }: VitestReport = JSON.parse(await readFile(join(folder, 'report.json'), 'utf8'));
  const reports = new Map(orders.map(({ name }) => [name, { green: [] as string[], red: [] as string[] }]));
  for (const { name: path, assertionResults } of testResults) {
    const index = Number(relative(join(folder, 'copies'), dirname(path)).split('/')[0]);
    const report = reports.get(orders[index]?.name ?? '');
    for (const { fullName, status } of assertionResults) {
      if (status === 'passed') report?.green.push(fullName);
      if (status === 'failed') report?.red.push(fullName);
    }
  }
  return reports;
}
