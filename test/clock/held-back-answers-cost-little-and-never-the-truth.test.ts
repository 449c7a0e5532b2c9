/**
 * Most answers of quiet polls are never stored (docs/time.md, "Which questions are stored"). With what is left a final time
 * must contain the truth all the same, and its bounds must not be much wider than with everything.
 */
import { afterAll, expect, test } from 'vitest';
import { buildClockModel } from '../../src/clock/model.ts';
import type { RecordTime } from '../../src/clock/model-types.ts';
import { judged } from '../tools/judged.ts';
import { randomPlan, themes } from './random-worlds.ts';
import { isBeyondEvidence, play } from './truth.ts';

const worldsPerTheme = 12;
const minute = 60_000;

/** Polls a minute apart wherever the terminal could be reached. */
function everyMinute(polls: readonly number[]): number[] {
  return polls.flatMap((atMs, index) => {
    const untilMs = polls[index + 1] ?? atMs;
    const between = untilMs - atMs <= 30 * minute ? Math.max(1, Math.floor((untilMs - atMs) / minute)) : 1;
    return Array.from({ length: between }, (_, step) => atMs + step * minute);
  });
}

const widthOf = ({ earliestMs, latestMs }: RecordTime): number => latestMs - earliestMs;
const tally = { asked: 0, stored: 0, rows: 0, finalAll: 0, finalStored: 0 };
const widths: { all: number[]; stored: number[] } = { all: [], stored: [] };

test.each(themes)('%s', { ...judged, timeout: 120_000 }, (theme) => {
  for (let seed = 10_001; seed <= 10_000 + worldsPerTheme; seed += 1) {
    const drawn = randomPlan(seed, theme);
    const plan = { ...drawn, polls: everyMinute(drawn.polls) };
    const played = play(plan);
    const world = { ...played, evidence: played.storedEvidence };
    const [all, stored] = [buildClockModel(played.evidence), buildClockModel(played.storedEvidence)];
    tally.asked += played.evidence.samples.length;
    tally.stored += played.storedEvidence.samples.length;
    const isCached = stored.troubles.some(({ kind }) => kind === 'cached-clock');
    for (const [index, time] of stored.times.entries()) {
      const truthMs = world.truthMs[index] ?? Number.NaN;
      const mustHold = time.status !== 'provisional' && !isBeyondEvidence(plan, world, index, isCached);
      const holds = time.earliestMs <= truthMs && truthMs <= time.latestMs;
      if (mustHold && !holds) throw new Error(`${theme}, seed ${seed}, record ${index}: ${JSON.stringify(time)}`);
      const full = all.times[index];
      tally.rows += 1;
      if (full?.status === 'final') tally.finalAll += 1;
      if (time.status === 'final') tally.finalStored += 1;
      if (full?.status !== 'final' || time.status !== 'final') continue;
      widths.all.push(widthOf(full));
      widths.stored.push(widthOf(time));
    }
  }
});

const medianOf = (values: readonly number[]): number => [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

test('as many rows are final, and their bounds are hardly wider', judged, () => {
  expect(tally.rows).toBeGreaterThan(2_000);
  expect(tally.stored).toBeLessThan(0.9 * tally.asked);
  expect(tally.finalStored).toBeGreaterThan(0.98 * tally.finalAll);
  expect(medianOf(widths.stored)).toBeLessThan(1.1 * medianOf(widths.all));
});

afterAll(() => {
  const share = (final: number): string => `${((100 * final) / tally.rows).toFixed(1)} % final`;
  console.log(
    `  ${tally.stored} of ${tally.asked} answers stored; ${tally.rows} rows: ` +
      `${share(tally.finalAll)}, ${Math.round(medianOf(widths.all))} ms wide with all, ` +
      `${share(tally.finalStored)}, ${Math.round(medianOf(widths.stored))} ms with what is stored`,
  );
});
