import { describe, expect, test } from 'vitest';
import type { HostClockStep } from '../../src/clock/model-types.ts';
import { type Paper, paperTerminal } from './tools/paper-terminal.ts';

const minute = 60_000;
const stepsOf = (paper: Paper): HostClockStep[] =>
  paper.world.shelf.enqueued.flatMap(({ events }) => events?.hostSteps ?? []);
const samplesOf = (paper: Paper) => paper.world.shelf.enqueued.flatMap(({ samples }) => samples);

async function polled(paper: Paper, count: number): Promise<void> {
  for (let index = 0; index < count; index += 1) {
    await paper.poll();
    paper.wait(minute);
  }
}

async function settled(): Promise<Paper> {
  const paper = paperTerminal({ clock: { offsetMs: -95_000, driftPpm: 12 } });
  paper.punch();
  await polled(paper, 3);
  return paper;
}

describe.each([
  ['forward', 12_000],
  ['back', -3_600_000],
])('the wall clock is stepped %s between two polls', (_where, byMs) => {
  test('which is an event of the host, not a step of the terminal', async () => {
    const paper = await settled();
    const hostMs = paper.nowMs();
    paper.stepHost(byMs);
    const before = paper.world.shelf.enqueued.length;
    await polled(paper, 1);
    const [step, ...others] = stepsOf(paper);
    expect(others).toEqual([]);
    expect(step?.byMs).toBeCloseTo(byMs, 3);
    // On the clock as it was before the jump.
    expect(step?.atMs).toBeCloseTo(hostMs, 3);
    expect(paper.memory.read.owed).toBeNull();
    expect(paper.memory.clock.restless).toBe(0);
    // The last look on the old scale travels with it, and the next ones are on the new one.
    const sent = paper.world.shelf.enqueued.slice(before).flatMap(({ samples }) => samples);
    expect(sent.filter(({ sentAtMs }) => Math.abs(sentAtMs - hostMs) < 2 * minute)).not.toHaveLength(0);
    const { offset } = paper.memory.clock;
    const trueOffsetMs = 7 * 3_600_000 - 95_000 - byMs;
    expect(offset?.earliestMs).toBeLessThan(trueOffsetMs + 100);
    expect(offset?.latestMs).toBeGreaterThan(trueOffsetMs - 100);
    // Said once.
    await polled(paper, 15);
    expect(stepsOf(paper)).toHaveLength(1);
  });
});

test('it reaches every terminal whose clock was measured before, each at its own time', async () => {
  const [first, second] = [await settled(), await settled()];
  first.stepHost(5_000);
  second.stepHost(5_000);
  second.wait(90_000);
  await polled(first, 1);
  await polled(second, 1);
  expect(stepsOf(first)[0]?.byMs).toBeCloseTo(5_000, 3);
  expect((stepsOf(second)[0]?.atMs ?? 0) - (stepsOf(first)[0]?.atMs ?? 0)).toBeCloseTo(90_000, 3);
});

describe('in the middle of a poll', () => {
  test('nothing that is read afterwards is used, and the next poll reads it again', async () => {
    const paper = await settled();
    paper.punch();
    paper.ways.onRead = () => {
      paper.ways.onRead = null;
      paper.stepHost(8_000);
    };
    const batches = paper.world.shelf.enqueued.length;
    expect(await paper.poll()).toEqual({ end: 'put-off', error: null });
    expect(paper.world.shelf.enqueued).toHaveLength(batches);
    paper.wait(minute);
    expect(await paper.poll()).toEqual({ end: 'done', error: null });
    const batch = paper.world.shelf.enqueued.find(({ from, to }) => from === 1 && to === 2);
    expect(batch?.events?.hostSteps[0]?.byMs).toBeCloseTo(8_000, 3);
    expect(paper.world.shelf.recordsOf('PAPER1')).toHaveLength(2);
  });

  test('a look that came after it is on no scale', async () => {
    const paper = await settled();
    const hostMs = paper.nowMs();
    paper.ways.onClock = () => {
      paper.ways.onClock = null;
      paper.sleep(3_600_000);
    };
    expect((await paper.poll()).end).toBe('put-off');
    paper.wait(minute);
    await polled(paper, 12);
    const during = samplesOf(paper).filter(({ sentAtMs }) => sentAtMs > hostMs && sentAtMs < hostMs + 3_600_000);
    expect(during).toEqual([]);
  });

  test('no clock is set by it', async () => {
    const paper = paperTerminal({
      clock: { offsetMs: -120_000 },
      polled: { settingRule: { set: true, whenOffByMs: 10_000, isQuiet: () => true } },
    });
    paper.punch();
    paper.ways.onCounters = () => {
      if (paper.asked.clock > 14) paper.stepHost(600_000);
    };
    await paper.poll();
    expect(paper.asked.clock).toBeGreaterThan(14);
    expect(paper.asked.set).toBe(0);
  });
});

test('a machine that slept between two polls measured on one scale all the time', async () => {
  const paper = await settled();
  paper.sleep(8 * 3_600_000);
  await polled(paper, 12);
  expect(stepsOf(paper)).toEqual([]);
  const { offset } = paper.memory.clock;
  // Eight hours of 12 millionths on top.
  expect(offset?.earliestMs).toBeLessThan(7 * 3_600_000 - 95_000 + 500);
  expect(offset?.latestMs).toBeGreaterThan(7 * 3_600_000 - 95_000 + 300);
});

test('a step that no batch could take along waits for one', async () => {
  const paper = await settled();
  paper.world.shelf.ways.queueAway = true;
  paper.stepHost(5_000);
  await polled(paper, 2);
  paper.stepHost(-7_000);
  await polled(paper, 2);
  paper.world.shelf.ways.queueAway = false;
  await polled(paper, 1);
  expect(stepsOf(paper).map(({ byMs }) => Math.round(byMs))).toEqual([5_000, -7_000]);
});
