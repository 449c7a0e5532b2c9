/** Where node-zklib gives a short log, a wrong one, or a dead process, this driver gives a coded error and nothing else. */
import { describe, expect, it } from 'vitest';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { isGerbangError } from '../../src/errors.ts';
import {
  leftovers,
  libraryProcesses,
  readWith,
  recordsOf,
  startTerminal,
  useScratchFolder,
  within,
} from './tools/one-terminal.ts';

useScratchFolder();

const exit = 1001;

/** Frames that come before the first block of a log: counters, free, prepare, announcement. */
const framesBeforeData = 4;

describe('a read', () => {
  const cases: readonly (readonly [what: string, fault: FaultOptions, code: string, says: RegExp])[] = [
    ['a stream that is cut anew', { name: 'recut', bytes: 1460, ms: 20 }, 'READ_INCOMPLETE', /arrive together/],
    [
      'a frame cut after five bytes, over which the library throws into nowhere',
      { name: 'split-frame', bytes: 5, ms: 300, after: framesBeforeData, times: 1 },
      'ZK_BAD_REPLY',
      /stumbled/,
    ],
    [
      'a block damaged on the way, which the library would hand over',
      { name: 'corrupt-payload', after: framesBeforeData, times: 1 },
      'ZK_BAD_CHECKSUM',
      /damaged/,
    ],
    ['blocks in the wrong order, likewise', { name: 'swap-blocks' }, 'READ_INCOMPLETE', /blocks out of order/],
    ['a block that is missing', { name: 'lose-block' }, 'READ_INCOMPLETE', /fewer bytes/],
    ['a block that comes twice', { name: 'duplicate-reply', after: 6, times: 1 }, 'READ_INCOMPLETE', /./],
    ['more than was announced', { name: 'overlong-transfer' }, 'READ_INCOMPLETE', /more data/],
    ['less than was announced', { name: 'truncated-transfer' }, 'READ_INCOMPLETE', /fewer bytes/],
    ['a transfer that is never closed', { name: 'no-closing' }, 'READ_INCOMPLETE', /./],
    ['four gigabytes announced', { name: 'huge-size' }, 'READ_TOO_LARGE', /more data than it can hold/],
    ['a length of four gigabytes', { name: 'huge-length' }, 'ZK_FRAME_TOO_LONG', /./],
    ['garbage', { name: 'garbage-reply', command: 1504 }, 'ZK_BAD_MAGIC', /./],
    ['a refusal to prepare, for which the library would wait', { name: 'refuse', command: 1503 }, 'ZK_REFUSED', /2001/],
    ['a refused piece', { name: 'refuse', command: 1504 }, 'READ_INCOMPLETE', /refused a part/],
    ['silence', { name: 'silent', command: 1503 }, 'ZK_NO_REPLY', /did not answer/],
    ['a connection that ends in the middle', { name: 'cut-mid-chunk' }, 'NET_CLOSED', /closed the connection/],
    ['a reply nobody asked for', { name: 'foreign-reply', command: 1504 }, 'ZK_BAD_REPLY', /nobody asked for/],
  ];

  it.each(cases)('of %s', async (_what, fault, code, says) => {
    const terminal = await startTerminal({ history: 200 });
    const reading = readWith(terminal, [fault]);
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(libraryProcesses()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it('of packets that arrive together ends when nothing more can come, not when the library notices', async () => {
    const terminal = await startTerminal({ history: 200 });
    const context = { reason: 'packets were lost' };
    await expect(readWith(terminal, [{ name: 'coalesce' }])).rejects.toMatchObject({
      code: 'READ_INCOMPLETE',
      context,
    });
    expect(terminal.asked().at(-1)).toBe(exit);
  });

  // Small enough to come in one packet, so that the library has no part in how it ends.
  it.each([
    ['a length prefix that lies', { name: 'lying-prefix' }, 'READ_INCOMPLETE', /length it states/],
    ['a log that ends within a record', { name: 'ragged-log' }, 'READ_LAYOUT_UNPROVEN', /No known record layout/],
    ['a counter that does not fit', { name: 'count-ahead', bytes: 50 }, 'READ_CONTRADICTS_COUNTER', /another number/],
  ] as const)('of %s', async (_what, fault, code, says) => {
    const terminal = await startTerminal({ history: 20 });
    const reading = readWith(terminal, [fault]);
    await expect(reading).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
  });

  it('of a log that ends in a piece of at most 1,024 bytes, at every try', async () => {
    const terminal = await startTerminal({ history: 1640 });
    const reading = within(terminal.target, (session) => session.readLog());
    await expect(reading).rejects.toMatchObject({
      code: 'READ_INCOMPLETE',
      message: expect.stringContaining('driver: zk'),
    });
    expect(terminal.asked().at(-1)).toBe(exit);
  });

  // The flood begins behind a complete log, so whether the read has ended by then is a matter of microseconds.
  it('of a log with blocks without end behind it is that log or an error, never more', async () => {
    const terminal = await startTerminal({ history: 200 });
    const outcome = await readWith(terminal, [{ name: 'endless-data' }]).then(recordsOf, (error: unknown) =>
      isGerbangError(error) ? 'an error' : error,
    );
    expect([terminal.truth(), 'an error']).toContainEqual(outcome);
    expect(libraryProcesses()).toEqual([]);
  });
});

describe('a session', () => {
  const opening: readonly (readonly [what: string, fault: FaultOptions, code: string, says: RegExp])[] = [
    [
      'a login that is refused, which the library takes for a login',
      { name: 'refuse', command: 1000, code: 2005 },
      'ZK_COMM_KEY_REQUIRED',
      /Use driver zk/,
    ],
    ['encrypted firmware', { name: 'refuse', command: 1000, code: 6001 }, 'ZK_SECURE_FIRMWARE', /encrypted/],
    ['another machine', { name: 'controller-reply' }, 'ZK_OTHER_PROTOCOL', /door controller/],
    ['somebody in the menu', { name: 'menu-open' }, 'ZK_NO_REPLY', /only session/],
    ['a reply cut in pieces', { name: 'split-frame', bytes: 12, ms: 300 }, 'ZK_BAD_REPLY', /piece of it|stumbled/],
    ['a connection that ends at once', { name: 'cut-before-reply' }, 'NET_CLOSED', /only session/],
    ['a damaged reply', { name: 'bad-checksum' }, 'ZK_BAD_CHECKSUM', /acceptBadReplyChecksum/],
  ];

  it.each(opening)('does not begin with %s', async (_what, fault, code, says) => {
    const terminal = await startTerminal({ faults: [fault] });
    const opened = within(terminal.target, async () => 'opened');
    await expect(opened).rejects.toMatchObject({ code, message: expect.stringMatching(says) });
    expect(libraryProcesses()).toEqual([]);
    expect(leftovers()).toEqual([]);
  });

  it('does not begin with a comm key the library cannot give', async () => {
    const terminal = await startTerminal({ knobs: { commKey: 12 } });
    const opened = within({ ...terminal.target, commKey: 12 }, async () => 'opened');
    await expect(opened).rejects.toMatchObject({ code: 'ZK_COMM_KEY_REQUIRED' });
  });

  it('does not begin where nobody listens', async () => {
    const terminal = await startTerminal({});
    await terminal.simulated.offline();
    await expect(within(terminal.target, async () => 'opened')).rejects.toMatchObject({ code: 'NET_REFUSED' });
  });

  it('does not begin when it is asked for what the library cannot do', async () => {
    const terminal = await startTerminal({});
    const { target } = terminal;
    const overUdp = within({ ...target, transport: 'udp' }, async () => 'opened');
    await expect(overUdp).rejects.toMatchObject({ code: 'ZK_UNSUPPORTED', message: expect.stringContaining('UDP') });
    const withQuirk = within({ ...target, quirks: ['smallChunks'] }, async () => 'opened');
    await expect(withQuirk).rejects.toMatchObject({
      code: 'ZK_UNSUPPORTED',
      message: expect.stringContaining('smallChunks'),
    });
    expect(terminal.asked()).toEqual([]);
  });

  it('goes along with wrong checksums where it is told to', async () => {
    const terminal = await startTerminal({ faults: [{ name: 'bad-checksum' }] });
    const target = { ...terminal.target, quirks: ['acceptBadReplyChecksum' as const] };
    expect(await within(target, (session) => session.readOption('~SerialNumber'))).toBe('ABC123');
  });

  it('notices a cut reply also where checksums say nothing', async () => {
    const terminal = await startTerminal({});
    const target = { ...terminal.target, quirks: ['acceptBadReplyChecksum' as const] };
    await within(target, async (session) => {
      terminal.simulated.terminal.setFaults([{ name: 'split-frame', bytes: 20, ms: 300 }]);
      await expect(session.readOption('~SerialNumber')).rejects.toMatchObject({ code: 'ZK_BAD_REPLY' });
    });
  });

  it('asks nothing more after a question was not answered, and still says goodbye', async () => {
    const terminal = await startTerminal({});
    await within(terminal.target, async (session) => {
      terminal.simulated.terminal.setFaults([{ name: 'silent', command: 201, times: 1 }]);
      await expect(session.readClock()).rejects.toMatchObject({ code: 'ZK_NO_REPLY' });
      await expect(session.readCounters()).rejects.toMatchObject({ code: 'ZK_NO_REPLY' });
    });
    expect(terminal.asked()).toEqual([1000, 201, exit]);
  });

  it('is told when its comm key changes in the middle', async () => {
    const terminal = await startTerminal({});
    await within(terminal.target, async (session) => {
      terminal.simulated.terminal.setFaults([{ name: 'refuse', code: 2005 }]);
      await expect(session.readCounters()).rejects.toMatchObject({ code: 'ZK_COMM_KEY_REQUIRED' });
    });
  });
});
