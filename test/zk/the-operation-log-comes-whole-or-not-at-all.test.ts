import { afterEach, describe, expect, it } from 'vitest';
import { serveTerminal } from '../../device-sim/server.ts';
import { createTerminal } from '../../device-sim/terminal.ts';
import { formatDeviceTime } from '../../src/clock/device-time.ts';
import type { TerminalSession } from '../../src/zk/driver.ts';
import { decodeOperations } from '../../src/zk/operation-log.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { bytes } from '../vectors/bytes.ts';
import { operations } from '../vectors/operations.ts';
import { frame } from './tools/literal-server.ts';
import { datasetOf, session as sessionId, startTinyTerminal, u32s } from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const undo: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const step of undo.splice(0).reverse()) await step();
});

const all = { fromIndex: 0, atMost: 4096 };

async function open(port: number, quirks: readonly 'readDirectly'[] = []): Promise<TerminalSession> {
  const opened = await openTerminal({ host: '127.0.0.1', port, quirks }, wallClock);
  undo.push(() => opened.close());
  return opened;
}

describe('an entry', () => {
  for (const { name, origin, hex, operation, time } of operations) {
    it(`${name} (${origin})`, () => {
      const [entry, ...others] = decodeOperations(bytes(hex));
      expect(others).toEqual([]);
      expect({ ...entry, deviceTime: formatDeviceTime(entry?.deviceTime ?? never()) }).toEqual({
        operation,
        deviceTime: time,
      });
    });
  }

  it('of another form is refused', () => {
    expect(() => decodeOperations(bytes('0100 15 07 807d4c2e 00*8'))).toThrow(/READ_LAYOUT_UNPROVEN/);
    expect(() => decodeOperations(bytes('0000 15 07 807d4c2e 00*7'))).toThrow(/READ_LAYOUT_UNPROVEN/);
  });
});

function never(): never {
  throw new Error('no entry');
}

/** A terminal that gives `dataset` to who asks for the operation log, and counts `counted` entries. */
async function tellingOf(dataset: Buffer, counted: number) {
  const terminal = await startTinyTerminal(0, ({ code, replyId, payload }, peer, self) => {
    if (code === 50) {
      const counters = Buffer.alloc(92);
      counters.writeUInt32LE(counted, 40);
      peer.send(frame(2000, sessionId, replyId, counters));
      return true;
    }
    if (code !== 1503) return false;
    // What every client sends for it: 1, inner command 34, no parameters.
    expect(payload.toString('hex')).toBe('0122000000000000000000');
    self.dataset = dataset;
    return false;
  });
  undo.push(() => terminal.close());
  return terminal;
}

const entry = (index: number): Uint8Array => {
  const one = Buffer.from(bytes('0000 15 07 00000000 0300 0000 0700 0205'));
  one.writeUInt32LE(0x2e4c7d80 + index, 4);
  return one;
};

describe('the operation log', () => {
  it('comes whole when it is short, and from an index on when it is long', async () => {
    const long = await open((await tellingOf(datasetOf(300, 16, entry), 300)).port);
    const read = await long.readOperations(all);
    expect(read).toMatchObject({ totalEntries: 300, firstIndex: 0 });
    expect(read.entries.map(({ operation }) => operation)).toEqual(Array(300).fill(21));
    const tail = await long.readOperations({ fromIndex: 297, atMost: 4096 });
    expect(tail).toMatchObject({ totalEntries: 300, firstIndex: 297 });
    expect(tail.entries).toEqual(read.entries.slice(297));
    expect(formatDeviceTime(tail.entries[2]?.deviceTime ?? never())).toBe('2024-03-01T08:04:59');
    const newest = await long.readOperations({ fromIndex: 0, atMost: 5 });
    expect(newest).toMatchObject({ firstIndex: 295 });
    expect((await long.readOperations({ fromIndex: 300, atMost: 5 })).entries).toEqual([]);

    const short = await open((await tellingOf(datasetOf(3, 16, entry), 3)).port);
    expect(await short.readOperations({ fromIndex: 1, atMost: 9 })).toMatchObject({ totalEntries: 3, firstIndex: 1 });
  });

  it('tells nothing of who did it and to whom', async () => {
    const session = await open((await tellingOf(datasetOf(3, 16, entry), 3)).port);
    const { entries } = await session.readOperations(all);
    expect(entries.flatMap((one) => Object.keys(one))).toEqual(Array(3).fill(['operation', 'deviceTime']).flat());
  });

  it('that contradicts its counter, has another form or is too large is refused, and the session goes on', async () => {
    const large = Buffer.concat([Buffer.of(0), u32s(1_048_596, 1_048_596, 0)]);
    const cases: readonly (readonly [Buffer, number, RegExp])[] = [
      [datasetOf(30, 16, entry), 31, /READ_CONTRADICTS_COUNTER/],
      [datasetOf(30, 18, () => new Uint8Array(18)), 30, /READ_LAYOUT_UNPROVEN/],
      [datasetOf(30, 16, () => bytes('0100 15 07 00*12')), 30, /READ_LAYOUT_UNPROVEN/],
    ];
    for (const [dataset, counted, code] of cases) {
      const session = await open((await tellingOf(dataset, counted)).port);
      await expect(session.readOperations(all)).rejects.toThrow(code);
      expect(await session.readCounters()).toMatchObject({ operations: counted });
    }
    const terminal = await startTinyTerminal(0, ({ code, replyId }, peer) => {
      if (code !== 1503) return false;
      peer.send(frame(2000, sessionId, replyId, large));
      return true;
    });
    undo.push(() => terminal.close());
    await expect((await open(terminal.port)).readOperations(all)).rejects.toThrow(/READ_TOO_LARGE/);
  });

  it('of a terminal that has none, or refuses it, has its own error; an empty one is empty', async () => {
    for (const profile of ['tft-40', 'vl-49', 'udp-only']) {
      const terminal = createTerminal({ serial: 'SIM1', profile });
      const server = await serveTerminal(terminal, { host: '127.0.0.1', port: 0 });
      undo.push(() => server.stop());
      const transport = profile === 'udp-only' ? 'udp' : 'tcp';
      const session = await openTerminal({ host: '127.0.0.1', port: server.port, transport }, wallClock);
      undo.push(() => session.close());
      if (profile === 'tft-40')
        expect(await session.readOperations(all)).toMatchObject({ totalEntries: 0, entries: [] });
      else await expect(session.readOperations(all)).rejects.toMatchObject({ code: 'ZK_REFUSED' });
      terminal.stepClock(60_000);
      if (profile !== 'tft-40') continue;
      terminal.setFaults([{ name: 'refuse', command: 1503 }]);
      await expect(session.readOperations(all)).rejects.toMatchObject({ code: 'ZK_UNSUPPORTED' });
      await expect((await open(server.port, ['readDirectly'])).readOperations(all)).rejects.toThrow(/ZK_UNSUPPORTED/);
    }
  });
});
