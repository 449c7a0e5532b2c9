import { afterEach, beforeEach, expect, it } from 'vitest';
import { CATALOGUE } from '../../device-sim/catalogue.ts';
import type { FaultOptions } from '../../device-sim/faults.ts';
import { ask, connected, openStage, type ReplyFields, readReply, request, type Stage } from './harness.ts';
import type { RawClient } from './raw-client.ts';

// Session 0x1F2E, true time 2024-03-01 08:00:00.
const GET_TIME = '5050827d08000000c90007e02e1f0100';
const EIGHT_OCLOCK = '5050827d0c000000d007342d2e1f0100807d4c2e';
const CONNECTED = '5050827d08000000d00701d92e1f0000';
const PREPARE_LOG = '5050827d13000000df05f0cd2e1f0100010d000000000000000000';

let stage: Stage;
let client: RawClient;

beforeEach(async () => {
  stage = await openStage({ knobs: { blockBytes: 1_008 } });
  for (let i = 0; i < 60; i += 1) stage.terminal.punch({ pin: '101' });
  client = await connected(stage);
});

afterEach(() => stage.end());

async function answerTo(requestHex: string, fault: FaultOptions): Promise<string> {
  stage.terminal.setFaults([{ times: 1, ...fault }]);
  client.send(requestHex);
  return client.readUntilQuiet();
}

/** Asks for all 2404 bytes of the log: blocks of 1008, 1008 and 388. */
async function transferWith(fault: FaultOptions, replies: number): Promise<ReplyFields[]> {
  client.send(PREPARE_LOG);
  expect(await client.read(29)).toBe('5050827d15000000d007b9a82e1f010000640900006409000056341200');
  stage.terminal.setFaults([{ times: 1, ...fault }]);
  client.send(request(1504, 2, '0000000064090000'));
  const seen: ReplyFields[] = [];
  for (let i = 0; i < replies; i += 1) seen.push(await readReply(client));
  expect(await client.readUntilQuiet()).toBe('');
  return seen;
}

const shape = (replies: ReplyFields[]): string[] =>
  replies.map(({ code, session, payload }) => `${code}/${code === 1501 ? session : ''}/${payload.length / 2}`);

const HONEST = ['1500//8', '1501/0/1008', '1501/1/1008', '1501/2/388', '2000//0'];

