import { expect, test } from 'vitest';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.terminals);

// A file without tests is an error, and a run of one row may leave this one without.
test('rows 16 to 36 are here', () =>
  expect(groups.terminals.every(({ number }) => number >= 16 && number <= 36)).toBe(true));
