import { describe, expect, test } from 'vitest';
import { bellsAtOnce, createBellGate } from '../../src/office/bell-gate.ts';
import { startOffice } from '../../src/office/office.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { judged } from '../tools/judged.ts';
import { afterwards, createWorld, officeOf, type Simulated, simulate, truthOf } from './tools/world.ts';

async function until(condition: () => boolean, what: string): Promise<void> {
  for (let tries = 0; tries < 400; tries += 1) {
    if (condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`waited in vain for: ${what}`);
}

const registerEvents = 500;

const placeOf = (terminalName: string) => ({ officeCode: 'kominfo', terminalName });
const batchOf = (terminalName: string, batchId: string) => ({ ...placeOf(terminalName), batchId });

/** A gate whose looks at the queue come when the test says so. */
function gate(depth: () => Promise<number> = async () => 1_000) {
  let nowMs = 0;
  let look = (): void => undefined;
  const bells = createBellGate({
    depth,
    time: {
      nowMs: () => nowMs,
      pause: (_ms, signal) =>
        new Promise((resolve) => {
          look = resolve;
          signal.addEventListener('abort', () => resolve());
        }),
    },
  });
  afterwards(() => bells.close());
  const polled: string[] = [];
  const ring = (name: string): void =>
    bells.ring(placeOf(name), () => {
      polled.push(name);
      return true;
    });
  const lookAfter = async (ms: number): Promise<void> => {
    nowMs += ms;
    look();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { bells, polled, ring, lookAfter };
}

test('punches made while a batch waits become one batch, and all are stored', judged, async () => {
  const lobi = await simulate();
  const kantin = await simulate({ serial: 'XYZ789' });
  const { means, shelf } = createWorld();
  const bells = createBellGate({ depth: async () => 1_000 });
  afterwards(() => bells.close());
  const sizes: number[] = [];
  const held: Batch[] = [];
  const store = (batch: Batch): Promise<void> => shelf.queue.enqueue(batch).finally(() => bells.settled(batch));
  const queue = {
    depth: async () => held.length,
    enqueue: async (batch: Batch): Promise<void> => {
      bells.sent(batch);
      // Of the one terminal records wait; what only tells of its clock does not.
      if (batch.serial === 'XYZ789' || batch.to === batch.from) return store(batch);
      sizes.push(batch.to - batch.from);
      held.push(batch);
    },
  };
  const storeHeld = (): Promise<unknown> => Promise.all(held.splice(0).map(store));
  const terminals = [lobi, kantin].map(({ server: { host, port } }, at) => {
    return { name: `Mesin ${at}`, host, port, driver: 'zk' as const, transport: 'tcp' as const, quirks: [] };
  });
  for (const { terminal } of [lobi, kantin]) terminal.fillLog({ count: 5 });
  const live = { ...officeOf('kominfo', terminals), live: true, pollEverySeconds: 3_600 };
  const office = startOffice(live, { ...means, queue, bells });
  afterwards(() => office.stop());
  const listening = ({ terminal }: Simulated): boolean =>
    terminal.journal.requests.some(({ command }) => command === registerEvents);

  await until(() => sizes.length === 1, 'the first read');
  await storeHeld();
  await until(() => listening(lobi) && listening(kantin), 'the registrations');
  lobi.terminal.punch({ pin: '1001' });
  await until(() => sizes.length === 2, 'the first punch');
  for (let punches = 0; punches < 10; punches += 1) lobi.terminal.punch({ pin: '1002' });
  // Its neighbour is polled at two bells meanwhile, which are no closer than the polls of one terminal may be.
  for (const stored of [6, 7]) {
    kantin.terminal.punch({ pin: '1003' });
    await until(() => shelf.recordsOf('XYZ789').length === stored, 'a punch at the neighbour');
  }
  expect(sizes).toEqual([5, 1]);
  await storeHeld();
  await until(() => sizes.length === 3, 'the others');
  await storeHeld();
  expect(sizes).toEqual([5, 1, 10]);
  expect(shelf.recordsOf('ABC123')).toEqual(truthOf(lobi));
});

describe('a bell', () => {
  test('waits for the batch, and many bells are one', () => {
    const { bells, polled, ring } = gate();
    ring('Lobi');
    bells.began(placeOf('Lobi'));
    bells.sent(batchOf('Lobi', 'a'));
    bells.ended(placeOf('Lobi'));
    ring('Lobi');
    ring('Lobi');
    expect(polled).toEqual(['Lobi']);
    bells.settled(batchOf('Lobi', 'of another gateway'));
    expect(polled).toEqual(['Lobi']);
    bells.settled(batchOf('Lobi', 'a'));
    expect(polled).toEqual(['Lobi', 'Lobi']);
  });

  test('waits for its own poll to end, though the batch was stored before that', () => {
    const { bells, polled, ring } = gate();
    ring('Lobi');
    bells.began(placeOf('Lobi'));
    bells.sent(batchOf('Lobi', 'a'));
    ring('Lobi');
    bells.settled(batchOf('Lobi', 'a'));
    expect(polled).toHaveLength(1);
    bells.ended(placeOf('Lobi'));
    expect(polled).toHaveLength(2);
  });

  test('waits for a usual poll to end, and for what that sent', () => {
    const { bells, polled, ring } = gate();
    bells.began(placeOf('Lobi'));
    ring('Lobi');
    bells.sent(batchOf('Lobi', 'a'));
    bells.ended(placeOf('Lobi'));
    expect(polled).toEqual([]);
    bells.settled(batchOf('Lobi', 'a'));
    expect(polled).toEqual(['Lobi']);
  });

  test('is answered by a usual poll that begins after it', () => {
    const { bells, polled, ring } = gate();
    bells.sent(batchOf('Lobi', 'a'));
    ring('Lobi');
    bells.began(placeOf('Lobi'));
    bells.ended(placeOf('Lobi'));
    bells.settled(batchOf('Lobi', 'a'));
    expect(polled).toEqual([]);
  });

  test('takes no place where no poll comes of it', () => {
    const { bells, polled, ring } = gate();
    for (let at = 0; at < 2 * bellsAtOnce; at += 1) bells.ring(placeOf(`backing off ${at}`), () => false);
    ring('Lobi');
    expect(polled).toEqual(['Lobi']);
  });

  test('waits where many others are on their way; who rang first goes first', () => {
    const { bells, polled, ring } = gate();
    for (let at = 0; at < bellsAtOnce + 2; at += 1) ring(`Mesin ${at}`);
    expect(polled).toHaveLength(64);
    bells.ended(placeOf('Mesin 7'));
    expect(polled.slice(64)).toEqual(['Mesin 64']);
    bells.ended(placeOf('Mesin 3'));
    expect(polled.slice(65)).toEqual(['Mesin 65']);
  });

  test('finds the less room the more was read and is not stored: thirty-two batches take all of it', () => {
    const { bells, polled, ring } = gate();
    for (let at = 0; at < 32; at += 1) bells.sent(batchOf(`Mesin ${at}`, `batch ${at}`));
    for (let at = 0; at < 6; at += 1) ring(`Lain ${at}`);
    expect(polled).toEqual([]);
    bells.settled(batchOf('Mesin 3', 'batch 3'));
    expect(polled).toEqual(['Lain 0', 'Lain 1']);
  });

  test('does not wait for what another gateway has stored: the queue is short', async () => {
    let queued = 1_000;
    const { bells, polled, ring, lookAfter } = gate(async () => queued);
    bells.sent(batchOf('Lobi', 'a'));
    ring('Lobi');
    await lookAfter(1_000);
    expect(polled).toEqual([]);
    queued = 3;
    await lookAfter(1_000);
    expect(polled).toEqual(['Lobi']);
  });

  test('finds room at once where others stored long ago all that was sent', async () => {
    const { bells, polled, ring, lookAfter } = gate(async () => 3);
    for (let at = 0; at < 100; at += 1) bells.sent(batchOf(`Mesin ${at}`, `batch ${at}`));
    await lookAfter(60_000);
    ring('Lobi');
    // The depth is asked; no second passes.
    await new Promise((resolve) => setImmediate(resolve));
    expect(polled).toEqual(['Lobi']);
  });

  test('waits while the queue is away, and is let in when it is back', async () => {
    let away = true;
    const { bells, polled, ring, lookAfter } = gate(async () => {
      if (away) throw new Error('away');
      return 0;
    });
    bells.sent(batchOf('Lobi', 'a'));
    ring('Lobi');
    await lookAfter(1_000);
    expect(polled).toEqual([]);
    away = false;
    await lookAfter(1_000);
    expect(polled).toEqual(['Lobi']);
  });

  test('leads nowhere once the gate is closed', () => {
    const { bells, polled, ring } = gate();
    bells.sent(batchOf('Lobi', 'a'));
    ring('Lobi');
    bells.close();
    bells.settled(batchOf('Lobi', 'a'));
    ring('Kantin');
    expect(polled).toEqual([]);
  });
});
