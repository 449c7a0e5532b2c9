import { describe, expect, test } from 'vitest';
import { judgeRewrite, noRewrites, type RewriteMemory } from '../../src/office/rewrites.ts';
import { byHand, createWorld, simulate } from './tools/world.ts';

test('a ring log is stored, stored once more when it turns over, and then quarantined by name', async () => {
  const world = createWorld();
  const simulated = await simulate({ profile: 'ring-log', recordCapacity: 100 });
  simulated.terminal.fillLog({ count: 100 });
  const hand = byHand(world, simulated);
  await hand.poll();
  await hand.poll();
  simulated.terminal.punch({ pin: '1001' });
  // A quarter of an hour later: the counter of a full log stands still, and a ring's end says nothing.
  hand.memory.read = { ...hand.memory.read, comparedAtMs: null };
  await hand.poll();
  expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 2 });
  const stored = world.shelf.enqueued.length;
  hand.memory.read = { ...hand.memory.read, comparedAtMs: null };
  for (const pin of ['1002', '1003', '1004']) {
    simulated.terminal.punch({ pin });
    await expect(hand.poll()).rejects.toMatchObject({
      code: 'TERMINAL_LOG_UNSTABLE',
      context: { isRing: true },
      message: expect.stringContaining('ISLR=1'),
    });
  }
  expect(world.shelf.enqueued).toHaveLength(stored);
  expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 2 });
});

describe('the judgement', () => {
  const minuteMs = 60_000;
  const log = (...records: number[]) => ({
    strideBytes: 8,
    bytes: Uint8Array.from(records.flatMap((n) => Array(8).fill(n))),
  });
  const judge = (memory: RewriteMemory, read: ReturnType<typeof log>, minute: number) =>
    judgeRewrite(memory, 'log-rewritten', read, minute * minuteMs);

  test('two rewrites an hour apart are both stored', () => {
    const first = judge(noRewrites, log(1), 0);
    expect(judge(first.memory, log(2), 60).store).toBe(true);
    expect(judge(first.memory, log(2), 59).store).toBe(false);
  });

  test('a log that was cleared is none that was rewritten', () => {
    let memory = noRewrites;
    for (let minute = 0; minute < 5; minute += 1) {
      const judged = judgeRewrite(memory, 'log-cleared', log(minute), minute * minuteMs);
      expect(judged.store).toBe(true);
      ({ memory } = judged);
    }
  });

  test('a log that then only grows for an hour is stored again', () => {
    let { memory } = judge(noRewrites, log(1), 0);
    for (const [minute, records, store] of [
      [10, [2], false],
      [20, [3], false],
      [50, [3, 4], false],
      [79, [3, 4, 5], false],
      [80, [3, 4, 5, 6], true],
    ] as const) {
      const judged = judge(memory, log(...records), minute);
      expect(judged.store).toBe(store);
      ({ memory } = judged);
    }
    expect(memory.refused).toBeNull();
  });

  test('one that goes on changing is never stored again, however long', () => {
    let { memory } = judge(noRewrites, log(1), 0);
    for (let minute = 5; minute < 300; minute += 5) {
      const judged = judge(memory, log(minute % 250, 7), minute);
      expect(judged.store).toBe(false);
      ({ memory } = judged);
    }
  });
});
