/** Under a pace at which node-zklib works, what is read is what was punched, whatever the family of the terminal. */
import { describe, expect, it } from 'vitest';
import { decodeRecords } from '../../src/zk/records.ts';
import {
  leftovers,
  patiently,
  readPatiently,
  readWith,
  recordsOf,
  startTerminal,
  useScratchFolder,
  within,
} from './tools/one-terminal.ts';

useScratchFolder();

const connect = 1000;
const exit = 1001;
const readLogDirectly = 13;

const codeOf = (packet: Uint8Array): number => (packet[0] ?? 0) + (packet[1] ?? 0) * 256;
const replyIdOf = (packet: Uint8Array): number => (packet[6] ?? 0) + (packet[7] ?? 0) * 256;

describe('the whole log', () => {
  it.each([
    ['tft-40', 400, 'zk40', 40],
    // Longer than one piece of 65,472 bytes: the library alone wants all pieces at once and mixes them up.
    ['tft-40', 2000, 'zk40', 40],
    // The library alone makes 612 records of every 500 of these.
    ['vl-49', 400, 'zk40', 49],
    ['bw-16', 400, 'zk16', 16],
    ['bw-8', 400, 'zk8', 8],
    ['always-prepare', 400, 'zk40', 40],
  ] as const)('%s with %i records is %s of %i bytes', async (profile, history, layout, strideBytes) => {
    const terminal = await startTerminal({ profile, history });
    const read = await readPatiently(terminal.target);
    expect(read).toMatchObject({ layout, strideBytes, totalRecords: history, firstIndex: 0 });
    expect(recordsOf(read)).toEqual(terminal.truth());
    expect(read.bytesReceived).toBeGreaterThan(history * strideBytes);
    expect(read.completedAtMs).toBeGreaterThan(read.preparedAtMs);
  });

  it('tells how far it is', async () => {
    const terminal = await startTerminal({ history: 300 });
    const progress: (readonly [number, number])[] = [];
    await readPatiently(terminal.target, (received, expected) => progress.push([received, expected]));
    expect(progress.at(-1)).toEqual([12_004, 12_004]);
  });

  it('is over when the terminal says so, not with its last byte', async () => {
    const terminal = await startTerminal({ history: 30, knobs: { blockBytes: 1008, blockPauseMs: 100 } });
    // Counters, free, prepare, announcement and two blocks; then the OK that closes the transfer, in two halves.
    const lateEnd = { name: 'split-frame', bytes: 12, ms: 300, after: 6, times: 1 } as const;
    const read = await patiently(() => readWith(terminal, [lateEnd]), 'READ_INCOMPLETE');
    expect(recordsOf(read)).toEqual(terminal.truth());
  });

  it('comes inline when it is small', async () => {
    const terminal = await startTerminal({ history: 20 });
    const read = await readPatiently(terminal.target);
    expect(recordsOf(read)).toEqual(terminal.truth());
  });

  it.each(['error', 'bare-prefix'] as const)('is empty when the terminal says so by %s', async (emptyLog) => {
    const terminal = await startTerminal({ history: 0, knobs: { emptyLog } });
    const read = await readPatiently(terminal.target);
    expect(read).toMatchObject({ totalRecords: 0, strideBytes: 40 });
    expect(read.bytes).toHaveLength(0);
  });

  it('is found also where the terminal hides its count', async () => {
    const terminal = await startTerminal({ history: 300, knobs: { hidesRecordCount: true } });
    const read = await readPatiently(terminal.target);
    expect(recordsOf(read)).toEqual(terminal.truth());
  });

  it('has printed ids where its records hold only indexes', async () => {
    const terminal = await startTerminal({ profile: 'bw-8', history: 300 });
    const read = await readPatiently(terminal.target);
    const pins = await within(terminal.target, (session) => session.readPins());
    const ids = [...decodeRecords(read.layout, read.strideBytes, read.bytes, pins)].map((record) => record.pin);
    const { ledger } = terminal.simulated.terminal;
    expect(ids).toEqual(ledger.entries.flatMap((entry) => ('pin' in entry ? [entry.pin] : [])));
  });
});

