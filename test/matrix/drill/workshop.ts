/** A copy of the tree with a guard taken out, and one run of its row in it. */
import { once } from 'node:events';
import { chmod, cp, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rootFolder } from '../../tools/program.ts';
import type { RowResult } from '../reporter.ts';
import { buildProgram, startRows } from '../rows-run.ts';
import { terminalRows } from '../terminal-rows.ts';
import type { Edit, RowPlant } from './plant.ts';

/** What a copy holds: all that rows are played with. */
const copied = [
  'src',
  'migrations',
  'device-sim',
  'test',
  'package.json',
  'tsconfig.json',
  'tsconfig.build.json',
  'vitest.config.ts',
];

/**
 * A file's text with an edit made.
 *
 * @throws Error when what is replaced does not stand there exactly once
 */
export function edited(text: string, [file, from, to]: Edit): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`a plant no longer fits: ${file} holds ${found} times, not once: ${from}`);
  return text.replace(from, () => to);
}

/** Plays the row of a plant without its guard. @returns what the row said; null when it was not played at all */
export async function playWithout({ row, edits, patienceSeconds = 45 }: RowPlant): Promise<RowResult | null> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-matrix-drill-'));
  try {
    await chmod(folder, 0o755);
    for (const part of copied) await cp(join(rootFolder, part), join(folder, part), { recursive: true });
    await symlink(join(rootFolder, 'node_modules'), join(folder, 'node_modules'));
    for (const edit of edits) {
      const path = join(folder, edit[0]);
      await writeFile(path, edited(await readFile(path, 'utf8'), edit));
    }
    const isTerminals = terminalRows.some(({ number }) => number === row);
    // What is left behind a guard may be unused or unreachable, and must compile all the same.
    const options = ['--noCheck', '--noUnusedLocals', 'false', '--allowUnreachableCode', 'true'];
    if (!isTerminals && !buildProgram(folder, ...options)) return null;
    const results = join(folder, 'results.json');
    const file = isTerminals ? 'what-terminals-do-is-survived' : 'every-row-is-there-once-and-holds';
    const child = startRows({
      root: folder,
      files: [`test/matrix/${file}.test.ts`],
      rows: `${row}`,
      variables: {
        GERBANG_MATRIX_RESULTS: results,
        GERBANG_MATRIX_PATIENCE_MS: `${patienceSeconds * 1_000}`,
        GERBANG_MATRIX_REPOSITORY: process.env.GERBANG_MATRIX_REPOSITORY ?? rootFolder,
      },
      stdio: 'ignore',
    });
    await once(child, 'exit');
    const all: readonly RowResult[] = JSON.parse(await readFile(results, 'utf8').catch(() => '[]'));
    return all.find((result) => result.row === row) ?? null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
