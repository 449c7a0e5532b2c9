import { afterEach, beforeEach, expect, it } from 'vitest';
import { CATALOGUE } from '../../device-sim/catalogue.ts';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { ask, connected, openStage, readReply, request, type Stage } from './harness.ts';
import { openRawClient, type RawClient } from './raw-client.ts';

// Session 0x1F2E, true time 2024-03-01 08:00:00, thirty records of user 101.
const GET_TIME = '5050827d08000000c90007e02e1f0100';
const EIGHT_OCLOCK = '5050827d0c000000d007342d2e1f0100807d4c2e';
const ALL_OF_THE_LOG = '010d000000000000000000';

let stage: Stage;
let client: RawClient;

beforeEach(async () => {
  stage = await openStage({ knobs: { blockBytes: 1_008 }, users: [{ pin: '101' }] });
  for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
  client = await connected(stage);
});

afterEach(() => stage.end());

const once = (fault: FaultOptions): void => stage.terminal.setFaults([{ times: 1, ...fault }]);

/** The record counter: the i32 at offset 32. */
async function recordsTold(replyId: number): Promise<number> {
  const { payload } = await ask(client, 50, replyId);
  return Buffer.from(payload, 'hex').readInt32LE(32);
}

/** Total bytes of the prepared log. */
async function sizeTold(replyId: number): Promise<number> {
  const { payload } = await ask(client, 1503, replyId, ALL_OF_THE_LOG);
  return Buffer.from(payload, 'hex').readUInt32LE(1);
}

async function span(replyId: number, offset: number, size: number): Promise<string> {
  const asked = Buffer.alloc(8);
  asked.writeUInt32LE(offset, 0);
  asked.writeUInt32LE(size, 4);
  return (await ask(client, 1504, replyId, asked.toString('hex'))).payload;
}

async function registered(): Promise<void> {
  // REG_EVENT, attendance only.
  expect((await ask(client, 500, 1, '01000000')).code).toBe(2000);
}

const lastStamp = (): string | undefined => stage.terminal.ledger.entries.at(-1)?.recordHex.slice(54, 62);

