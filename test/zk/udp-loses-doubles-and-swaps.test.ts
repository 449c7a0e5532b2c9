import { afterEach, describe, expect, it } from 'vitest';
import { stepDatagram } from '../../src/zk/datagrams.ts';
import type { TerminalTarget } from '../../src/zk/driver.ts';
import { type ExchangeInput, type ExchangeState, type ExchangeStep, waiting } from '../../src/zk/exchange.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { hex } from '../vectors/bytes.ts';
import { frame } from './tools/literal-server.ts';
import { rangeFrames, session, startTinyTerminal } from './tools/tiny-terminal.ts';
import { startUdpTerminal, type UdpTerminal, type Weather } from './tools/udp-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const terminal of open.splice(0)) await terminal.close();
});

async function started(count: number, weather?: Weather): Promise<UdpTerminal> {
  const terminal = await startUdpTerminal(count, weather);
  open.push(terminal);
  return terminal;
}

function target(port: number, more: Partial<TerminalTarget> = {}): TerminalTarget {
  return { host: '127.0.0.1', port, transport: 'udp', replyTimeoutMs: 2000, prepareTimeoutMs: 2000, ...more };
}

async function expectWholeLog(terminal: UdpTerminal, records: number): Promise<void> {
  const opened = await openTerminal(target(terminal.port), wallClock);
  try {
    expect(opened.transport).toBe('udp');
    const read = await opened.readLog();
    expect(read).toMatchObject({ layout: 'zk40', strideBytes: 40, totalRecords: records });
    expect(hex(read.bytes)).toBe(hex(terminal.dataset.subarray(4)));
    const tail = await opened.readTail({ layout: 'zk40', strideBytes: 40, firstIndex: records - 37 });
    expect(hex(tail?.bytes ?? Buffer.alloc(0))).toBe(hex(terminal.dataset.subarray(4 + (records - 37) * 40)));
  } finally {
    await opened.close();
  }
}

describe('a log over UDP comes whole', () => {
  it('in fair weather, in ranges of 16 KiB', async () => {
    const terminal = await started(2000);
    await expectWholeLog(terminal, 2000);
    const sizes = terminal.heard.filter(({ code }) => code === 1504).map(({ payload }) => payload.readUInt32LE(4));
    expect(sizes).toEqual([16_384, 16_384, 16_384, 16_384, 14_468, 1480]);
    expect(terminal.heard.at(-1)?.code).toBe(1001);
    expect(terminal.heard[0]?.hex).toBe('e80317fc00000000');
  });
  it('when datagrams are swapped', async () => expectWholeLog(await started(1500, { swapping: 0.3, seed: 3 }), 1500));
  it('when datagrams are doubled', async () => expectWholeLog(await started(1500, { doubling: 0.3, seed: 4 }), 1500));
  it('when datagrams are lost, both ways', async () => {
    const terminal = await started(600, { loss: 0.04, seed: 5 });
    await expectWholeLog(terminal, 600);
  });
  it('when all of it happens', async () => {
    for (const seed of [11, 12, 13]) {
      await expectWholeLog(await started(300, { loss: 0.05, doubling: 0.2, swapping: 0.2, seed }), 300);
    }
  });
  it('when blocks carry no numbers, one datagram at a time', async () => {
    const terminal = await started(300);
    terminal.bend = (request) => {
      if (request.code !== 1504) return null;
      const [offset, size] = [request.payload.readUInt32LE(0), request.payload.readUInt32LE(4)];
      const frames = rangeFrames(request.replyId, terminal.dataset.subarray(offset, offset + size), 1024);
      // Every block says "session" where others number them.
      return frames.map((one) =>
        one.readUInt16LE(8) === 1501 ? frame(1501, session, one.readUInt16LE(14), one.subarray(16)) : one,
      );
    };
    await expectWholeLog(terminal, 300);
    const sizes = terminal.heard.filter(({ code }) => code === 1504).map(({ payload }) => payload.readUInt32LE(4));
    // The whole read, then the tail, which begins with its own full range.
    expect(sizes.filter((size) => size > 1024)).toEqual([12_004, 3001, 1480]);
  });
  it('with the last range asked for again under a new reply id, and requests repeated under the old', async () => {
    const terminal = await started(600, { loss: 0.15, seed: 21 });
    await expectWholeLog(terminal, 600);
    const ids = terminal.heard.map(({ replyId }) => replyId);
    expect(ids).toEqual([...ids].sort((a, b) => a - b));
    const repeated = terminal.heard.filter((one, at) => at > 0 && one.hex === terminal.heard[at - 1]?.hex);
    expect(repeated.length).toBeGreaterThan(0);
  });
});