const HAPPENS: Record<string, () => Promise<void>> = {
  // A client that believes every packet is caught.
  async 'bad-checksum'() {
    expect(await answerTo(GET_TIME, { name: 'bad-checksum' })).toBe('5050827d0c000000d007352d2e1f0100807d4c2e');
  },

  async 'corrupt-payload'() {
    expect(await answerTo(GET_TIME, { name: 'corrupt-payload' })).toBe('5050827d0c000000d007342d2e1f0100807d5c2e');
  },

  // A client that takes the next packet for the answer is caught.
  async 'stale-reply'() {
    expect(await answerTo(GET_TIME, { name: 'stale-reply' })).toBe(CONNECTED + EIGHT_OCLOCK);
  },

  async 'foreign-reply'() {
    const answer = await answerTo(GET_TIME, { name: 'foreign-reply' });
    expect(answer.slice(0, 32)).toBe('5050827d08000000d00718d52e1fe903');
    expect(answer.slice(32)).toBe(EIGHT_OCLOCK);
  },

  async 'duplicate-reply'() {
    expect(await answerTo(GET_TIME, { name: 'duplicate-reply' })).toBe(EIGHT_OCLOCK + EIGHT_OCLOCK);
    client.send(request(1502, 2));
    await client.read(16);
    const seen = await transferAfter({ name: 'duplicate-reply', after: 1 }, 6);
    expect(shape(seen)).toEqual(['1500//8', '1501/0/1008', '1501/0/1008', '1501/1/1008', '1501/2/388', '2000//0']);
  },

  async 'inserted-event'() {
    const seen = await transferWith({ name: 'inserted-event', after: 2 }, 6);
    expect(shape(seen)).toEqual(['1500//8', '1501/0/1008', '500//32', '1501/1/1008', '1501/2/388', '2000//0']);
    expect(seen[2]?.replyId).toBe(0);
  },

  // A client that reads on after nonsense, or takes memory because it was told to, is caught.
  async 'garbage-reply'() {
    const answer = await answerTo(GET_TIME, { name: 'garbage-reply', bytes: 40 });
    expect(answer).toHaveLength(80);
    expect(answer.startsWith('5050827d')).toBe(false);
  },

  async 'controller-reply'() {
    expect(await answerTo(GET_TIME, { name: 'controller-reply' })).toBe('aa01c8040000000055');
  },

  async 'huge-length'() {
    expect(await answerTo(GET_TIME, { name: 'huge-length' })).toBe('5050827dffffffffd007342d2e1f0100807d4c2e');
  },

  async 'secure-magic'() {
    expect(await answerTo(GET_TIME, { name: 'secure-magic' })).toBe('5050837c0c000000d007342d2e1f0100807d4c2e');
  },

  async 'huge-size'() {
    const answer = await answerTo(PREPARE_LOG, { name: 'huge-size' });
    expect(answer.slice(32)).toBe('00ffffffffffffffff56341200');
  },

  // A client that trusts the closing OK, or the order, or the count of blocks, is caught.
  async 'truncated-transfer'() {
    const seen = await transferWith({ name: 'truncated-transfer' }, 5);
    expect(shape(seen)).toEqual(['1500//8', '1501/0/1008', '1501/1/1008', '1501/2/348', '2000//0']);
    expect(seen[0]?.payload).toBe('64090000f0030000');
  },

  async 'overlong-transfer'() {
    const seen = await transferWith({ name: 'overlong-transfer', bytes: 3 }, 5);
    expect(shape(seen)[3]).toBe('1501/2/391');
  },

  async 'lose-block'() {
    const seen = await transferWith({ name: 'lose-block' }, 4);
    expect(shape(seen)).toEqual(['1500//8', '1501/0/1008', '1501/2/388', '2000//0']);
  },

  async 'swap-blocks'() {
    const seen = await transferWith({ name: 'swap-blocks' }, 5);
    expect(shape(seen)).toEqual(['1500//8', '1501/1/1008', '1501/0/1008', '1501/2/388', '2000//0']);
  },

  async 'early-closing'() {
    const seen = await transferWith({ name: 'early-closing' }, 5);
    expect(shape(seen)).toEqual(['1500//8', '1501/0/1008', '1501/1/1008', '2000//0', '1501/2/388']);
  },

  async 'no-closing'() {
    expect(shape(await transferWith({ name: 'no-closing' }, 4))).toEqual(HONEST.slice(0, 4));
  },

  async 'endless-data'() {
    client.send(PREPARE_LOG);
    await client.read(29);
    stage.terminal.setFaults([{ name: 'endless-data', times: 1 }]);
    client.send(request(1504, 2, '0000000064090000'));
    for (const expected of HONEST) expect(shape([await readReply(client)])).toEqual([expected]);
    for (let i = 0; i < 500; i += 1) expect(shape([await readReply(client)])).toEqual(['1501/0/1024']);
  },
};

/** As `transferWith`, when reply ids 1 and 2 are used up. */
async function transferAfter(fault: FaultOptions, replies: number): Promise<ReplyFields[]> {
  await ask(client, 1503, 3, '010d000000000000000000');
  stage.terminal.setFaults([{ times: 1, ...fault }]);
  client.send(request(1504, 4, '0000000064090000'));
  const seen: ReplyFields[] = [];
  for (let i = 0; i < replies; i += 1) seen.push(await readReply(client));
  return seen;
}

it.each(Object.keys(HAPPENS))('%s', async (name) => {
  await HAPPENS[name]?.();
});

it('and no fault of packets is without its test', () => {
  const named = CATALOGUE.filter((fault) => fault.level === 'packets').map((fault) => fault.name);
  expect(Object.keys(HAPPENS).sort()).toEqual([...named].sort());
});

it('without faults the transfer is whole', async () => {
  const seen = await transferWith({ name: 'silent', command: 1 }, 5);
  expect(shape(seen)).toEqual(HONEST);
  const bytes = seen.filter((one) => one.code === 1501).map((one) => one.payload);
  expect(bytes.join('').slice(0, 8)).toBe('60090000');
  expect(bytes.join('').length / 2).toBe(2404);
});
