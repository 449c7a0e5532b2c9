/** The drill itself takes half an hour (docs/proof.md); that it still fits the sources is seen at every run. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { rootFolder } from '../../tools/program.ts';
import { rowNumbers } from '../table.ts';
import { plants } from './plants.ts';
import { edited } from './workshop.ts';

test.each(plants)('row $row: $without', ({ edits }) => {
  const files = new Map<string, string>();
  for (const edit of edits) {
    const [file] = edit;
    const before = files.get(file) ?? readFileSync(join(rootFolder, file), 'utf8');
    const after = edited(before, edit);
    expect(after).not.toBe(before);
    files.set(file, after);
  }
});

test('each row has a guard that is taken out', () => {
  const planted = plants.map(({ row }) => row);
  expect(rowNumbers.filter((number) => !planted.includes(number))).toEqual([]);
});