describe('datagrams of one reply', () => {
  const request = { replyId: 5, expectedBytes: 10, maxBytes: 10 };
  const packet = (code: number, number: number, text: string): ExchangeInput => ({
    kind: 'packet',
    packet: { code, session: number, replyId: 5, payload: Buffer.from(text, 'latin1') },
  });
  const size = String.fromCharCode(10, 0, 0, 0, 4, 0, 0, 0);

  function gather(...inputs: ExchangeInput[]): string {
    let state: ExchangeState = waiting;
    for (const input of inputs) {
      const next: ExchangeStep = stepDatagram(request, state, input);
      state = next.state;
      if (next.effect.kind === 'data') return Buffer.from(next.effect.payload).toString('latin1');
    }
    return state.name === 'failed' ? state.code : state.name;
  }

  it('are placed by number, in whatever order they come, announced or not', () => {
    const [a, b, c] = [packet(1501, 0, 'abcd'), packet(1501, 1, 'efgh'), packet(1501, 2, 'ij')];
    const [announced, closed] = [packet(1500, 0, size), packet(2000, 0, '')];
    expect(gather(announced, a, b, c, closed)).toBe('abcdefghij');
    expect(gather(c, announced, a, b)).toBe('abcdefghij');
    expect(gather(b, b, c, a, a)).toBe('abcdefghij');
    expect(gather(announced, a, c, closed)).toBe('gathering');
    expect(gather(announced, a, c, closed, b)).toBe('abcdefghij');
    expect(gather(announced, a, c, closed, { kind: 'timeout' })).toBe('READ_INCOMPLETE');
  });
  it('are refused when their numbers do not place them', () => {
    expect(gather(packet(1501, 1, 'abcd'), packet(1501, 2, 'efgh'), packet(1501, 3, 'ij'))).toBe('READ_INCOMPLETE');
    expect(gather(packet(1501, 7, 'abcd'), packet(1501, 7, 'efgh'))).toBe('READ_INCOMPLETE');
    expect(gather(packet(1501, 0, 'ab'), packet(1501, 1, 'cdef'), packet(1501, 2, 'ghij'))).toBe('READ_INCOMPLETE');
    expect(gather(packet(1501, 0, 'abcdef'), packet(1501, 1, 'ghijkl'))).toBe('READ_INCOMPLETE');
  });
});

describe('UDP', () => {
  it('to a port where nobody listens is refused', async () => {
    const terminal = await startUdpTerminal(1);
    await terminal.close();
    await expect(openTerminal(target(terminal.port), wallClock)).rejects.toThrow(/NET_REFUSED/);
  });
  it('to a silent terminal gets no reply', async () => {
    const terminal = await started(1, { loss: 1 });
    await expect(openTerminal(target(terminal.port, { replyTimeoutMs: 300 }), wallClock)).rejects.toThrow(
      /ZK_NO_REPLY/,
    );
  });
  it('takes a damaged datagram for a lost one', async () => {
    const terminal = await started(10);
    let damaged = 0;
    terminal.bend = ({ code, replyId }) => {
      if (code !== 50 || damaged > 0) return null;
      damaged += 1;
      const bad = frame(2000, session, replyId, Buffer.alloc(92));
      bad[30] = 9;
      return [bad];
    };
    const opened = await openTerminal(target(terminal.port, { replyTimeoutMs: 600 }), wallClock);
    await expect(opened.readCounters()).rejects.toThrow(/ZK_NO_REPLY/);
    await opened.close();
  });
});

describe('transport auto', () => {
  it('takes TCP where it is offered', async () => {
    const terminal = await startTinyTerminal(5);
    open.push(terminal);
    const opened = await openTerminal({ ...target(terminal.port), transport: 'auto' }, wallClock);
    expect(opened.transport).toBe('tcp');
    await opened.close();
  });
  it('takes UDP where TCP is refused, and remembers', async () => {
    const terminal = await started(5);
    const auto = { ...target(terminal.port), transport: 'auto' as const };
    for (let round = 0; round < 2; round += 1) {
      const opened = await openTerminal(auto, wallClock);
      expect(opened.transport).toBe('udp');
      await opened.close();
    }
  });
  it('tells what TCP met when neither answers', async () => {
    const terminal = await startUdpTerminal(1);
    await terminal.close();
    await expect(openTerminal({ ...target(terminal.port), transport: 'auto' }, wallClock)).rejects.toThrow(
      /NET_REFUSED/,
    );
  });
});
