/**
 * Worlds: terminals, people, gateways, a queue and a database over days, in one process, each from a seed. What must hold
 * is in oracle.ts; docs/proof.md, "Worlds", says how each of its rules was seen to fail.
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { found } from './found.ts';
import type { Tally } from './oracle.ts';
import { planWorld } from './plan.ts';
import { playWorld } from './world.ts';

/** A sample for every run; `npm run worlds` plays five hundred and more. */
const worlds = 60;
const perTest = 20;
const limitMs = 300_000;

const total: Tally = { stored: 0, finals: 0, judged: 0, lost: 0 };
const usualDepth = Error.stackTraceLimit;

beforeAll(() => {
  // Errors are made by the thousand here, and nobody asks where.
  Error.stackTraceLimit = 0;
});
afterAll(() => {
  Error.stackTraceLimit = usualDepth;
});

async function breachesOf(seed: number): Promise<string[]> {
  const { breaches, tally } = await playWorld(planWorld(seed));
  for (const key of ['stored', 'finals', 'judged', 'lost'] as const) total[key] += tally[key];
  return breaches.map((text) => `${text} (again: npm run worlds -- --seed ${seed} --trace)`);
}

test.each(found)('seed $seed: $what', { ...judged, timeout: limitMs }, async ({ seed }) => {
  expect(await breachesOf(seed)).toEqual([]);
});

const firsts = Array.from({ length: worlds / perTest }, (_, index) => 1 + index * perTest);

test.each(firsts)(`${perTest} worlds from seed %i`, { ...judged, timeout: limitMs }, async (first) => {
  for (let seed = first; seed < first + perTest; seed += 1) expect(await breachesOf(seed)).toEqual([]);
});

test('these worlds were not empty', judged, () => {
  expect(total.stored).toBeGreaterThan(50 * worlds);
  expect(total.judged).toBeGreaterThan(30 * worlds);
  expect(total.lost).toBeGreaterThan(0);
});
