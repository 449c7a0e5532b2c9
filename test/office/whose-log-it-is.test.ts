import { describe, expect, test } from 'vitest';
import { createSerialClaims, verifySerial } from '../../src/office/identity.ts';
import { byHand, createWorld, simulate } from './tools/world.ts';

const lobi = { officeCode: 'kominfo', terminalName: 'Lobi' };
const aula = { officeCode: 'bkpp', terminalName: 'Aula' };

function codeOf(work: () => unknown): unknown {
  try {
    work();
  } catch (error) {
    return error instanceof Error && 'code' in error ? error.code : error;
  }
  return null;
}

describe('a serial', () => {
  test('is pinned at first contact and expected from then on', async () => {
    const world = createWorld();
    const simulated = await simulate({ serial: 'NEW-1' });
    simulated.terminal.fillLog({ count: 5 });
    const hand = byHand(world, simulated);
    await hand.poll();
    expect(await world.shelf.store.readPin(hand.polled.place)).toBe('NEW-1');

    hand.forget();
    simulated.terminal.options.set('~SerialNumber', 'OTHER-2');
    await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_MISMATCH' });
    expect(world.shelf.enqueued.every((batch) => batch.serial === 'NEW-1')).toBe(true);
    expect(world.shelf.cursorOf('OTHER-2')).toBeNull();
  });

  test('is asked for at every poll, name and firmware are not', async () => {
    const world = createWorld();
    const simulated = await simulate();
    simulated.terminal.fillLog({ count: 5 });
    const hand = byHand(world, simulated);
    await hand.poll();
    simulated.terminal.journal.clear();
    await hand.poll();
    const [readOption, version] = [11, 1100];
    const asked = simulated.terminal.requests.map((request) => request.command);
    expect(asked.filter((command) => command === readOption)).toHaveLength(1);
    expect(asked).not.toContain(version);
    simulated.terminal.options.set('~SerialNumber', 'OTHER-2');
    await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_MISMATCH' });
    simulated.terminal.options.delete('~SerialNumber');
    await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_INVALID' });
  });

  test('in the configuration is never learnt from the terminal', async () => {
    const world = createWorld();
    const simulated = await simulate({ serial: 'OTHER-2' });
    simulated.terminal.fillLog({ count: 5 });
    const hand = byHand(world, simulated, { serial: 'ABC123' });
    await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_MISMATCH' });
    expect(world.shelf.enqueued).toEqual([]);
    expect(await world.shelf.store.readPin(hand.polled.place)).toBeNull();
  });

  test('that does not fit the tables is refused before anything else', () => {
    for (const serial of ['', 'a b', 'x'.repeat(41), 'ABC"123', 'é']) {
      expect(codeOf(() => verifySerial(serial, null, () => null))).toBe('TERMINAL_SERIAL_INVALID');
    }
    expect(codeOf(() => verifySerial('A_b.c-9', null, () => null))).toBeNull();
  });
});

describe('the same serial at two places', () => {
  test('sets both aside, until one of them shows another face', async () => {
    const world = createWorld();
    const one = await simulate({ serial: 'TWIN' });
    const two = await simulate({ serial: 'TWIN' });
    one.terminal.fillLog({ count: 5 });
    const here = byHand(world, one, {}, 'Lobi');
    const there = byHand(world, two, {}, 'Aula');
    await here.poll();
    const stored = world.shelf.enqueued.length;
    await expect(there.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_DUPLICATE' });
    one.terminal.punch({ pin: '1001' });
    await expect(here.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_DUPLICATE' });
    expect(world.shelf.enqueued).toHaveLength(stored);

    two.terminal.options.set('~SerialNumber', 'NO-TWIN');
    expect(await there.poll()).toMatchObject({ end: 'done' });
    expect(await here.poll()).toMatchObject({ end: 'done' });
    expect(world.shelf.cursorOf('TWIN')).toMatchObject({ next: 6 });
  });

  test('is known from what was pinned before, also when the other one is off', async () => {
    const world = createWorld();
    const one = await simulate({ serial: 'TWIN' });
    await byHand(world, one, {}, 'Lobi').poll();
    const restarted = { ...world, means: { ...world.means, claims: createSerialClaims() } };
    const there = byHand(restarted, await simulate({ serial: 'TWIN' }), {}, 'Aula');
    await expect(there.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_DUPLICATE' });
    expect(await world.shelf.store.readPin(there.polled.place)).toBeNull();
  });

  test('is no matter when the other place has been silent for an hour', () => {
    const claims = createSerialClaims();
    expect(claims.claim('TWIN', lobi, 0)).toBeNull();
    expect(claims.claim('TWIN', aula, 3_600_000)).toEqual(lobi);
    expect(claims.claim('TWIN', aula, 3_600_001)).toBeNull();
    expect(claims.claim('TWIN', lobi, 3_700_000)).toEqual(aula);
  });

  test('an impostor at another place does not quarantine the machine whose name it took', () => {
    const claims = createSerialClaims();
    const claimed = (place: typeof lobi) => () => claims.claim('TWIN', place, 0);
    expect(codeOf(() => verifySerial('TWIN', 'ABC123', claimed(aula)))).toBe('TERMINAL_SERIAL_MISMATCH');
    expect(codeOf(() => verifySerial('TWIN', 'TWIN', claimed(lobi)))).toBeNull();
  });
});
