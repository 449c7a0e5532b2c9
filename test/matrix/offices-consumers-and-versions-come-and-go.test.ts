import { expect, test } from 'vitest';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.offices);

test('rows 37 to 40, 43 and 44 are here', () => {
  expect(groups.offices.map(({ number }) => number)).toEqual([37, 38, 39, 40, 43, 44]);
});
