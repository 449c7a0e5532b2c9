import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { GerbangError, isGerbangError } from '../../src/errors.ts';
import { silentLog } from '../../src/log.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { createProcessor, type Rejected, RetryLater } from '../../src/queue/attempts.ts';
import { batchOf } from './batches.ts';

interface SetAside extends Rejected {
  readonly error: GerbangError;
}

/** A processor around one handler, run on a clock of its own: delays cost no time. */
function processorOf(handle: (batch: Batch) => Promise<void>) {
  const asides: SetAside[] = [];
  const promoted: string[] = [];
  const stop = new AbortController();
  const processor = createProcessor({
    handlers: { handle, onSetAside: async (rejected, error) => void asides.push({ ...rejected, error }) },
    concurrency: 2,
    stopping: stop.signal,
    promote: (jobId) => void promoted.push(jobId),
    log: silentLog(),
  });
  const begin = (data: unknown, stalls = 0, id = 'job') => {
    const outcome = { settled: false, result: Promise.resolve<'done' | number>('done') };
    outcome.result = processor
      .process({ id, data, stalls })
      .then(
        () => 'done' as const,
        (error: unknown) => {
          if (error instanceof RetryLater) return error.delayMs;
          throw error;
        },
      )
      .finally(() => {
        outcome.settled = true;
      });
    return outcome;
  };
  /** The outcome of one delivery: `done`, or for how long the job goes back. */
  const deliver = async (data: unknown, stalls = 0, id = 'job'): Promise<'done' | number> => {
    const outcome = begin(data, stalls, id);
    await vi.advanceTimersByTimeAsync(200_000);
    return outcome.result;
  };
  return { asides, promoted, stop, begin, deliver };
}

const away = (): Promise<never> => Promise.reject(new GerbangError('STORE_UNAVAILABLE', 'Away.'));
const ahead = (): Promise<never> => Promise.reject(new GerbangError('BATCH_AHEAD', 'Too early.'));
const batch = batchOf('JOB', 0, 2);

