import { expect, test } from 'vitest';
import { crashPoints } from '../../src/crash-points.ts';
import { playRows } from './play.ts';
import { groups } from './table.ts';

playRows(groups.crashes);

test('no crash point is named twice', () => expect(new Set(crashPoints).size).toBe(crashPoints.length));
