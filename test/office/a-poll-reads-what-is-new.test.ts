import { describe, expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { byHand, bytesSent, createWorld, simulate, truthOf } from './tools/world.ts';

const readsWhole = (lines: readonly Record<string, unknown>[]): unknown[] =>
  lines.filter((line) => line.msg === 'log read').map((line) => line.whole);

describe('a log and what is added to it', () => {
  test('everything at first contact, then only what is new', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 300 });
    const hand = byHand(world, simulated);

    expect(await hand.poll()).toEqual({ end: 'done', error: null });
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.enqueued[0]).toMatchObject({
      officeCode: 'kominfo',
      terminalName: 'Lobi',
      serial: 'ABC123',
      epoch: 1,
      opens: { reason: 'first-contact', priorEpoch: 0, priorNext: 0 },
      from: 0,
      to: 300,
      bracket: { absentAtMs: null },
      verifiedWhole: true,
    });

    simulated.terminal.punch({ pin: '1001' });
    simulated.terminal.punch({ pin: '1001' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(readsWhole(world.lines)).toEqual([true, false]);
  });

  test('100,000 records with 5 new ones: no more than 8 KB leave the terminal', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 99_995 });
    const hand = byHand(world, simulated);
    while (world.shelf.cursorOf('ABC123')?.next !== 99_995) await hand.poll();

    for (let count = 0; count < 5; count += 1) simulated.terminal.punch({ pin: '1002' });
    simulated.terminal.journal.clear();
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    const overlapBytes = 32 * 40;
    expect(bytesSent(simulated)).toBeGreaterThan(overlapBytes + 5 * 40);
    expect(bytesSent(simulated)).toBeLessThanOrEqual(8_192);
  });

  test('a log that says nothing new is not read again for a quarter of an hour', async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 50 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.journal.clear();
    await hand.poll();
    const prepare = 1503;
    expect(simulated.terminal.requests.map((request) => request.command)).not.toContain(prepare);
    hand.memory.read = { ...hand.memory.read, comparedAtMs: -1e9 };
    await hand.poll();
    expect(simulated.terminal.requests.map((request) => request.command)).toContain(prepare);
  });

  test('a terminal whose log is empty is read from its first punch on', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    const hand = byHand(world, simulated);
    await hand.poll();
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, next: 0 });
    simulated.terminal.punch({ pin: '1003' });
    await hand.poll();
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, next: 1 });
  });

  test('punches made while the log is being read come with the next poll, once', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 120 });
    const hand = byHand(world, simulated);
    await hand.poll();
    for (const name of ['punch-after-count', 'punch-after-prepare'] as const) {
      simulated.terminal.punch({ pin: '1004' });
      simulated.terminal.setFaults([{ name, times: 1 }]);
      await hand.poll();
      simulated.terminal.setFaults([]);
      await hand.poll();
      expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
    }
  });
});

describe('the arrival bracket', () => {
  test('holds the true instant of every punch', async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 40 });
    const hand = byHand(world, simulated);
    await hand.poll();
    for (let poll = 0; poll < 3; poll += 1) {
      const entry = simulated.terminal.punch({ pin: '1005' });
      await hand.poll();
      const batch = world.shelf.enqueued.filter(({ from, to }) => from < to).at(-1);
      expect(batch?.bracket.absentAtMs ?? Number.POSITIVE_INFINITY).toBeLessThan(entry?.trueAtMs ?? 0);
      expect(batch?.bracket.presentAtMs).toBeGreaterThanOrEqual(entry?.trueAtMs ?? Number.POSITIVE_INFINITY);
      // A poll that finds nothing narrows the next bracket, with or without a batch of its own.
      await hand.poll();
    }
  });

  test('also of a punch that was made while the log before it was being read', judged, async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 40 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.punch({ pin: '1005' });
    simulated.terminal.setFaults([{ name: 'punch-after-prepare', times: 1 }]);
    await hand.poll();
    await hand.poll();
    const made = simulated.terminal.ledger.entries.at(-1);
    const batch = world.shelf.enqueued.find(({ from, to }) => from === 41 && to === 42);
    expect(batch?.bracket.absentAtMs ?? Number.POSITIVE_INFINITY).toBeLessThanOrEqual(made?.trueAtMs ?? 0);
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('a batch brings a clock sample from before the read and one from after it', async () => {
    const world = createWorld();
    const simulated = await simulate({ clock: { offsetMs: -95_000 } });
    simulated.terminal.fillLog({ count: 40 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.punch({ pin: '1005' });
    await hand.poll();
    const batch = world.shelf.enqueued.at(-1);
    expect(batch?.samples.map((sample) => sample.kind)).toEqual(['before-read', 'after-read']);
    const [state] = world.states();
    expect(Math.abs((state?.offsetMs ?? 0) + 95_000)).toBeLessThanOrEqual(state?.offsetBoundMs ?? 0);
    expect(state).toMatchObject({ serial: 'ABC123', records: 41, deviceName: 'K40' });
  });
});
