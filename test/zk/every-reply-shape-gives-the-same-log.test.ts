import { afterEach, describe, expect, it } from 'vitest';
import type { ErrorCode } from '../../src/errors.ts';
import type { LogRead } from '../../src/zk/driver.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { bytes, hex } from '../vectors/bytes.ts';
import { frame, type Heard, type Peer } from './tools/literal-server.ts';
import {
  announcement,
  type Bend,
  datasetOf,
  rangeFrames,
  record40,
  session,
  startTinyTerminal,
  type TinyTerminal,
  u32s,
} from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

const open: TinyTerminal[] = [];
afterEach(async () => {
  for (const terminal of open.splice(0)) await terminal.close();
});

interface Outcome {
  readonly read: LogRead | null;
  readonly code: ErrorCode | null;
  readonly terminal: TinyTerminal;
}

async function readWith(records: number, bend: Bend, change?: (terminal: TinyTerminal) => void): Promise<Outcome> {
  const terminal = await startTinyTerminal(records, bend);
  open.push(terminal);
  change?.(terminal);
  const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port, replyTimeoutMs: 10_000 }, wallClock);
  try {
    return { read: await opened.readLog(), code: null, terminal };
  } catch (error) {
    return { read: null, code: (error as { code: ErrorCode }).code, terminal };
  } finally {
    await opened.close();
  }
}

async function expectWhole(records: number, bend: Bend, change?: (terminal: TinyTerminal) => void): Promise<void> {
  const { read, code, terminal } = await readWith(records, bend, change);
  expect(code).toBeNull();
  expect(read).toMatchObject({ layout: 'zk40', strideBytes: 40, totalRecords: records });
  expect(hex(read?.bytes ?? bytes(''))).toBe(hex(terminal.dataset.subarray(4)));
}

/** The range a 1504 asks for. */
function rangeOf(payload: Buffer, terminal: TinyTerminal): Buffer {
  return terminal.dataset.subarray(payload.readUInt32LE(0), payload.readUInt32LE(0) + payload.readUInt32LE(4));
}

/** Answers each 1504 with frames of the test's making. */
function ranges(make: (replyId: number, range: Buffer, peer: Peer) => readonly Uint8Array[]): Bend {
  return ({ code, replyId, payload }, peer, terminal) => {
    if (code !== 1504) return false;
    peer.send(...make(replyId, rangeOf(payload, terminal), peer));
    return true;
  };
}

const ok = (replyId: number): Buffer => frame(2000, session, replyId);
const prepare = (replyId: number, size: number, block = 1008): Buffer =>
  frame(1500, session, replyId, u32s(size, block));

