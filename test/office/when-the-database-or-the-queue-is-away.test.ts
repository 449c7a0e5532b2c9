import { describe, expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { byHand, createWorld, type Hand, type Simulated, simulate, truthOf, type World } from './tools/world.ts';

/** A terminal with some history, read, and known to be stored. */
async function readOnce(bounds = {}): Promise<{ world: World; simulated: Simulated; hand: Hand }> {
  const world = createWorld(bounds);
  const simulated = await simulate();
  simulated.terminal.fillLog({ count: 50 });
  const hand = byHand(world, simulated);
  await hand.poll();
  await hand.poll();
  return { world, simulated, hand };
}

describe('the database is away', () => {
  test(
    'polls go on from memory up to the bound, then the terminal keeps its records; nothing is lost or doubled',
    judged,
    async () => {
      const { world, simulated, hand } = await readOnce({ batchesPerTerminal: 3 });
      world.shelf.ways.storeAway = true;
      world.shelf.ways.applyAtOnce = false;
      const ends: unknown[] = [];
      for (let punch = 0; punch < 5; punch += 1) {
        simulated.terminal.punch({ pin: '1001' });
        ends.push((await hand.poll()).end);
      }
      expect(ends).toEqual(['done', 'done', 'done', 'waits', 'waits']);
      expect(world.shelf.waiting.map(({ from, to }) => [from, to])).toEqual([
        [50, 51],
        [51, 52],
        [52, 53],
      ]);
      // The clock is asked all the same: its samples wait for a batch.
      expect(hand.memory.clock.held.length).toBeGreaterThan(0);

      world.shelf.ways.storeAway = false;
      world.shelf.apply();
      world.shelf.ways.applyAtOnce = true;
      expect(await hand.poll()).toEqual({ end: 'done', error: null });
      expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
      expect(hand.memory.clock.pending).toEqual([]);
    },
  );

  test('from the start: the terminal is looked at and nothing of its log is believed', judged, async () => {
    const world = createWorld();
    world.shelf.ways.storeAway = true;
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 10 });
    const hand = byHand(world, simulated);
    expect(await hand.poll()).toMatchObject({ end: 'waits', error: { code: 'STORE_UNAVAILABLE' } });
    expect(world.shelf.enqueued).toEqual([]);
    world.shelf.ways.storeAway = false;
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('a whole read waits, because there is nothing to compare it with', async () => {
    const { world, simulated, hand } = await readOnce();
    world.shelf.ways.storeAway = true;
    simulated.terminal.resetClock();
    expect((await hand.poll()).end).toBe('done');
    expect(hand.memory.read.owed).toBe('restart-suspected');
    world.shelf.ways.storeAway = false;
    const before = world.shelf.cursorOf('ABC123')?.verifiedAtMs ?? 0;
    await hand.poll();
    expect(world.shelf.cursorOf('ABC123')?.verifiedAtMs).toBeGreaterThan(before);
    expect(hand.memory.read.owed).toBeNull();
  });
});

describe('batches on their way', () => {
  test('that were lost with the queue are read and enqueued again', judged, async () => {
    const { world, simulated, hand } = await readOnce();
    world.shelf.ways.applyAtOnce = false;
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    world.shelf.waiting.length = 0;
    world.shelf.ways.applyAtOnce = true;
    // A minute later, in the memory's own time.
    hand.memory.log = { ...hand.memory.log, waitingSinceMs: -60_000 };
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('are enqueued again after a restart, which changes nothing', judged, async () => {
    const { world, simulated, hand } = await readOnce();
    world.shelf.ways.applyAtOnce = false;
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    hand.forget();
    await hand.poll();
    expect(world.shelf.waiting.filter(({ from, to }) => from === 50 && to === 51)).toHaveLength(2);
    world.shelf.apply();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('a database restored from a backup is filled again from the terminal', judged, async () => {
    const { world, simulated, hand } = await readOnce();
    const restore = world.shelf.backup();
    for (let punch = 0; punch < 3; punch += 1) simulated.terminal.punch({ pin: '1002' });
    await hand.poll();
    await hand.poll();
    expect(world.shelf.cursorOf('ABC123')?.next).toBe(53);
    restore();
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('a long log is handed over a few batches at a time, with the terminal left in peace', judged, async () => {
    const world = createWorld({ recordsPerBatch: 100, batchesPerTerminal: 2 });
    world.shelf.ways.applyAtOnce = false;
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 1_000 });
    const hand = byHand(world, simulated);
    let most = 0;
    let sessions = 0;
    const ingest = setInterval(() => {
      most = Math.max(most, world.shelf.waiting.length);
      sessions = simulated.terminal.journal.connections.filter((one) => one.closedAtMs === undefined).length;
      world.shelf.apply(1);
    }, 20);
    const result = await hand.poll();
    clearInterval(ingest);
    world.shelf.apply();
    expect(result).toEqual({ end: 'done', error: null });
    expect(most).toBe(2);
    expect(sessions).toBe(0);
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.enqueued.filter(({ verifiedWhole }) => verifiedWhole).map(({ to }) => to)).toEqual([1_000]);
    expect(world.shelf.enqueued.filter(({ from, to }) => from < to).length).toBe(10);
  });

  test('a handover that the database does not follow is given up, and the log read again', judged, async () => {
    const world = createWorld({ recordsPerBatch: 100, batchesPerTerminal: 2 });
    world.shelf.ways.applyAtOnce = false;
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 500 });
    const hand = byHand(world, simulated);
    const loss = setInterval(() => {
      if (world.shelf.waiting.length < 2) return;
      world.shelf.waiting.length = 0;
      // A minute without progress, in the memory's own time.
      hand.memory.log = { ...hand.memory.log, waitingSinceMs: -60_000 };
    }, 20);
    expect(await hand.poll()).toMatchObject({ end: 'waits', error: { code: 'QUEUE_FULL' } });
    clearInterval(loss);
    expect(world.shelf.enqueued.map(({ from }) => from)).not.toContain(200);
    world.shelf.waiting.length = 0;
    world.shelf.ways.applyAtOnce = true;
    hand.memory.log = { ...hand.memory.log, waitingSinceMs: -60_000 };
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });
});

describe('the queue', () => {
  test('is away: the terminal is looked at, nothing is read that could not be handed over', judged, async () => {
    const { world, simulated, hand } = await readOnce();
    world.shelf.ways.queueAway = true;
    simulated.terminal.punch({ pin: '1001' });
    simulated.terminal.journal.clear();
    expect(await hand.poll()).toMatchObject({ end: 'waits', error: { code: 'QUEUE_UNAVAILABLE' } });
    const [getTime, prepare] = [201, 1503];
    const asked = simulated.terminal.requests.map((request) => request.command);
    expect(asked).toContain(getTime);
    expect(asked).not.toContain(prepare);
    world.shelf.ways.queueAway = false;
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('is deep: the terminal is not even called', async () => {
    const { world, simulated, hand } = await readOnce({ maxWaiting: 100 });
    world.shelf.ways.depth = 101;
    simulated.terminal.journal.clear();
    expect(await hand.poll()).toMatchObject({ end: 'put-off', error: { code: 'QUEUE_FULL' } });
    expect(simulated.terminal.journal.connections).toEqual([]);
  });

  test('fails in the middle: what it did not take is read again', judged, async () => {
    const { world, simulated, hand } = await readOnce();
    const { enqueue } = world.means.queue;
    world.means.queue.enqueue = async (batch) => {
      if (batch.from < batch.to) world.shelf.ways.queueAway = true;
      return enqueue(batch);
    };
    simulated.terminal.punch({ pin: '1001' });
    await expect(hand.poll()).rejects.toMatchObject({ code: 'QUEUE_UNAVAILABLE' });
    world.means.queue.enqueue = enqueue;
    world.shelf.ways.queueAway = false;
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });
});

describe('turns for whole reads', () => {
  test('a terminal that gets none is not called, and comes back soon', async () => {
    const world = createWorld();
    const simulated = await simulate();
    const hand = byHand(world, simulated, { takeWholeRead: () => null });
    expect(await hand.poll()).toEqual({ end: 'put-off', error: null });
    expect(simulated.terminal.journal.connections).toEqual([]);
  });
});
