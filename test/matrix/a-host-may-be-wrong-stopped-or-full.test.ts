import { expect, test } from 'vitest';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.host);

test('rows 14, 15, 41 and 42 are here', () =>
  expect(groups.host.map(({ number }) => number)).toEqual([14, 15, 41, 42]));
