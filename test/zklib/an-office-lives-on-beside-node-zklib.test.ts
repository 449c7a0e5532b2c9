/** Polling through the second driver: a crash of the library is a failed poll of one terminal, and the next one is whole. */
import { describe, expect, it } from 'vitest';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { openZklibTerminal } from '../../src/zklib/terminal.ts';
import { byHand, createWorld, type Hand, simulate, truthOf } from '../office/tools/world.ts';
import { libraryProcesses, patiently, useScratchFolder } from './tools/one-terminal.ts';

useScratchFolder();

const knobs = { blockBytes: 1008, blockPauseMs: 20 };
/** A frame cut in its first bytes makes the library throw where nobody can catch it. */
const crash: FaultOptions = { name: 'split-frame', bytes: 5, ms: 300 };

/** Polls until one comes through; the library loses packets on a busy machine, and says so. */
async function pollPatiently(hand: Hand): Promise<void> {
  expect(await patiently(() => hand.poll(), 'READ_INCOMPLETE', 'ZK_BAD_REPLY')).toEqual({ end: 'done', error: null });
}

describe('an office with two terminals, one of them through node-zklib', () => {
  it('stores every punch of both, whatever the library does in between', async () => {
    const world = createWorld();
    const trusting = await simulate({ serial: 'OLD001', knobs });
    const plain = await simulate({ serial: 'NEW001' });
    trusting.terminal.fillLog({ count: 120 });
    plain.terminal.fillLog({ count: 120 });
    const one = byHand(world, trusting, { open: openZklibTerminal }, 'Gudang');
    const other = byHand(world, plain, {}, 'Lobi');

    trusting.terminal.setFaults([crash]);
    const both = await Promise.allSettled([one.poll(), other.poll()]);
    expect(both).toMatchObject([
      { status: 'rejected', reason: { code: 'ZK_BAD_REPLY' } },
      { status: 'fulfilled', value: { end: 'done' } },
    ]);
    expect(world.shelf.recordsOf('NEW001')).toEqual(truthOf(plain));
    expect(world.shelf.recordsOf('OLD001')).toEqual([]);

    trusting.terminal.setFaults([]);
    await pollPatiently(one);
    expect(world.shelf.recordsOf('OLD001')).toEqual(truthOf(trusting));

    // Without tail reads a new punch costs the whole log; it is stored once all the same.
    trusting.terminal.punch({ pin: '1001' });
    await pollPatiently(one);
    expect(world.shelf.recordsOf('OLD001')).toEqual(truthOf(trusting));
    expect(truthOf(trusting)).toHaveLength(121);
    expect(libraryProcesses()).toEqual([]);
  });

  it('is not asked for its log where the counter says that nothing happened', async () => {
    const world = createWorld();
    const trusting = await simulate({ serial: 'OLD001', knobs });
    trusting.terminal.fillLog({ count: 20 });
    const one = byHand(world, trusting, { open: openZklibTerminal }, 'Gudang');
    await pollPatiently(one);
    trusting.terminal.journal.clear();
    await pollPatiently(one);
    const prepare = 1503;
    expect(trusting.terminal.requests.map((request) => request.command)).not.toContain(prepare);
    expect(world.shelf.recordsOf('OLD001')).toEqual(truthOf(trusting));
  });
});
