import { expect, test } from 'vitest';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.redis);

test('rows 5 to 8 are here', () => expect(groups.redis.map(({ number }) => number)).toEqual([5, 6, 7, 8]));
