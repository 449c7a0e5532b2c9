/**
 * A small piece of `npm run fuzz`, and proof that the fuzz would notice: it sees a log that differs by one field, and an
 * exception without a code.
 */
import { describe, expect, it } from 'vitest';
import { createRandom } from '../../device-sim/random.ts';
import { judged } from '../tools/judged.ts';
import { converseOnce, type LayLine } from './driver-lane.ts';
import { fuzz } from './fuzz.ts';
import { layInMemory } from './memory-link.ts';
import { layOverSockets } from './socket-line.ts';
import { createWorlds, type World } from './worlds.ts';

const waitMs = 5000;

/** Lays lines on which nothing is disturbed. */
const undisturbed =
  (lay: LayLine): LayLine =>
  (options) =>
    lay({ ...options, boldness: 0, patient: true });

const byName = (name: string): World => {
  const world = createWorlds().find((one) => one.name.startsWith(name));
  if (world === undefined) throw new Error(`no world ${name}`);
  return world;
};

it('twelve thousand mutated frames: the ledger or a code, never anything else', {
  ...judged,
  timeout: 120_000,
}, async () => {
  const { lanes, findings } = await fuzz({ frames: 12_000, seed: 'test' });
  const frames = lanes.reduce((sum, lane) => sum + lane.frames, 0);
  const seconds = lanes.reduce((sum, lane) => sum + lane.seconds, 0);
  console.log(`fuzz: ${frames} mutated frames, ${findings.length} found, ${seconds.toFixed(0)} s`);
  expect(findings).toEqual([]);
  expect(frames).toBeGreaterThanOrEqual(12_000);
});

describe('undisturbed', () => {
  const refused: Readonly<Record<string, string>> = {
    'secure-6001': 'ZK_SECURE_FIRMWARE',
    'wl-22': 'ZK_UNSUPPORTED',
    'reboots-mid-read': 'NET_CLOSED',
  };
  for (const { name, terminal } of createWorlds()) {
    it(`${name} gives what it should, over sockets and in memory`, judged, async () => {
      for (let round = 0; round < 4; round += 1) {
        const lay = undisturbed(round === 0 ? layOverSockets : layInMemory);
        const random = createRandom(`undisturbed ${round}`);
        const { outcome, fault, mutated } = await converseOnce(byName(name), random, lay, waitMs);
        const expected = refused[terminal.profile.name] ?? 'the ledger';
        expect({ fault, mutated, outcome }).toEqual({ fault: null, mutated: 0, outcome: expected });
      }
    });
  }
});

describe('it notices', () => {
  it('one field of one record', judged, async () => {
    const world = byName('tft-40#0');
    const [deed] = world.diary;
    if (deed === undefined) throw new Error('nobody punched');
    world.diary[0] = { ...deed, verifyMode: deed.verifyMode + 1 };
    const { fault } = await converseOnce(world, createRandom(1), undisturbed(layInMemory), waitMs);
    expect(fault).toContain('difference without a lie: record 0: verifyMode');
  });

  it('a record too few, and one too many', judged, async () => {
    for (const length of [59, 61]) {
      const world = byName('bw-16#3');
      const people = [...world.diary, ...world.diary.slice(-1)];
      world.diary.splice(0, world.diary.length, ...people.slice(0, length));
      const { fault } = await converseOnce(world, createRandom(1), undisturbed(layInMemory), waitMs);
      expect(fault).toContain(`difference without a lie: 60 records in all, the diary has ${length}`);
    }
  });

  it('an exception without a code', judged, async () => {
    const world = byName('tft-40#0');
    const lay: LayLine = async (options) => {
      const line = await layInMemory(options);
      return { ...line, open: () => Promise.reject(new TypeError('planted')) };
    };
    const { fault, outcome } = await converseOnce(world, createRandom(1), lay, waitMs);
    expect([outcome, fault]).toEqual(['uncoded', expect.stringContaining('thrown: TypeError: planted')]);
  });
});
