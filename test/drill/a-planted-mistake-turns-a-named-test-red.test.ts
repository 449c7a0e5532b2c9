/**
 * The drill: mistakes of the codec planted in the driver, in the simulator, and in both at once, where the two ends agree
 * with each other and only literal bytes can tell. Each must turn a test red that is named beside it.
 */
import { beforeAll, describe, expect, it } from 'vitest';
import { type Plant, plants, type Side } from './plants.ts';
import { type Order, type Report, runWorkshop } from './workshop.ts';

const sound = 'nothing planted';
const places = ['the driver', 'the simulator', 'both'] as const;
type Place = (typeof places)[number];

const nameOf = (plant: Plant, place: Place): string => `${plant.name}, in ${place}`;

function sidesOf({ driver, simulator }: Plant, place: Place): readonly Side[] {
  if (place === 'both') return [driver, simulator];
  return place === 'the driver' ? [driver] : [simulator];
}

function orderOf(plant: Plant, place: Place): Order {
  const sides = sidesOf(plant, place);
  return {
    name: nameOf(plant, place),
    edits: sides.flatMap((side) => side.edits),
    tests: [...new Set(sides.map(({ red: [test] }) => test))],
  };
}

let reports: ReadonlyMap<string, Report> = new Map();

beforeAll(async () => {
  const startedMs = performance.now();
  const orders = plants.flatMap((plant) => places.map((place) => orderOf(plant, place)));
  reports = await runWorkshop([
    { name: sound, edits: [], tests: ['packets', 'records', 'conversation', 'users', 'simCodec', 'simConversation'] },
    ...orders,
  ]);
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
  const seen = orders.filter(({ name }) => (reports.get(name)?.red.length ?? 0) > 0).length;
  console.log(`drill: ${plants.length} mistakes in three places, ${seen} of ${orders.length} seen, ${seconds} s`);
}, 300_000);

const reportOf = (name: string): Report => reports.get(name) ?? { green: [], red: [] };

it('finds every test green where nothing is planted', () => {
  const { green, red } = reportOf(sound);
  expect(red).toEqual([]);
  expect(green.length).toBeGreaterThan(100);
});

describe.each(plants)('$name', (plant) => {
  it.each(places)('in %s', (place) => {
    const { red } = reportOf(nameOf(plant, place));
    for (const {
      red: [, named],
    } of sidesOf(plant, place)) {
      expect(reportOf(sound).green).toContainEqual(expect.stringContaining(named));
      expect(red).toContainEqual(expect.stringContaining(named));
    }
  });
});