const HAPPENS: Record<string, () => Promise<void>> = {
  async silent() {
    once({ name: 'silent', command: 202 });
    client.send(request(202, 1, 'ffbde42f'));
    expect(await client.readUntilQuiet()).toBe('');
    expect(new Date(stage.terminal.shownMs()).toISOString()).toBe('2024-12-31T23:59:59.000Z');
  },

  async stall() {
    once({ name: 'stall', ms: 300 });
    client.send(GET_TIME);
    expect(await client.readUntilQuiet(100)).toBe('');
    expect(await client.read(20)).toBe(EIGHT_OCLOCK);
  },

  async 'menu-open'() {
    once({ name: 'menu-open' });
    const other = await openRawClient(stage.server.port);
    other.send('5050827d08000000e80317fc00000000');
    expect(await other.readUntilQuiet()).toBe('');
    other.send('5050827d08000000e80317fc00000000');
    expect((await other.read(16)).slice(0, 20)).toBe('5050827d08000000d007');
    other.close();
  },

  async refuse() {
    once({ name: 'refuse', command: 1503, code: 4989 });
    expect((await ask(client, 201, 1)).code).toBe(2000);
    expect((await ask(client, 1503, 2, ALL_OF_THE_LOG)).code).toBe(4989);
    expect((await ask(client, 1504, 3, '0000000004000000')).code).toBe(2001);
  },

  async 'cut-before-reply'() {
    once({ name: 'cut-before-reply', command: 202 });
    client.send(request(202, 1, 'ffbde42f'));
    expect(await client.readToEnd()).toBe('');
    expect(new Date(stage.terminal.shownMs()).toISOString()).toBe('2024-12-31T23:59:59.000Z');
  },

  async 'cut-mid-chunk'() {
    await sizeTold(1);
    once({ name: 'cut-mid-chunk', after: 1 });
    client.send(request(1504, 2, '00000000b4040000'));
    // The announcement, a block of 1008, and half of the block of 196.
    expect((await client.readToEnd()).length / 2).toBe(24 + 16 + 1008 + 16 + 98);
  },

  async 'reboot-mid-read'() {
    await sizeTold(1);
    once({ name: 'reboot-mid-read', ms: 100 });
    client.send(request(1504, 2, '00000000b4040000'));
    expect((await client.readToEnd()).length / 2).toBe(24 + 16 + 504);
    const back = await comesBack(stage.server.port);
    // The old session is gone with the old life.
    back.send('5050827d08000000c90006e02e1f0200');
    expect(await back.readUntilQuiet()).toBe('');
    back.close();
    expect(stage.terminal.requests.at(-1)?.outcome).toBe('unknown-session');
  },

  async 'forget-session'() {
    once({ name: 'forget-session' });
    client.send(GET_TIME);
    client.send(request(201, 2));
    expect(await client.readUntilQuiet()).toBe('');
    expect(stage.terminal.requests.slice(-2).map((one) => one.outcome)).toEqual(['unknown-session', 'unknown-session']);
  },

  async 'punch-after-count'() {
    once({ name: 'punch-after-count' });
    expect(await recordsTold(1)).toBe(30);
    expect(await sizeTold(2)).toBe(4 + 31 * 40);
    expect(stage.terminal.ledger.entries).toHaveLength(31);
  },

  async 'punch-after-prepare'() {
    once({ name: 'punch-after-prepare' });
    expect(await sizeTold(1)).toBe(4 + 30 * 40);
    expect(await recordsTold(2)).toBe(31);
  },

  async 'clear-after-count'() {
    once({ name: 'clear-after-count' });
    expect(await recordsTold(1)).toBe(30);
    expect((await ask(client, 1503, 2, ALL_OF_THE_LOG)).code).toBe(2001);
    expect(stage.terminal.ledger.entries).toHaveLength(30);
  },

  async 'count-ahead'() {
    once({ name: 'count-ahead', bytes: 2 });
    expect([await recordsTold(1), await recordsTold(2)]).toEqual([32, 30]);
  },

  async 'count-behind'() {
    once({ name: 'count-behind' });
    expect([await recordsTold(1), await recordsTold(2)]).toEqual([29, 30]);
  },

  async 'lying-prefix'() {
    once({ name: 'lying-prefix' });
    await sizeTold(1);
    // 1204 instead of 1200.
    expect(await span(2, 0, 4)).toBe('b4040000');
  },

  async 'ragged-log'() {
    once({ name: 'ragged-log' });
    expect(await sizeTold(1)).toBe(4 + 30 * 40 + 7);
    expect(await span(2, 0, 4)).toBe('b7040000');
  },

  async 'spoil-record'() {
    await sizeTold(1);
    const before = await span(2, 4, 40);
    once({ name: 'spoil-record' });
    await sizeTold(3);
    const after = await span(4, 4, 40);
    // "101" has become "001": 0x31 and 0x30 differ in one bit.
    expect([before.slice(4, 10), after.slice(4, 10)]).toEqual(['313031', '303031']);
    expect(after.slice(10)).toBe(before.slice(10));
  },

  async impostor() {
    const key = Buffer.from('~SerialNumber\0').toString('hex');
    once({ name: 'impostor' });
    const told = [await ask(client, 11, 1, key), await ask(client, 11, 2, key)];
    expect(told.map((one) => Buffer.from(one.payload, 'hex').toString())).toEqual([
      '~SerialNumber=SIM1X\0',
      '~SerialNumber=SIM1\0',
    ]);
  },

  async 'impossible-date'() {
    once({ name: 'impossible-date' });
    stage.terminal.punch({ pin: '101' });
    expect(lastStamp()).toBe('80bb4a2e');
  },

  async 'zero-date'() {
    once({ name: 'zero-date' });
    stage.terminal.punch({ pin: '101' });
    expect(lastStamp()).toBe('00000000');
  },

  async 'future-date'() {
    once({ name: 'future-date' });
    stage.terminal.punch({ pin: '101' });
    expect(lastStamp()).toBe('ffffffff');
  },

  async 'lose-event'() {
    await registered();
    once({ name: 'lose-event' });
    stage.terminal.punch({ pin: '101' });
    stage.terminal.punch({ pin: '102' });
    expect((await readReply(client)).payload.slice(0, 6)).toBe('313032');
  },

  async 'duplicate-event'() {
    await registered();
    once({ name: 'duplicate-event' });
    stage.terminal.punch({ pin: '101' });
    const first = await readReply(client);
    expect(first.code).toBe(500);
    expect(await readReply(client)).toEqual(first);
  },

  async 'odd-event'() {
    await registered();
    once({ name: 'odd-event' });
    stage.terminal.punch({ pin: '101' });
    expect((await readReply(client)).payload.length / 2).toBe(21);
  },
};

async function comesBack(port: number): Promise<RawClient> {
  for (let tries = 0; tries < 200; tries += 1) {
    try {
      return await openRawClient(port);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
  }
  throw new Error('the terminal did not come back');
}

it.each(Object.keys(HAPPENS))('%s', async (name) => {
  await HAPPENS[name]?.();
});

it('and no fault of the device is without its test', () => {
  const named = CATALOGUE.filter((fault) => fault.level === 'device').map((fault) => fault.name);
  expect(Object.keys(HAPPENS).sort()).toEqual([...named].sort());
});

it('faults are seeded, and any number of them work together', async () => {
  const struck = async (seed: number): Promise<string> => {
    const other = await openStage({
      seed,
      faults: [
        { name: 'count-ahead', chance: 0.5 },
        { name: 'count-behind', chance: 0.5 },
      ],
    });
    const asking = await connected(other);
    let seen = '';
    for (let id = 1; id <= 24; id += 1) {
      const { payload } = await ask(asking, 50, id);
      seen += Buffer.from(payload, 'hex').readInt32LE(32);
    }
    await other.end();
    return seen;
  };
  const first = await struck(11);
  expect(await struck(11)).toBe(first);
  expect(await struck(12)).not.toBe(first);
});
