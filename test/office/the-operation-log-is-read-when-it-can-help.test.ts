import { describe, expect, test } from 'vitest';
import type { OperationEntry } from '../../src/clock/model-types.ts';
import { type Paper, paperTerminal } from './tools/paper-terminal.ts';
import { byHand, createWorld, simulate } from './tools/world.ts';

const minute = 60_000;
const operationsOf = (paper: Paper): OperationEntry[] =>
  paper.world.shelf.enqueued.flatMap(({ events }) => events?.operations ?? []);
const codesOf = (paper: Paper): number[] => operationsOf(paper).map(({ operation }) => operation);

async function minutes(paper: Paper, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await paper.poll();
    paper.wait(minute);
  }
}

async function settled(options: Parameters<typeof paperTerminal>[0] = {}): Promise<Paper> {
  const paper = paperTerminal(options);
  paper.punch();
  await minutes(paper, 2);
  return paper;
}

test('only when its counter moved, and then with the time in which each line must have been written', async () => {
  const paper = await settled();
  await minutes(paper, 30);
  expect(paper.asked.operations).toBe(0);
  paper.operate(0);
  await minutes(paper, 1);
  expect(operationsOf(paper)).toMatchObject([{ operation: 0, absentAtMs: null }]);
  await minutes(paper, 15);
  expect(paper.asked.operations).toBe(1);
  const doneMs = paper.nowMs();
  paper.operate(21);
  paper.operate(21);
  await minutes(paper, 1);
  const [, ...later] = operationsOf(paper);
  expect(later.map(({ operation }) => operation)).toEqual([21, 21]);
  for (const { absentAtMs, presentAtMs, deviceMs } of later) {
    expect(absentAtMs).toBeLessThan(doneMs);
    expect(absentAtMs).toBeGreaterThan(doneMs - 20 * minute);
    expect(presentAtMs).toBeGreaterThan(doneMs);
    expect(deviceMs).toBe(Math.floor((doneMs + 7 * 3_600_000) / 1_000) * 1_000);
  }
});

test('not again within ten minutes, unless the clock was moved; never in the rush', async () => {
  let rush = false;
  const paper = await settled({ polled: { isRush: () => rush } });
  paper.operate(6);
  await minutes(paper, 2);
  paper.operate(6);
  await minutes(paper, 5);
  expect(codesOf(paper)).toEqual([6]);
  paper.clock.changes.push({ kind: 'step', atMs: paper.nowMs(), byMs: 90_000 });
  paper.operate(21);
  await minutes(paper, 1);
  expect(codesOf(paper)).toEqual([6, 6, 21]);
  rush = true;
  paper.operate(1);
  await minutes(paper, 30);
  expect(codesOf(paper)).toEqual([6, 6, 21]);
  rush = false;
  await minutes(paper, 1);
  expect(codesOf(paper)).toEqual([6, 6, 21, 1]);
});

test('punches come first, and a date that cannot exist is no time', async () => {
  const paper = await settled();
  paper.punch();
  paper.operate(21, { year: 2026, month: 2, day: 31, hour: 0, minute: 0, second: 0 });
  await minutes(paper, 1);
  const [records, evidence] = paper.world.shelf.enqueued.slice(-2);
  expect(records).toMatchObject({ from: 1, to: 2 });
  expect(records?.events).toBeUndefined();
  expect(evidence).toMatchObject({ from: 2, to: 2, events: { operations: [{ operation: 21, deviceMs: null }] } });
});

describe('a log that does not go on where it ended', () => {
  test('cleared itself: what is there now is new', async () => {
    const paper = await settled();
    for (let index = 0; index < 12; index += 1) paper.operate(6);
    await minutes(paper, 12);
    paper.clearOperations();
    paper.operate(21);
    await minutes(paper, 1);
    expect(codesOf(paper).slice(-2)).toEqual([6, 21]);
    expect(operationsOf(paper).at(-1)?.absentAtMs).not.toBeNull();
  });

  test('was cleared and has grown past where it ended', async () => {
    const paper = await settled();
    for (let index = 0; index < 12; index += 1) paper.operate(6);
    await minutes(paper, 12);
    paper.clearOperations();
    for (let index = 0; index < 15; index += 1) paper.operate(7);
    await minutes(paper, 1);
    expect(codesOf(paper).slice(12)).toEqual(Array(15).fill(7));
  });

  test('is long: only the newest lines of it are taken at a first look', async () => {
    const paper = await settled();
    for (let index = 0; index < 5_000; index += 1) paper.operate(index % 3);
    await minutes(paper, 2);
    expect(operationsOf(paper)).toHaveLength(256);
  });
});

describe('a terminal that cannot give it', () => {
  test('is read as ever, and asked again tomorrow', async () => {
    const paper = await settled();
    paper.ways.operations = 'refused';
    paper.operate(21);
    for (let index = 0; index < 60; index += 1) {
      expect((await paper.poll()).end).toBe('done');
      paper.wait(minute);
    }
    expect(paper.asked.operations).toBe(1);
    paper.wait(24 * 60 * minute);
    paper.ways.operations = 'given';
    await minutes(paper, 1);
    expect(codesOf(paper)).toEqual([21]);
  });

  test('hangs at it: asked less and less often, and not at all with the quirk', { timeout: 120_000 }, async () => {
    const paper = await settled();
    paper.ways.operations = 'hangs';
    paper.operate(21);
    await minutes(paper, 10 * 60);
    expect(paper.asked.operations).toBeGreaterThan(2);
    expect(paper.asked.operations).toBeLessThan(6);
    const skipped = await settled({
      polled: { target: { host: '127.0.0.1', port: 1, quirks: ['skipOperationLog'] } },
    });
    skipped.operate(21);
    await minutes(skipped, 20);
    expect(skipped.asked.operations).toBe(0);
  });
});

test('over the wire: our own set is a line of it, with nothing of who did it', async () => {
  const world = createWorld();
  const simulated = await simulate({ clock: { offsetMs: -120_000 } });
  simulated.terminal.fillLog({ count: 30 });
  simulated.terminal.switched('off');
  simulated.terminal.switched('on');
  const hand = byHand(world, simulated, {
    settingRule: { set: true, whenOffByMs: 10_000, isQuiet: () => true },
  });
  await hand.poll();
  // The second poll finds that the counter moved by our own command.
  hand.memory.operations = { ...hand.memory.operations, notBeforeMs: 0 };
  await hand.poll();
  const operations = world.shelf.enqueued.flatMap(({ events }) => events?.operations ?? []);
  expect(operations.map(({ operation }) => operation)).toEqual([1, 0, 21]);
  expect(operations.flatMap((one) => Object.keys(one))).toEqual(
    Array(3).fill(['operation', 'deviceMs', 'absentAtMs', 'presentAtMs']).flat(),
  );
});
