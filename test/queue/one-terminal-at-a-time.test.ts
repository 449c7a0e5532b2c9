import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createLanes } from '../../src/queue/lanes.ts';
import { judged } from '../tools/judged.ts';

interface Gate {
  open(): void;
  readonly passed: Promise<void>;
}

function gate(): Gate {
  let open = (): void => undefined;
  const passed = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open, passed };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('lanes', () => {
  test('the second batch of a terminal begins when the first has ended, though another turn is free', async () => {
    const lanes = createLanes(2);
    const first = gate();
    const begun: string[] = [];
    const run = (key: string, name: string, until: Promise<void>): Promise<void> =>
      lanes.run(key, async () => {
        begun.push(name);
        await until;
      });
    const all = [run('A', 'a1', first.passed), run('A', 'a2', Promise.resolve()), run('B', 'b1', Promise.resolve())];
    await settled();
    expect(begun).toEqual(['a1', 'b1']);
    first.open();
    await Promise.all(all);
    expect(begun).toEqual(['a1', 'b1', 'a2']);
  });

  test('a failure reaches its own caller and frees the lane and the turn', async () => {
    const lanes = createLanes(1);
    const failed = lanes.run('A', () => Promise.reject(new Error('no')));
    const after = lanes.run('A', () => Promise.resolve('next'));
    await expect(failed).rejects.toThrow('no');
    expect(await after).toBe('next');
    expect(await lanes.run('B', () => Promise.resolve('other'))).toBe('other');
  });

  test('any mix of keys keeps the order of each and the width of all', judged, async () => {
    const mix = fc.array(fc.tuple(fc.constantFrom('A', 'B', 'C', 'D'), fc.nat(3), fc.boolean()), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(mix, fc.integer({ min: 1, max: 4 }), async (tasks, width) => {
        const lanes = createLanes(width);
        const ended = new Map<string, number[]>();
        const running: string[] = [];
        const results = tasks.map(([key, steps, fails], index) =>
          lanes.run(key, async () => {
            expect(running).not.toContain(key);
            running.push(key);
            expect(running.length).toBeLessThanOrEqual(width);
            for (let step = 0; step < steps; step += 1) await settled();
            running.splice(running.indexOf(key), 1);
            ended.set(key, [...(ended.get(key) ?? []), index]);
            if (fails) throw new Error('expected');
          }),
        );
        const outcomes = await Promise.allSettled(results);
        for (const outcome of outcomes)
          if (outcome.status === 'rejected') expect(outcome.reason.message).toBe('expected');
        for (const order of ended.values()) expect(order).toEqual([...order].sort((a, b) => a - b));
        expect([...ended.values()].flat()).toHaveLength(tasks.length);
      }),
      { numRuns: 60 },
    );
  });
});