describe('the log comes whole', () => {
  it('inline, up to 1,024 bytes', () => expectWhole(25, () => false));
  it('in blocks, from 1,025 bytes on', () => expectWhole(26, () => false));
  for (const blockBytes of [1, 39, 1008, 1024, 65_528]) {
    const records = blockBytes === 1 ? 30 : 2000;
    it(`in blocks of ${blockBytes} bytes`, () =>
      expectWhole(
        records,
        () => false,
        (terminal) => {
          terminal.blockBytes = blockBytes;
        },
      ));
  }
  it('when the last chunk is 132 bytes and comes inline', () => expectWhole(1640, () => false));
  it('when it ends exactly with a chunk', async () => {
    // 4 + 49 × 33,404 = 25 × 65,472; no log of 40-byte records can end there.
    const { read } = await readWith(
      0,
      () => false,
      (terminal) => {
        terminal.dataset = datasetOf(33_404, 49, record40);
        terminal.count = 33_404;
        terminal.blockBytes = 65_528;
      },
    );
    expect(read).toMatchObject({ layout: 'zk40', strideBytes: 49, totalRecords: 33_404 });
  });
  it('announced and sent in a single frame', () =>
    expectWhole(
      500,
      ranges((id, range) => [prepare(id, range.length, 65_536), frame(1501, 0, id, range), ok(id)]),
    ));
  it('announced twice', () =>
    expectWhole(
      500,
      ranges((id, range) => [prepare(id, range.length), prepare(id, range.length), frame(1501, 0, id, range), ok(id)]),
    ));
  it('without any announcement, in one frame or in several', async () => {
    await expectWhole(
      500,
      ranges((id, range) => [frame(1501, 0, id, range)]),
    );
    await expectWhole(
      500,
      ranges((id, range) => [frame(1501, 0, id, range.subarray(0, 999)), frame(1501, 1, id, range.subarray(999))]),
    );
  });
  it('without announcement but with a closing OK', () =>
    expectWhole(
      2000,
      ranges((id, range) => [frame(1501, 0, id, range), ok(id)]),
    ));
  it('with anything in the session field', () =>
    expectWhole(
      500,
      ranges((id, range) => [
        frame(1500, 77, id, u32s(range.length, 9)),
        frame(1501, 9, id, range),
        frame(2000, 20_004, id),
      ]),
    ));
  it('with events, strangers and late replies in the middle', () =>
    expectWhole(
      500,
      ranges((id, range) => [
        bytes('5050827d14000000 f401d0cb01000000 0100000000001a051c150318'),
        prepare(id, range.length),
        frame(1501, 0, id - 1, Buffer.from('a late block of an earlier request')),
        frame(1501, 0, id, range.subarray(0, 1000)),
        frame(500, 1, id, Buffer.alloc(32, 0x31)),
        frame(2000, session, id - 1),
        frame(1501, 1, id, range.subarray(1000)),
        frame(2001, session, 60_000),
        ok(id),
      ]),
    ));
  it('cut at every byte and merged at every border', async () => {
    for (const cut of [1, 5, 12, 900, 1027, 1460]) {
      await expectWhole(cut === 1 ? 60 : 500, ({ code, replyId, payload }, peer, terminal) => {
        if (code !== 1504) return false;
        const stream = Buffer.concat(rangeFrames(replyId, rangeOf(payload, terminal), 1008));
        for (let at = 0; at < stream.length; at += cut) peer.send(stream.subarray(at, at + cut));
        return true;
      });
    }
  });
  it('when "prepare" itself is followed by the data', () =>
    expectWhole(500, ({ code, replyId }, peer, { dataset }) => {
      if (code !== 1503) return false;
      peer.send(prepare(replyId, dataset.length), frame(1501, 0, replyId, dataset), ok(replyId));
      return true;
    }));
  it('when "prepare" is answered by 13 bytes under the code of PREPARE', () =>
    expectWhole(500, ({ code, replyId }, peer, { dataset }) => {
      if (code !== 1503) return false;
      peer.send(frame(1500, session, replyId, announcement(dataset.length)));
      return true;
    }));
  it('when one chunk is refused once and one comes short once', async () => {
    const asked: [offset: number, size: number, replyId: number][] = [];
    await expectWhole(5000, ({ code, replyId, payload }, peer, terminal) => {
      if (code !== 1504) return false;
      asked.push([payload.readUInt32LE(0), payload.readUInt32LE(4), replyId]);
      if (asked.length === 2) peer.send(frame(2001, session, replyId));
      else if (asked.length === 4) peer.send(prepare(replyId, rangeOf(payload, terminal).length), ok(replyId));
      else return false;
      return true;
    });
    // The refused and the short range are asked for again from the same offset, in the smallest size, under a new id.
    const offsets = asked.map(([offset]) => offset);
    expect(offsets).toEqual([0, 65_472, 65_472, 130_944, 130_944, 196_416]);
    expect(asked.slice(2).every(([, size]) => size <= 65_472)).toBe(true);
    expect(new Set(asked.map(([, , id]) => id)).size).toBe(6);
  });
  it('in longer ranges as long as they come quickly', async () => {
    const sizes: number[] = [];
    const slow = async ({ code, payload }: Heard): Promise<boolean> => {
      if (code !== 1504) return false;
      sizes.push(payload.readUInt32LE(4));
      if (sizes.length === 2) await new Promise((resolve) => setTimeout(resolve, 450));
      return false;
    };
    await expectWhole(20_000, slow);
    // After the slow second range nothing grows until a quick one came.
    const [first, second, third] = sizes;
    expect(first).toBe(65_472);
    expect(third).toBe(second);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(1_047_552);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(800_004);
  });
  it('in a single frame of half a megabyte', () =>
    expectWhole(
      20_000,
      ranges((id, range) => [frame(1501, 0, id, range)]),
    ));
  it('when all blocks carry the same number, whichever', async () => {
    for (const number of [0, 1, 7936]) {
      await expectWhole(
        500,
        ranges((id, range) =>
          rangeFrames(id, range, 1008).map((one) =>
            one.readUInt16LE(8) === 1501 ? frame(1501, number, id, one.subarray(16)) : one,
          ),
        ),
      );
    }
  });
  it('when a block comes twice once', async () => {
    let transfers = 0;
    await expectWhole(
      500,
      ranges((id, range) => {
        transfers += 1;
        const [announced, first, ...rest] = rangeFrames(id, range, 1008);
        return [announced, first, transfers === 1 ? first : undefined, ...rest].filter((one) => one !== undefined);
      }),
    );
    expect(transfers).toBe(2);
  });
});

