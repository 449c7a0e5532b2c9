import { expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { planWorld } from './plan.ts';
import { playWorld } from './world.ts';

const digestOf = async (seed: number): Promise<string> => (await playWorld(planWorld(seed))).digest;

test('the same seed gives the same history, event by event; another seed another one', {
  ...judged,
  timeout: 240_000,
}, async () => {
  const digests = await Promise.all([digestOf(3), digestOf(3), digestOf(4)]);
  expect(digests[0]).toBe(digests[1]);
  expect(digests[2]).not.toBe(digests[0]);
});

test('a history does not depend on whether somebody watches', { ...judged, timeout: 240_000 }, async () => {
  const lines: string[] = [];
  const { digest } = await playWorld(planWorld(5), (line) => lines.push(line));
  expect(lines.length).toBeGreaterThan(100);
  expect(digest).toBe(await digestOf(5));
});