describe('a job', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  test.each([
    ['has a higher version number', { ...batch, version: 2, records: 'otherwise' }],
    ['says something more', { ...batch, weather: 'rain' }],
    ['says something more deep inside', { ...batch, samples: batch.samples.map((one) => ({ ...one, mood: 1 })) }],
  ])('of a newer version, which %s, waits for it and is set aside only after long', async (_how, data) => {
    const { asides, deliver } = processorOf(async () => undefined);
    for (let tries = 0; tries < 120; tries += 1) expect(await deliver(data)).toBeGreaterThan(400);
    expect(asides).toEqual([]);
    expect(await deliver(data)).toBe('done');
    expect(asides).toMatchObject([{ data, error: { code: 'BATCH_NEWER' } }]);
  });

  test('that is wrong in what is known is damaged, whatever more it says', async () => {
    const { asides, deliver } = processorOf(async () => undefined);
    expect(await deliver({ ...batch, weather: 'rain', to: 99 })).toBe('done');
    expect(await deliver({ ...batch, weather: 'rain', serial: '' })).toBe('done');
    expect(asides.map(({ error }) => error.code)).toEqual(['BATCH_MALFORMED', 'BATCH_MALFORMED']);
  });

  test('that is applied is done', async () => {
    const { deliver, asides } = processorOf(() => Promise.resolve());
    expect(await deliver(batch)).toBe('done');
    expect(asides).toEqual([]);
  });

  test.each(['BATCH_MALFORMED', 'BATCH_CONTRADICTS_STORED', 'BATCH_FENCED'] as const)(
    'that ends in %s is set aside at once',
    async (code) => {
      const error = new GerbangError(code, 'Hopeless.');
      const { deliver, asides } = processorOf(() => Promise.reject(error));
      expect(await deliver(batch)).toBe('done');
      expect(asides).toEqual([{ batch, data: batch, error }]);
    },
  );

  test('that is no batch is set aside with what it holds, without being handled', async () => {
    const { deliver, asides } = processorOf(() => Promise.reject(new Error('handled')));
    expect(await deliver({ hello: 1 })).toBe('done');
    expect(asides).toMatchObject([{ batch: null, data: { hello: 1 }, error: { code: 'BATCH_MALFORMED' } }]);
  });

  test('ahead of its predecessor is tried again in hand, then put back longer and longer, then given up', async () => {
    let handled = 0;
    const { deliver, asides } = processorOf(() => {
      handled += 1;
      return ahead();
    });
    expect(await deliver(batch)).toBe(120);
    expect(handled).toBe(3);
    const delays: (number | 'done')[] = [];
    for (let turn = 0; turn < 100 && asides.length === 0; turn += 1) delays.push(await deliver(batch));
    expect(delays.slice(0, 7)).toEqual([240, 480, 960, 1_920, 3_840, 5_000, 5_000]);
    expect(delays.at(-1)).toBe('done');
    expect(handled).toBe(61);
    expect(asides).toMatchObject([{ batch, error: { code: 'BATCH_AHEAD' } }]);
  });

  test('that is applied calls those that waited for it, and only those', async () => {
    const next = new Map<string, number>();
    const { deliver, promoted } = processorOf(async (one) => {
      if (one.epoch > 1 || one.from > (next.get(one.serial) ?? 0)) await ahead();
      next.set(one.serial, one.to);
    });
    const epoch2 = { epoch: 2, opens: { reason: 'log-cleared', priorEpoch: 1, priorNext: 2 } } as const;
    for (const [id, waiting] of [
      ['next', batchOf('JOB', 2, 4)],
      ['overlapping', batchOf('JOB', 1, 4)],
      ['after-next', batchOf('JOB', 4, 6)],
      ['next-epoch', batchOf('JOB', 0, 1, epoch2)],
      ['later-epoch', batchOf('JOB', 0, 1, { ...epoch2, epoch: 3 })],
      ['elsewhere', batchOf('OTHER', 2, 4)],
    ] as const) {
      expect(await deliver(waiting, 0, id)).toBeGreaterThan(0);
    }
    expect(promoted).toEqual([]);
    expect(await deliver(batch, 0, 'first')).toBe('done');
    expect(promoted).toEqual(['next', 'overlapping', 'next-epoch']);
    expect(await deliver(batchOf('JOB', 2, 4), 0, 'next')).toBe('done');
    expect(promoted).toEqual(['next', 'overlapping', 'next-epoch', 'after-next']);
  });

  test('is kept in hand while the store is away for a moment', async () => {
    let handled = 0;
    const { deliver } = processorOf(() => {
      handled += 1;
      return handled < 8 ? away() : Promise.resolve();
    });
    expect(await deliver(batch)).toBe('done');
    expect(handled).toBe(8);
  });

  test('goes back and comes again for as long as the store is away, and is never set aside', async () => {
    let storeIsAway = true;
    const { deliver, asides } = processorOf(() => (storeIsAway ? away() : Promise.resolve()));
    // At a minute in hand and up to a minute in the queue each: hours.
    for (let turn = 0; turn < 100; turn += 1) {
      const delayMs = await deliver(batch);
      expect(delayMs).toBeGreaterThan(0);
      expect(delayMs).toBeLessThanOrEqual(60_000);
    }
    storeIsAway = false;
    expect(await deliver(batch)).toBe('done');
    expect(asides).toEqual([]);
  });

  test('whose handling never ends goes back after two minutes, and the next one is handled', async () => {
    const { deliver } = processorOf((one) =>
      one.serial === 'STUCK' ? new Promise(() => undefined) : Promise.resolve(),
    );
    expect(await deliver(batchOf('STUCK', 0, 1))).toBeGreaterThan(0);
    expect(await deliver(batch)).toBe('done');
  });

  test('goes back early when the store is there for others: then it is not the store', async () => {
    const { begin } = processorOf((one) => (one.serial === 'OTHER' ? Promise.resolve() : away()));
    const outcome = begin(batch);
    await vi.advanceTimersByTimeAsync(30_000);
    expect(outcome.settled).toBe(false);
    begin(batchOf('OTHER', 0, 1));
    await vi.advanceTimersByTimeAsync(10_000);
    expect(outcome.settled).toBe(true);
  });

  test('in hand while the worker stops goes back at once, and so do those behind it', async () => {
    const { begin, deliver, stop } = processorOf(away);
    const outcome = begin(batch);
    await vi.advanceTimersByTimeAsync(1_000);
    stop.abort();
    expect(await outcome.result).toBe(100);
    expect(await deliver(batch)).toBe(100);
  });

  test('that breaks in an unforeseen way is tried a dozen times, then set aside', async () => {
    const broken = new Error('division by zero');
    const { deliver, asides } = processorOf(() => Promise.reject(broken));
    let turns = 0;
    for (; turns < 100 && asides.length === 0; turns += 1) await deliver(batch);
    expect(turns).toBe(13);
    const error = asides[0]?.error;
    expect(isGerbangError(error, 'INTERNAL') && error.cause).toBe(broken);
    expect(error?.message).not.toContain('division');
  });

  test('that workers keep dying of is set aside without being tried once more', async () => {
    let handled = 0;
    const { deliver, asides } = processorOf(async () => {
      handled += 1;
    });
    expect(await deliver(batch, 8)).toBe('done');
    expect(handled).toBe(1);
    expect(await deliver(batch, 9)).toBe('done');
    expect(handled).toBe(1);
    expect(asides).toMatchObject([{ batch, error: { code: 'BATCH_MALFORMED', context: { stalls: 9 } } }]);
  });
});