describe('an empty log', () => {
  const refusing =
    (code: number): Bend =>
    (request, peer) => {
      if (request.code !== 1503) return false;
      peer.send(frame(code, session, request.replyId));
      return true;
    };
  it('is empty whether refused, confirmed or sent', async () => {
    for (const bend of [refusing(2001), refusing(2000), () => false]) {
      const { read } = await readWith(0, bend);
      expect(read).toMatchObject({ totalRecords: 0, firstIndex: 0 });
      expect(read?.bytes.length).toBe(0);
    }
  });
  it('is not believed without a counter when the old direct read gives a log', async () => {
    const bend: Bend = ({ code, replyId }, peer, { dataset }) => {
      if (code === 50) peer.send(frame(2000, session, replyId, u32s(0)));
      else if (code === 1503) peer.send(frame(2001, session, replyId));
      else if (code === 13) peer.send(...rangeFrames(replyId, dataset, 1008));
      else return false;
      return true;
    };
    expect((await readWith(200, bend)).code).toBe('ZK_UNSUPPORTED');
    expect((await readWith(0, bend)).read).toMatchObject({ totalRecords: 0 });
  });
  it('contradicts a counter that says otherwise', async () => {
    const { code } = await readWith(0, refusing(2001), (terminal) => {
      terminal.count = 12;
    });
    expect(code).toBe('READ_CONTRADICTS_COUNTER');
  });
});

describe('a read that is not whole fails by name', () => {
  it('when a length prefix does not match', async () => {
    for (const stated of [0, 19_999, 20_001, 20_004]) {
      const { code } = await readWith(
        500,
        () => false,
        (terminal) => terminal.dataset.writeUInt32LE(stated, 0),
      );
      expect(code).toBe('READ_INCOMPLETE');
    }
  });
  it('when a chunk comes short every time', async () => {
    const { code } = await readWith(
      500,
      ranges((id, range) => [prepare(id, range.length), frame(1501, 0, id, range.subarray(1)), ok(id)]),
    );
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when another size is announced than asked for', async () => {
    const { code } = await readWith(
      500,
      ranges((id, range) => [prepare(id, range.length - 4), frame(1501, 0, id, range.subarray(4)), ok(id)]),
    );
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when "prepare" is followed by less data than announced', async () => {
    const { code } = await readWith(500, ({ code: asked, replyId }, peer, { dataset }) => {
      if (asked !== 1503) return false;
      peer.send(prepare(replyId, dataset.length), frame(1501, 0, replyId, dataset.subarray(0, 8000)), ok(replyId));
      return true;
    });
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when more comes than announced', async () => {
    const { code } = await readWith(
      500,
      ranges((id, range) => [
        prepare(id, range.length),
        frame(1501, 0, id, range),
        frame(1501, 1, id, Buffer.of(1)),
        ok(id),
      ]),
    );
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when the terminal refuses to hand out the buffer', async () => {
    const { code } = await readWith(
      500,
      ranges((id) => [frame(2001, 1, id)]),
    );
    expect(code).toBe('ZK_REFUSED');
  });
  it('when the log is cleared in the middle', async () => {
    let chunks = 0;
    const { code } = await readWith(5000, ({ code: asked }, _peer, terminal) => {
      if (asked === 1504) chunks += 1;
      if (chunks === 2) terminal.dataset = datasetOf(0, 40, record40);
      return false;
    });
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when numbered blocks come in another order, every time', async () => {
    const { code } = await readWith(
      500,
      ranges((id, range) => {
        const [announced, first, second, third, ...rest] = rangeFrames(id, range, 1008);
        return [announced, first, third, second, ...rest].filter((one) => one !== undefined);
      }),
    );
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when a numbered block comes twice in place of another, every time', async () => {
    const { code } = await readWith(
      500,
      ranges((id, range) => {
        const [announced, first, second, , ...rest] = rangeFrames(id, range, 1008);
        return [announced, first, second, second, ...rest].filter((one) => one !== undefined);
      }),
    );
    expect(code).toBe('READ_INCOMPLETE');
  });
  it('when it holds fewer records than the terminal counts', async () => {
    const { code } = await readWith(
      500,
      () => false,
      (terminal) => {
        terminal.count = 900;
      },
    );
    expect(code).toBe('READ_CONTRADICTS_COUNTER');
  });
  it('when no layout fits', async () => {
    const { code } = await readWith(
      0,
      () => false,
      (terminal) => {
        terminal.dataset = datasetOf(60, 37, (index) => Buffer.alloc(37, index * 7 + 1));
        terminal.count = 60;
      },
    );
    expect(code).toBe('READ_LAYOUT_UNPROVEN');
  });
});