describe('a session', () => {
  it('asks everything else too, one thing at a time, and ends with EXIT', async () => {
    const terminal = await startTerminal({
      history: 300,
      clock: { offsetMs: -95_000, driftPpm: 0, zoneOffsetMinutes: 420 },
    });
    await within(terminal.target, async (session) => {
      expect(session.transport).toBe('tcp');
      expect(await session.identify()).toEqual({
        serial: 'ABC123',
        deviceName: 'K40',
        platform: 'ZMM220_TFT',
        firmware: 'Ver 6.60 Jun 16 2015',
      });
      expect(await session.readCounters()).toEqual({ users: 20, records: 300, operations: 0, recordCapacity: 100_000 });
      expect(await session.readOption('~PIN2Width')).toBe('9');
      expect(await session.readOption('NoSuchOption')).toBeNull();
      const before = await session.readClock();
      expect(before.receivedAtMs).toBeGreaterThan(before.sentAtMs);
      const deviceTime = { year: 2031, month: 2, day: 3, hour: 4, minute: 5, second: 6 };
      await session.setClock(deviceTime);
      expect((await session.readClock()).deviceTime).toMatchObject({
        year: 2031,
        month: 2,
        day: 3,
        hour: 4,
        minute: 5,
      });
      expect(await session.probeTimeFilter(deviceTime, deviceTime)).toBe('refused');
      // All at once from outside, one after the other on the line.
      const [counters, serial] = await Promise.all([session.readCounters(), session.readOption('~SerialNumber')]);
      expect([counters.records, serial]).toEqual([300, 'ABC123']);
    });
    const asked = terminal.asked();
    expect(asked[0]).toBe(connect);
    expect(asked.at(-1)).toBe(exit);
    expect(asked).not.toContain(readLogDirectly);
    expect(leftovers()).toEqual([]);
  });

  it('asks for one piece of a log at a time, though the library wants all at once', async () => {
    const terminal = await startTerminal({ history: 3500, knobs: { blockBytes: 65_472, blockPauseMs: 20 } });
    const open: number[] = [];
    let mostOpen = 0;
    const tap = {
      sent(packet: Uint8Array) {
        open.push(replyIdOf(packet));
        mostOpen = Math.max(mostOpen, open.length);
      },
      received(packet: Uint8Array) {
        if (codeOf(packet) === 2000) open.splice(open.indexOf(replyIdOf(packet)), 1);
      },
    };
    // Whether it comes whole is another matter; on a busy machine the library may give up before the third piece.
    let pieces = 0;
    for (let attempt = 0; (pieces < 3 || open.length > 0) && attempt < 10; attempt += 1) {
      const before = terminal.asked().length;
      open.length = 0;
      await within({ ...terminal.target, tap }, (session) => session.readLog()).catch(() => {});
      pieces = terminal
        .asked()
        .slice(before)
        .filter((command) => command === 1504).length;
    }
    expect(pieces).toBe(3);
    expect(mostOpen).toBe(1);
    expect(open).toEqual([]);
  });

  it('has no tail reads and no live events, and says so', async () => {
    const terminal = await startTerminal({ history: 50 });
    await within(terminal.target, async (session) => {
      expect(await session.readTail({ layout: 'zk40', strideBytes: 40, firstIndex: 49 })).toBeNull();
      const listening = session.listen(
        () => {},
        () => {},
      );
      await expect(listening).rejects.toMatchObject({ code: 'ZK_UNSUPPORTED' });
    });
    expect(terminal.asked()).toEqual([connect, exit]);
  });

  it('shows every packet to a tap', async () => {
    const terminal = await startTerminal({});
    const seen: string[] = [];
    const tap = {
      sent: (packet: Uint8Array) => seen.push(`> ${codeOf(packet)}`),
      received: (packet: Uint8Array) => seen.push(`< ${codeOf(packet)}`),
    };
    await within({ ...terminal.target, tap }, (session) => session.readCounters());
    expect(seen).toEqual(['> 1000', '< 2000', '> 50', '< 2000', '> 1001', '< 2000']);
  });
});
