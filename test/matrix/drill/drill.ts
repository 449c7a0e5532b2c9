/** `npm run matrix -- --drill ROW` (or `all`): each guard of a row is taken out of a copy once, and the row must see it. */
import type { RowPlant } from './plant.ts';
import { plants } from './plants.ts';
import { playWithout } from './workshop.ts';

/** Longest text of a row in the table. */
const shownChars = 200;

/**
 * Plays the plants of one row, or all of them, and prints a table.
 *
 * @param which numbers of rows with commas between them, or `all`
 * @returns whether each row was red for the reason it should be
 */
export async function drill(which: string): Promise<boolean> {
  const numbers = which.split(',').map(Number);
  const chosen = plants.filter(({ row }) => which === 'all' || numbers.includes(row));
  if (chosen.length === 0) {
    console.log(`no guard is planted for row ${which}`);
    return false;
  }
  console.log('| Row | Without | Result | What the row said | Duration |\n|---|---|---|---|---|');
  let seen = 0;
  for (const plant of chosen) if (await drillOne(plant)) seen += 1;
  console.log(`drill: ${seen} of ${chosen.length} missing guards were seen`);
  return seen === chosen.length;
}

async function drillOne(plant: RowPlant): Promise<boolean> {
  const startedMs = performance.now();
  const result = await playWithout(plant);
  const words = result?.words ?? 'the row was not played';
  const isRed = result?.result === 'failed';
  const isSeen = isRed && plant.says.test(words);
  const verdict = isSeen ? 'red' : isRed ? 'RED FOR ANOTHER REASON' : (result?.result ?? 'absent').toUpperCase();
  const shown = words.replaceAll(/\s+/g, ' ').replaceAll('|', '/').slice(0, shownChars);
  const seconds = ((performance.now() - startedMs) / 1_000).toFixed(0);
  console.log(`| ${plant.row} | ${plant.without} | ${verdict} | ${shown} | ${seconds} s |`);
  return isSeen;
}
