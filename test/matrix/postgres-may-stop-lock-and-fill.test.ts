import { expect, test } from 'vitest';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.postgres);

test('rows 9 to 13 are here', () => expect(groups.postgres.map(({ number }) => number)).toEqual([9, 10, 11, 12, 13]));