describe('the end of the log', () => {
  async function tailWith(records: number, firstIndex: number, bend: Bend = () => false, strideBytes = 40) {
    const terminal = await startTinyTerminal(records, bend);
    open.push(terminal);
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port, replyTimeoutMs: 10_000 }, wallClock);
    const read = await opened.readTail({ layout: 'zk40', strideBytes, firstIndex });
    await opened.close();
    return { terminal, read };
  }

  it('starts at the wanted record, whatever the size', async () => {
    for (const [records, first] of [
      [100_000, 99_963],
      [500, 100],
      [500, 0],
      [500, 499],
      [25, 3],
      [26, 0],
      [3000, 1000],
    ] as const) {
      const { terminal, read } = await tailWith(records, first);
      expect(read).toMatchObject({ totalRecords: records, firstIndex: first, strideBytes: 40 });
      expect(hex(read?.bytes ?? bytes(''))).toBe(hex(terminal.dataset.subarray(4 + first * 40)));
      const offsets = terminal.peers[0]?.heard
        .filter((heard) => heard.code === 1504)
        .map((heard) => heard.payload.readUInt32LE(0));
      expect(offsets?.[0]).toBe(records <= 25 ? undefined : 4 + first * 40);
    }
  });
  it('costs less than 8 KB for 37 records of 100,000', async () => {
    const { read } = await tailWith(100_000, 99_963);
    expect(read?.bytesReceived).toBeLessThan(2000);
  });
  it('is empty when the log is not longer', async () => {
    for (const first of [500, 501, 9999]) {
      const { read, terminal } = await tailWith(500, first);
      expect(read?.totalRecords).toBe(500);
      expect(read?.bytes.length).toBe(0);
      expect(terminal.commands()).not.toContain(1504);
    }
    expect((await tailWith(20, 30)).read).toMatchObject({ totalRecords: 20 });
  });
  it('is not given when the terminal refuses offsets, answers short or has another record size', async () => {
    expect(
      (
        await tailWith(
          500,
          400,
          ranges((id) => [frame(2001, 0, id)]),
        )
      ).read,
    ).toBeNull();
    expect(
      (
        await tailWith(
          500,
          400,
          ranges((id) => [ok(id)]),
        )
      ).read,
    ).toBeNull();
    expect(
      (
        await tailWith(
          500,
          400,
          ranges((id, range) => [prepare(id, range.length), ok(id)]),
        )
      ).read,
    ).toBeNull();
    expect((await tailWith(500, 400, () => false, 49)).read).toBeNull();
  });
  it('is bounded by the capacity the terminal has stated', async () => {
    const bend: Bend = ({ code, replyId }, peer) => {
      if (code !== 1503) return false;
      // 40 × (100,000 + 1,000) + 4 is the most; this is one record more.
      peer.send(frame(2000, session, replyId, announcement(40 * 101_001 + 4)));
      return true;
    };
    const terminal = await startTinyTerminal(500, bend);
    open.push(terminal);
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port }, wallClock);
    await opened.readCounters();
    const tail = opened.readTail({ layout: 'zk40', strideBytes: 40, firstIndex: 100 });
    await expect(tail).rejects.toThrow(/READ_TOO_LARGE/);
    await opened.close();
  });
  it('can be followed by a whole read in the same session', async () => {
    const terminal = await startTinyTerminal(500);
    open.push(terminal);
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port }, wallClock);
    expect(await opened.readTail({ layout: 'zk40', strideBytes: 49, firstIndex: 3 })).toBeNull();
    expect((await opened.readLog()).totalRecords).toBe(500);
    await opened.close();
  });
});
