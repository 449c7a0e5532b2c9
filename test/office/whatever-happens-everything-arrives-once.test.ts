import fc from 'fast-check';
import { expect, test } from 'vitest';
import { judged } from '../tools/judged.ts';
import { byHand, createWorld, type Hand, type Simulated, simulate, truthOf, type World } from './tools/world.ts';

/** What can befall a terminal and its gateway between two polls. */
const befalls = {
  somebodyPunches: ({ simulated }) => simulated.terminal.punch({ pin: '1001' }),
  manyPunch: ({ simulated }) => simulated.terminal.fillLog({ count: 40 }),
  somethingIsStored: ({ world }) => world.shelf.apply(1),
  everythingIsStored: ({ world }) => world.shelf.apply(),
  deliveriesAreReversed: ({ world }) => world.shelf.waiting.reverse(),
  aDeliveryIsRepeated: ({ world }) => world.shelf.waiting.push(...world.shelf.waiting.slice(0, 1)),
  theQueueIsFlushed: ({ world }) => world.shelf.waiting.splice(0),
  theQueueComesAndGoes: ({ world }) => {
    world.shelf.ways.queueAway = !world.shelf.ways.queueAway;
  },
  theDatabaseComesAndGoes: ({ world }) => {
    world.shelf.ways.storeAway = !world.shelf.ways.storeAway;
  },
  theGatewayRestarts: ({ hand }) => hand.forget(),
  aMinutePasses: ({ hand }) => {
    hand.memory.log = { ...hand.memory.log, waitingSinceMs: -60_000 };
  },
  theLogIsVerified: ({ hand }) => {
    hand.memory.read = { ...hand.memory.read, owed: 'daily' };
  },
  theClockIsMoved: ({ simulated }) => simulated.terminal.stepClock(-3_600_000),
  aReadIsCut: ({ simulated }) => simulated.terminal.setFaults([{ name: 'cut-mid-chunk', times: 1 }]),
  somebodyPunchesMeanwhile: ({ simulated }) =>
    simulated.terminal.setFaults([{ name: 'punch-after-prepare', times: 1 }]),
} satisfies Record<string, (scene: Scene) => unknown>;

interface Scene {
  readonly world: World;
  readonly simulated: Simulated;
  readonly hand: Hand;
}

const names = Object.keys(befalls) as (keyof typeof befalls)[];

/** A poll that may fail; what it leaves must be right all the same. */
async function poll({ hand, simulated }: Scene): Promise<string> {
  const end = await hand.poll(AbortSignal.timeout(300)).then(
    (result) => result.end,
    () => 'failed',
  );
  simulated.terminal.setFaults([]);
  return end;
}

test('every record once and in order, after any sequence of troubles', { ...judged, timeout: 400_000 }, async () => {
  const story = fc.array(fc.constantFrom(...names), { minLength: 5, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(story, async (events) => {
      const world = createWorld({ recordsPerBatch: 25, batchesPerTerminal: 3 });
      const simulated = await simulate();
      const scene: Scene = { world, simulated, hand: byHand(world, simulated) };
      world.shelf.ways.applyAtOnce = false;
      for (const event of events) {
        befalls[event](scene);
        await poll(scene);
      }
      Object.assign(world.shelf.ways, { storeAway: false, queueAway: false, applyAtOnce: true });
      for (let tries = 0; tries < 12; tries += 1) {
        world.shelf.apply();
        befalls.aMinutePasses(scene);
        await poll(scene);
      }
      expect(world.shelf.recordsOf('ABC123')).toEqual(truthOf(simulated));
      expect(world.shelf.cursorOf('ABC123')).toMatchObject({ epoch: 1, base: 0 });
      await simulated.server.stop();
    }),
    { numRuns: 25 },
  );
});
