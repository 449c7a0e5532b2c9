/**
 * More than 100,000 punches in worlds drawn by lot. Whatever happens to a clock, a final time contains the truth, unless
 * nothing in the evidence can show what happened: those rows are told apart by the truth and counted on their own.
 */
import { afterAll, expect, test } from 'vitest';
import type { TimeStatus } from '../../src/clock/correct.ts';
import { buildClockModel } from '../../src/clock/model.ts';
import { modelDigest } from '../../src/clock/versions.ts';
import { judged } from '../tools/judged.ts';
import { randomPlan, type Theme, themes } from './random-worlds.ts';
import { isBeyondEvidence, play } from './truth.ts';

const worldsPerTheme = 400;
const firstSeed = Number(process.env.GERBANG_CLOCK_SEED ?? 1);

interface Tally {
  rows: number;
  wrong: number;
}

const tallies = new Map<string, Tally>();

function count(theme: Theme, status: TimeStatus, isBeyond: boolean, isWrong: boolean): void {
  const key = `${theme} ${isBeyond ? 'beyond ' : ''}${status}`;
  const tally = tallies.get(key) ?? { rows: 0, wrong: 0 };
  tally.rows += 1;
  if (isWrong) tally.wrong += 1;
  tallies.set(key, tally);
}

/** Bounds that hold whatever the clock did, so the truth is in them even where the evidence cannot show what it did. */
const certain: readonly TimeStatus[] = ['bounded', 'ambiguous', 'uncorrectable'];

test.each(themes)('%s: the truth is within the bounds', { ...judged, timeout: 120_000 }, (theme) => {
  for (let seed = firstSeed; seed < firstSeed + worldsPerTheme; seed += 1) {
    const plan = randomPlan(seed, theme);
    const world = play(plan);
    const model = buildClockModel(world.evidence);
    const isKnownToBeCached = model.troubles.some(({ kind }) => kind === 'cached-clock');
    for (const [index, time] of model.times.entries()) {
      const truthMs = world.truthMs[index] ?? Number.NaN;
      const isWrong = !(time.earliestMs <= truthMs && truthMs <= time.latestMs);
      const isBeyond = isBeyondEvidence(plan, world, index, isKnownToBeCached);
      count(theme, time.status, isBeyond, isWrong);
      const mustHold = certain.includes(time.status) || (time.status === 'final' && !isBeyond);
      if (mustHold && isWrong)
        throw new Error(`${theme}, seed ${seed}, record ${index}: ${truthMs} not in ${JSON.stringify(time)}`);
      const isInOrder = time.earliestMs <= time.occurredAtMs && time.occurredAtMs <= time.latestMs;
      if (!isInOrder) throw new Error(`${theme}, seed ${seed}, record ${index}: ${JSON.stringify(time)}`);
    }
  }
});

test('the same evidence gives the same bytes', judged, () => {
  for (const theme of themes) {
    const { evidence } = play(randomPlan(firstSeed, theme));
    const copy = structuredClone(evidence);
    expect(JSON.stringify(buildClockModel(copy))).toBe(JSON.stringify(buildClockModel(evidence)));
    expect(modelDigest(copy)).toBe(modelDigest(evidence));
  }
});

afterAll(() => {
  const sum = (holds: (key: string) => boolean): number =>
    [...tallies].reduce((rows, [key, tally]) => rows + (holds(key) ? tally.rows : 0), 0);
  const lines = themes.map((theme) => {
    const all = sum((key) => key.startsWith(`${theme} `));
    const final = sum((key) => key.startsWith(`${theme} `) && key.endsWith('final'));
    return `  ${theme.padEnd(8)} ${String(all).padStart(7)} rows, ${(100 - (100 * final) / all).toFixed(1).padStart(5)} % not final`;
  });
  const beyond = [...tallies].filter(([key]) => key.includes('beyond final'));
  const [rows, wrong] = [beyond.reduce((n, [, t]) => n + t.rows, 0), beyond.reduce((n, [, t]) => n + t.wrong, 0)];
  const all = sum(() => true);
  const share = 100 - (100 * sum((key) => key.endsWith('final'))) / all;
  console.log(
    [
      ...lines,
      `  all      ${String(all).padStart(7)} rows, ${share.toFixed(1).padStart(5)} % not final`,
      `  moved there and back unseen, or old readings: ${rows} rows final, of which ${wrong} miss the truth`,
    ].join('\n'),
  );
});
