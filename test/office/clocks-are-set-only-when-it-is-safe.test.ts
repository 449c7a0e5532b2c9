import { describe, expect, test } from 'vitest';
import { type SettingRule, shouldSetClock } from '../../src/office/clock-setting.ts';
import { judged } from '../tools/judged.ts';
import { byHand, createWorld, jakartaMs, simulate, truthOf, type World } from './tools/world.ts';

const rule: SettingRule = { set: true, whenOffByMs: 10_000, isQuiet: (minute) => minute < 300 };
/** 00:30 on 21 November 2026 in Jakarta. */
const night = Date.UTC(2026, 10, 20, 17, 30);
const day = Date.UTC(2026, 10, 21, 3, 0);
const off = (earliestMs: number, latestMs: number) => ({
  atMs: night,
  earliestMs: jakartaMs + earliestMs,
  latestMs: jakartaMs + latestMs,
});

describe('the decision', () => {
  test('needs a clock that is certainly off, fast or slow', () => {
    expect(shouldSetClock(rule, off(10_001, 10_800), night, jakartaMs)).toBe(true);
    expect(shouldSetClock(rule, off(-10_800, -10_001), night, jakartaMs)).toBe(true);
    expect(shouldSetClock(rule, off(9_900, 11_000), night, jakartaMs)).toBe(false);
    expect(shouldSetClock(rule, off(-11_000, -9_900), night, jakartaMs)).toBe(false);
    expect(shouldSetClock(rule, off(-500, 500), night, jakartaMs)).toBe(false);
    expect(shouldSetClock(rule, null, night, jakartaMs)).toBe(false);
  });

  test('is for the quiet hours of the office, in its own time', () => {
    expect(shouldSetClock(rule, off(60_000, 60_900), day, jakartaMs)).toBe(false);
    // 17:30 UTC is half past midnight in Jakarta and half past two in Jayapura, but still evening in London.
    expect(shouldSetClock(rule, off(60_000, 60_900), night, 0)).toBe(false);
    expect(shouldSetClock({ ...rule, set: false }, off(60_000, 60_900), night, jakartaMs)).toBe(false);
  });
});

const always: SettingRule = { set: true, whenOffByMs: 10_000, isQuiet: () => true };
const kinds = (world: World): string[] =>
  world.shelf.enqueued.flatMap((batch) => batch.samples.map((sample) => sample.kind));
const setTime = 202;

describe('a terminal whose clock is two minutes slow', () => {
  test('is set behind a complete read, with samples before and after, and shows it', judged, async () => {
    const world = createWorld();
    const simulated = await simulate({ clock: { offsetMs: -120_000 } });
    simulated.terminal.fillLog({ count: 30 });
    const hand = byHand(world, simulated, { settingRule: always });
    expect(await hand.poll()).toEqual({ end: 'done', error: null });

    const asked = simulated.terminal.requests.map((request) => request.command);
    const [readBuffer, getTime, sizes] = [1504, 201, 50];
    expect(asked.lastIndexOf(readBuffer)).toBeLessThan(asked.indexOf(setTime));
    // The counter is asked once more immediately before: nobody has punched since the read.
    expect(asked[asked.indexOf(setTime) - 1]).toBe(sizes);
    expect(asked[asked.indexOf(setTime) + 1]).toBe(getTime);
    expect(Math.abs(simulated.terminal.shownMs() - Date.now() - jakartaMs)).toBeLessThan(2_000);

    expect(kinds(world)).toContain('before-set');
    expect(kinds(world).filter((kind) => kind === 'after-set')).toHaveLength(8);
    expect(kinds(world).lastIndexOf('before-set')).toBeLessThan(kinds(world).indexOf('after-set'));
    expect(Math.abs(world.states()[0]?.offsetMs ?? 1e9)).toBeLessThan(2_000);
    // The step is our own: it is no reason to suspect a restart, and the clock is not set again.
    await hand.poll();
    expect(hand.memory.read.owed).toBeNull();
    expect(simulated.terminal.requests.filter((request) => request.command === setTime)).toHaveLength(1);
    expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
  });

  test('is not set when somebody punches between the read and the command', async () => {
    const world = createWorld();
    const simulated = await simulate({ clock: { offsetMs: -120_000 } });
    simulated.terminal.fillLog({ count: 30 });
    const readBuffer = 1504;
    simulated.terminal.afterRequest = (command) => {
      if (command === readBuffer) simulated.terminal.punch({ pin: '1001' });
    };
    const hand = byHand(world, simulated, { settingRule: always });
    await hand.poll();
    expect(simulated.terminal.requests.map((request) => request.command)).not.toContain(setTime);
    expect(kinds(world)).toContain('before-set');
  });

  test('is not set while its log is only partly handed over, nor when the read failed', async () => {
    const world = createWorld({ recordsPerBatch: 10, batchesPerTerminal: 1 });
    const simulated = await simulate({ clock: { offsetMs: -120_000 } });
    simulated.terminal.fillLog({ count: 30 });
    const hand = byHand(world, simulated, { settingRule: always });
    await hand.poll();
    expect(simulated.terminal.requests.map((request) => request.command)).not.toContain(setTime);
    expect(hand.memory.clock.pending.map((sample) => sample.kind)).not.toContain('before-set');
    simulated.terminal.setFaults([{ name: 'cut-mid-chunk' }]);
    hand.forget();
    simulated.terminal.fillLog({ count: 100 });
    await expect(hand.poll()).rejects.toMatchObject({ code: 'NET_CLOSED' });
    expect(simulated.terminal.requests.map((request) => request.command)).not.toContain(setTime);
  });

  test('is read before it is set, even where the counter says that nothing is new', async () => {
    const world = createWorld();
    const simulated = await simulate({ clock: { offsetMs: -120_000 } });
    simulated.terminal.fillLog({ count: 30 });
    let quiet = false;
    const hand = byHand(world, simulated, { settingRule: { ...always, isQuiet: () => quiet } });
    await hand.poll();
    simulated.terminal.journal.clear();
    quiet = true;
    await hand.poll();
    const prepare = 1503;
    const asked = simulated.terminal.requests.map((request) => request.command);
    expect(asked).toContain(prepare);
    expect(asked.indexOf(prepare)).toBeLessThan(asked.indexOf(setTime));
  });

  test('that does not take the time is reported and left alone for hours', async () => {
    const world = createWorld();
    const simulated = await simulate({ clock: { offsetMs: -120_000 } });
    simulated.terminal.fillLog({ count: 30 });
    const clock = simulated.terminal.setClock;
    simulated.terminal.setClock = () => undefined;
    const hand = byHand(world, simulated, { settingRule: always });
    await hand.poll();
    await hand.poll();
    simulated.terminal.setClock = clock;
    expect(simulated.terminal.requests.filter((request) => request.command === setTime)).toHaveLength(1);
    expect(world.lines.find((line) => line.level === 'warn')?.msg).toBe('clock did not take the time it was set to');
  });
});
