import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from '../tools/program.ts';
import { playRows } from './play.ts';
import { lacks } from './rig/lacks.ts';
import { groups, rowNumbers, table } from './table.ts';

// Rows 16 to 36 are played in a file of their own.
playRows(table.filter((row) => !groups.terminals.includes(row)));

test('each row of the table stands there once, in order, and none is invented', () => {
  const numbers = table.map(({ number }) => number);
  expect(numbers).toEqual(rowNumbers.filter((number) => numbers.includes(number)));
});

test('what terminals do are rows 16 to 36, and all others are there', () => {
  const { terminals, ...others } = groups;
  expect(terminals.every(({ number }) => number >= 16 && number <= 36)).toBe(true);
  const numbers = Object.values(others).flatMap((rows) => rows.map(({ number }) => number));
  expect(numbers.sort((a, b) => a - b)).toEqual(rowNumbers.filter((number) => number < 16 || number > 36));
});

test('what a machine lacks is said with how to get it, and nothing is left out for another reason', async () => {
  for (const reason of Object.values(lacks)) {
    expect(reason).toMatch(/^needs .+: (run as root|apt-get install|git fetch)/);
  }
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith('-rows.ts'));
  const texts = await Promise.all(files.map((file) => readFile(join(import.meta.dirname, file), 'utf8')));
  const leftOut = texts.flatMap((text) => text.match(/\.skip\([^)]*\)|not tried: [^`'"]*/g) ?? []);
  expect(leftOut.length).toBeGreaterThan(6);
  expect(leftOut.filter((words) => !words.includes('lacks.'))).toEqual([]);
});

test('each row is run here or held by tests that exist', async () => {
  for (const { number, run, heldBy = [] } of table) {
    expect(run !== undefined || heldBy.length > 0, `row ${number}`).toBe(true);
    for (const { file, test: part = '' } of heldBy) {
      const text = await readFile(join(rootFolder, file), 'utf8');
      expect(text, `row ${number}: ${file}`).toContain(part);
    }
  }
});
