/**
 * The matrix: profile × transport × segmentation × trouble × size. Each cell is a real conversation over loopback between
 * our driver and the simulator and ends with exactly what people did, field by field, or with an error whose code names a
 * fault that struck. All singles and all pairs are run.
 */
import { availableParallelism } from 'node:os';
import { describe, expect, it } from 'vitest';
import { FAULT_NAMES } from '../../device-sim/catalogue.ts';
import { judged } from '../tools/judged.ts';
import { type Cell, cellsOf, segmentationFaults } from './tools/cells.ts';
import { beyondOneRead, troubles } from './tools/expected.ts';
import { nameOf, runCell, type Verdict } from './tools/run-cell.ts';

const seed = Number(process.env.GERBANG_MATRIX_SEED ?? 20_240_301);

/** Most cells wait most of the time. */
const atOnce = 16 * availableParallelism();

async function runAll(cells: readonly Cell[]): Promise<Verdict[]> {
  const verdicts: Verdict[] = [];
  const left = [...cells];
  async function work(): Promise<void> {
    for (let cell = left.pop(); cell !== undefined; cell = left.pop()) verdicts.push(await runCell(cell));
  }
  await Promise.all(Array.from({ length: atOnce }, work));
  return verdicts;
}

/** A busy machine can keep a terminal silent for longer than a cell waits. What is wrong in a cell is wrong again alone. */
async function playAgainAlone(verdicts: readonly Verdict[]): Promise<Verdict[]> {
  const settled: Verdict[] = [];
  for (const verdict of verdicts) {
    if (verdict.wrong === null) settled.push(verdict);
    else {
      console.log(`matrix: again, alone: ${nameOf(verdict.cell)}: ${verdict.outcome}`);
      settled.push(await runCell(verdict.cell));
    }
  }
  return settled;
}

describe('the matrix', () => {
  it('has a place for every fault of the simulator', judged, () => {
    const placed = [...troubles.map(({ fault }) => fault.name), ...segmentationFaults, ...beyondOneRead];
    expect([...new Set(placed)].sort()).toEqual([...FAULT_NAMES].sort());
  });

  it('gives the ledger or names the cause in every cell', { ...judged, timeout: 300_000 }, async () => {
    const cells = cellsOf(seed);
    const startedMs = performance.now();
    const verdicts = await playAgainAlone(await runAll(cells));
    const seconds = ((performance.now() - startedMs) / 1000).toFixed(0);
    const whole = verdicts.filter(({ outcome }) => outcome === 'the ledger').length;
    const wrong = verdicts.filter((verdict) => verdict.wrong !== null);
    console.log(
      `matrix: ${cells.length} cells (seed ${seed}), ${whole} gave the ledger, ${cells.length - whole - wrong.length} named the cause, ${wrong.length} wrong, ${seconds} s`,
    );
    expect(wrong.map(({ cell, outcome, struck }) => `${nameOf(cell)}: ${outcome} [${struck}]`)).toEqual([]);
    const neverStruck = troubles.filter(
      (trouble) =>
        !verdicts.some(({ cell, struck }) => cell.trouble === trouble && struck.includes(trouble.fault.name)),
    );
    expect(neverStruck.map(({ name }) => name).filter((name) => !strikesBefore.includes(name))).toEqual([]);
  });
});

/** Strange stamps strike when people punch, before anybody watches. */
const strikesBefore: readonly string[] = ['31 February', 'the year 2000', 'the year 2133'];
