import { describe, expect, test } from 'vitest';
import { confirmShrinkMs } from '../../src/office/reading.ts';
import { judged } from '../tools/judged.ts';
import { byHand, createWorld, simulate, truthOf } from './tools/world.ts';

const prepare = 1503;
const readBuffer = 1504;

describe('the whole log is read', () => {
  test('when its end does not match what is stored', judged, async () => {
    const world = createWorld();
    const simulated = await simulate({ profile: 'drop-oldest', recordCapacity: 2_000 });
    simulated.terminal.fillLog({ count: 2_000 });
    const hand = byHand(world, simulated);
    await hand.poll();
    // The terminal is full: this punch costs it its 1,000 oldest records.
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, base: 1_000, next: 2_001 });
    simulated.terminal.punch({ pin: '1002' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('when its length is the same and its end is not', judged, async () => {
    const world = createWorld();
    const simulated = await simulate({ recordCapacity: 200, whenFull: { kind: 'drop-oldest', records: 1 } });
    simulated.terminal.fillLog({ count: 200 });
    const hand = byHand(world, simulated);
    await hand.poll();
    // One in, one out: the counter stands still.
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, base: 1, next: 201 });
  });

  test('when the terminal refuses tails, and then only when something was added', judged, async () => {
    const world = createWorld();
    const simulated = await simulate({ knobs: { tailReads: false } });
    simulated.terminal.fillLog({ count: 200 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(hand.memory.read.tailRefused).toBe(true);

    simulated.terminal.journal.clear();
    await hand.poll();
    expect(simulated.terminal.requests.map((request) => request.command)).not.toContain(prepare);
    simulated.terminal.punch({ pin: '1002' });
    await hand.poll();
    const asked = simulated.terminal.requests.map((request) => request.command);
    // One prepare and no refused attempt before it: the firmware is known by now.
    expect(asked.filter((command) => command === prepare || command === readBuffer)).toEqual([prepare, readBuffer]);
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('after the clock jumped, which is what a power cut looks like', async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 50 });
    const hand = byHand(world, simulated);
    await hand.poll();
    const verifiedAtMs = world.shelf.cursorOf('ABC123')?.verifiedAtMs ?? 0;
    simulated.terminal.resetClock();
    await hand.poll();
    expect(world.shelf.cursorOf('ABC123')?.verifiedAtMs).toBeGreaterThan(verifiedAtMs);
    // The jump itself is evidence and does not wait for the next punch.
    const withSamples = world.shelf.enqueued.filter(({ samples }) => samples.length > 0);
    expect(withSamples.at(-1)?.samples.length).toBeGreaterThanOrEqual(8);
  });

  test('where the counter says nothing, without believing it', judged, async () => {
    const world = createWorld();
    const simulated = await simulate({ knobs: { hidesRecordCount: true } });
    simulated.terminal.fillLog({ count: 60 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    await hand.poll();
    simulated.terminal.punch({ pin: '1002' });
    simulated.terminal.journal.clear();
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(hand.memory.read.counterLies).toBe(true);
  });
});

describe('a log that lost records', () => {
  test('is believed at the second sight, and then begins a new epoch', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 80 });
    const hand = byHand(world, simulated);
    await hand.poll();
    const before = truthOf(simulated);

    simulated.terminal.clearLog();
    const first = await hand.poll();
    expect(first).toMatchObject({ end: 'failed', error: { code: 'READ_LOG_SHRANK' } });
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, next: 80 });
    expect(await hand.poll()).toMatchObject({ end: 'failed', error: { code: 'READ_LOG_SHRANK' } });

    const { shrunk } = hand.memory.read;
    if (shrunk === null) throw new Error('the shorter log should be in question');
    hand.memory.read = { ...hand.memory.read, shrunk: { ...shrunk, firstSeenAtMs: -confirmShrinkMs } };
    expect(await hand.poll()).toEqual({ end: 'done', error: null });
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 2, next: 0 });
    expect(world.shelf.enqueued.some((batch) => batch.opens?.reason === 'log-cleared')).toBe(true);

    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.recordsOf('ABC123').slice(0, 80)).toEqual(before);
  });

  test('and was only not there yet: nothing happened', async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 80 });
    const hand = byHand(world, simulated);
    await hand.poll();
    const kept = truthOf(simulated);
    simulated.terminal.log.clear();
    expect(await hand.poll()).toMatchObject({ end: 'failed', error: { code: 'READ_LOG_SHRANK' } });
    for (const record of kept) simulated.terminal.log.restore(Buffer.from(record, 'hex'));
    expect(await hand.poll()).toEqual({ end: 'done', error: null });
    expect(world.shelf.recordsOf('ABC123')).toEqual(kept);
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, next: 80 });
    expect(hand.memory.read.shrunk).toBeNull();
  });
});
