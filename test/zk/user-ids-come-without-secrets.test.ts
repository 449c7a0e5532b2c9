import { afterEach, describe, expect, it } from 'vitest';
import { decodeRecords } from '../../src/zk/records.ts';
import { openTerminal } from '../../src/zk/terminal.ts';
import { decodePins } from '../../src/zk/users.ts';
import { bytes } from '../vectors/bytes.ts';
import { users } from '../vectors/users.ts';
import { frame } from './tools/literal-server.ts';
import {
  announcement,
  datasetOf,
  rangeFrames,
  session,
  startTinyTerminal,
  type TinyTerminal,
} from './tools/tiny-terminal.ts';
import { wallClock } from './tools/wall-clock.ts';

let terminal: TinyTerminal | null = null;
afterEach(async () => {
  await terminal?.close();
  terminal = null;
});

describe('a user table', () => {
  it('gives ids by index, from records of 28 and 72 bytes, and nothing else', () => {
    for (const record of [users.small, users.large]) {
      const pins = decodePins(bytes(record), 1);
      expect([...pins]).toEqual([[5, '1005']]);
      expect(JSON.stringify([...pins])).not.toMatch(/Ana|1234567|"1234"/);
    }
  });
  it('of a size both could have is decided by the count', () => {
    const small = Buffer.concat(Array.from({ length: 18 }, () => bytes(users.small)));
    const large = Buffer.concat(Array.from({ length: 7 }, () => bytes(users.large)));
    expect([...decodePins(small, 18).values()]).toEqual(['1005']);
    expect([...decodePins(large, 7).values()]).toEqual(['1005']);
    expect([...decodePins(large, null).values()]).toEqual(['1005']);
  });
  it('skips slots of deleted users', () => {
    expect([...decodePins(bytes(`${users.small} 00*28`), 2).keys()]).toEqual([5]);
  });
  it('of unknown form is refused', () => {
    expect(() => decodePins(new Uint8Array(120).fill(1), 1)).toThrow(/ZK_UNSUPPORTED/);
    expect(() => decodePins(new Uint8Array(29).fill(1), 1)).toThrow(/ZK_UNSUPPORTED/);
  });
  it('that is empty gives nothing', () => {
    expect(decodePins(new Uint8Array(0), 0).size).toBe(0);
  });
});

it('an 8-byte log is read with the printed ids', async () => {
  const userTable = datasetOf(50, 28, (index) => {
    const user = Buffer.from(bytes(users.small));
    user.writeUInt16LE(index + 1, 0);
    user.writeUInt32LE(7000 + index, 24);
    return user;
  });
  const log = datasetOf(300, 8, (index) => {
    const record = Buffer.alloc(8);
    record.writeUInt16LE(1 + (index % 50), 0);
    record.writeUInt8(0x28, 2);
    record.writeUInt32LE(0x2e4c7d80 + index, 4);
    return record;
  });
  terminal = await startTinyTerminal(0, ({ code, replyId, payload }, peer, self) => {
    // Which dataset is prepared: attendance (13) or users (9, table 5).
    if (code !== 1503) return false;
    const asked = payload.toString('hex');
    expect(['010d000000000000000000', '0109000500000000000000']).toContain(asked);
    self.dataset = asked.startsWith('010d') ? log : userTable;
    peer.send(frame(2000, session, replyId, announcement(self.dataset.length)));
    return true;
  });
  terminal.count = 300;
  const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port }, wallClock);
  const read = await opened.readLog();
  const pins = await opened.readPins();
  const tail = await opened.readTail({ layout: 'zk8', strideBytes: 8, firstIndex: 298 });
  await opened.close();
  expect(read).toMatchObject({ layout: 'zk8', strideBytes: 8, totalRecords: 300 });
  const records = [...decodeRecords(read.layout, read.strideBytes, read.bytes, pins)];
  expect(records.map((record) => record.pin).slice(48, 52)).toEqual(['7048', '7049', '7000', '7001']);
  expect(records.every((record) => record.punchState === 1 && record.verifyMode === 1)).toBe(true);
  expect(tail?.bytes.length).toBe(16);
});

it('a terminal that counts users and gives none has lost them on the way', async () => {
  // 1503 answered by "nothing"; the direct read by its closing OK alone, as when the datagrams before it were lost.
  for (const quirks of [[], ['readDirectly']] as const) {
    terminal = await startTinyTerminal(3, ({ code, replyId }, peer) => {
      if (code === 1503) peer.send(frame(2001, session, replyId));
      else if (code === 9) peer.send(frame(2000, 172, replyId));
      else return false;
      return true;
    });
    const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port, quirks }, wallClock);
    await expect(opened.readPins()).rejects.toThrow(/READ_INCOMPLETE/);
    await opened.close();
    await terminal.close();
  }
});

it('the end of a compressed 8-byte log is not read by position', async () => {
  const mixed = Buffer.concat([
    bytes('08010000'),
    ...Array.from({ length: 22 }, (_, index) => (index % 2 === 0 ? bytes('0700 08 00 a8eba71e') : bytes('0800 0c 3c'))),
  ]);
  mixed.writeUInt32LE(mixed.length - 4, 0);
  terminal = await startTinyTerminal(0);
  terminal.dataset = mixed;
  terminal.count = 22;
  const opened = await openTerminal({ host: '127.0.0.1', port: terminal.port }, wallClock);
  const read = await opened.readLog();
  expect(read).toMatchObject({ layout: 'zk8', strideBytes: 8, totalRecords: 22 });
  expect(await opened.readTail({ layout: 'zk8', strideBytes: 8, firstIndex: 10 })).toBeNull();
  await opened.close();
});

it('the old direct read gives the same log when it is asked for', async () => {
  terminal = await startTinyTerminal(200, ({ code, replyId }, peer, self) => {
    if (code === 1503) peer.send(frame(2001, session, replyId));
    else if (code === 13) peer.send(Buffer.concat(rangeFrames(replyId, self.dataset, 1008)));
    else return false;
    return true;
  });
  const target = { host: '127.0.0.1', port: terminal.port };
  const plain = await openTerminal(target, wallClock);
  await expect(plain.readLog()).rejects.toThrow(/READ_CONTRADICTS_COUNTER/);
  await plain.close();
  const direct = await openTerminal({ ...target, quirks: ['readDirectly'] }, wallClock);
  const read = await direct.readLog();
  expect(read.totalRecords).toBe(200);
  expect(Buffer.compare(read.bytes, terminal.dataset.subarray(4))).toBe(0);
  expect(await direct.readTail({ layout: 'zk40', strideBytes: 40, firstIndex: 190 })).toBeNull();
  await direct.close();
});
