import { afterEach, beforeEach, expect, it } from 'vitest';
import { CATALOGUE } from '../../device-sim/catalogue.ts';
import { connected, openStage, request, type Stage } from './harness.ts';
import { openRawClient, type RawClient } from './raw-client.ts';
import { openRawDatagrams, type RawDatagrams } from './raw-datagrams.ts';

// A reader that takes one piece for one frame, or one datagram for one answer, is caught by these.
const GET_TIME = '5050827d08000000c90007e02e1f0100';
const EIGHT_OCLOCK = '5050827d0c000000d007342d2e1f0100807d4c2e';
// The same without the TCP prefix.
const GET_TIME_DATAGRAM = 'c90007e02e1f0100';
const EIGHT_OCLOCK_DATAGRAM = 'd007342d2e1f0100807d4c2e';

let stage: Stage;
let client: RawClient;
const datagrams: RawDatagrams[] = [];

beforeEach(async () => {
  stage = await openStage({ knobs: { blockBytes: 1_008 } });
  for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
  client = await connected(stage);
});

afterEach(async () => {
  for (const one of datagrams.splice(0)) one.close();
  await stage.end();
});

async function datagramClient(): Promise<RawDatagrams> {
  const one = await openRawDatagrams(stage.server.port);
  datagrams.push(one);
  return one;
}

/** PREPARE_DATA 24 bytes, blocks of 1024 and 212 bytes, OK 16 bytes: the whole log of thirty in one go. */
const TRANSFER_BYTES = 24 + 16 + 1008 + 16 + 196 + 16;

async function readLog(): Promise<string> {
  client.send(request(1503, 1, '010d000000000000000000'));
  await client.read(29);
  const before = client.pieces.length;
  client.send(request(1504, 2, '00000000b4040000'));
  const hex = await client.read(TRANSFER_BYTES);
  pieces = client.pieces.slice(before);
  return hex;
}
let pieces: readonly number[] = [];

const HAPPENS: Record<string, () => Promise<void>> = {
  async segment() {
    const honest = await readLog();
    stage.terminal.setFaults([{ name: 'segment', bytes: 3, ms: 4, command: undefined }]);
    client.send(request(201, 3));
    const before = client.pieces.length;
    expect((await client.read(20)).slice(0, 8)).toBe('5050827d');
    const seen = client.pieces.slice(before);
    expect(seen.length).toBeGreaterThan(2);
    expect(seen[0]).toBe(3);
    stage.terminal.setFaults([{ name: 'segment', bytes: 1 }]);
    client.send(request(1504, 4, '00000000b4040000'));
    expect(withoutHeaders(await client.read(TRANSFER_BYTES))).toBe(withoutHeaders(honest));
  },

  async 'split-frame'() {
    stage.terminal.setFaults([{ name: 'split-frame', bytes: 5, ms: 20 }]);
    const before = client.pieces.length;
    client.send(GET_TIME);
    expect(await client.read(20)).toBe(EIGHT_OCLOCK);
    expect(client.pieces.slice(before)).toEqual([5, 15]);
  },

  async coalesce() {
    stage.terminal.setFaults([{ name: 'coalesce' }]);
    await readLog();
    expect(pieces).toEqual([TRANSFER_BYTES]);
  },

  async recut() {
    stage.terminal.setFaults([{ name: 'recut', bytes: 500, ms: 15 }]);
    await readLog();
    expect(pieces).toEqual([500, 500, TRANSFER_BYTES - 1000]);
  },

  async trickle() {
    stage.terminal.setFaults([{ name: 'trickle', ms: 5 }]);
    const before = client.pieces.length;
    client.send(GET_TIME);
    expect(await client.read(20)).toBe(EIGHT_OCLOCK);
    expect(client.pieces.slice(before).length).toBeGreaterThan(10);
  },

  async 'cut-after-bytes'() {
    // 16 bytes of CONNECT's answer have passed; the next 7 are the last.
    stage.terminal.setFaults([{ name: 'cut-after-bytes', bytes: 23 }]);
    client.send(GET_TIME);
    expect(await client.readToEnd()).toBe(EIGHT_OCLOCK.slice(0, 14));
  },

  async 'reset-after-bytes'() {
    const codes: string[] = [];
    client.socket.on('error', (error: NodeJS.ErrnoException) => codes.push(error.code ?? ''));
    stage.terminal.setFaults([{ name: 'reset-after-bytes', bytes: 23 }]);
    client.send(GET_TIME);
    await client.readToEnd();
    expect(codes).toEqual(['ECONNRESET']);
  },

  async 'lose-request'() {
    const udp = await datagramClient();
    await udp.ask('e80317fc00000000');
    stage.terminal.setFaults([{ name: 'lose-request', times: 1 }]);
    const served = stage.terminal.requests.length;
    udp.send('c90006e02f1f0100');
    expect(await udp.received(0)).toEqual([]);
    expect(stage.terminal.requests.length).toBe(served);
    udp.send('c90006e02f1f0100');
    expect(await udp.received(1)).toHaveLength(1);
  },

  async 'lose-datagram'() {
    const udp = await datagramOfFirstSession();
    stage.terminal.setFaults([{ name: 'lose-datagram', times: 1 }]);
    udp.send(GET_TIME_DATAGRAM);
    expect(await udp.received(0)).toEqual([]);
    // It was done: the identical datagram gets the stored reply.
    udp.send(GET_TIME_DATAGRAM);
    expect(await udp.received(1)).toEqual([EIGHT_OCLOCK_DATAGRAM]);
    expect(stage.terminal.requests.at(-1)?.outcome).toBe('resent');
  },

  async 'duplicate-datagram'() {
    const udp = await datagramOfFirstSession();
    stage.terminal.setFaults([{ name: 'duplicate-datagram', times: 1 }]);
    udp.send(GET_TIME_DATAGRAM);
    expect(await udp.received(2)).toEqual([EIGHT_OCLOCK_DATAGRAM, EIGHT_OCLOCK_DATAGRAM]);
  },

  async 'reorder-datagram'() {
    const udp = await datagramOfFirstSession();
    udp.send(packetOf(request(1503, 1, '010d000000000000000000')));
    await udp.received(1);
    stage.terminal.setFaults([{ name: 'reorder-datagram', times: 1, after: 1 }]);
    udp.send(packetOf(request(1504, 2, '00000000b4040000')));
    const answer = await udp.received(4);
    // Announcement, then block 1 before block 0, then the OK. Bytes 4 and 5 are the number of a block.
    expect(answer.map((hex) => hex.slice(0, 4))).toEqual(['dc05', 'dd05', 'dd05', 'd007']);
    expect(answer.slice(1, 3).map((hex) => hex.slice(8, 12))).toEqual(['0100', '0000']);
  },
};

/** The session 0x1F2E over UDP: the TCP client gives it back first. */
async function datagramOfFirstSession(): Promise<RawDatagrams> {
  client.send(request(1001, 1));
  await client.read(16);
  const udp = await datagramClient();
  expect(await udp.ask('e80317fc00000000')).toBe('d00701d92e1f0000');
  return udp;
}

const packetOf = (frame: string): string => frame.slice(16);

/** The payloads of PREPARE_DATA, two blocks and OK. */
function withoutHeaders(hex: string): string {
  return hex.slice(32, 48) + hex.slice(80, 80 + 2016) + hex.slice(80 + 2016 + 32, 80 + 2016 + 32 + 392);
}

it.each(Object.keys(HAPPENS))('%s', async (name) => {
  await HAPPENS[name]?.();
});

it('and no fault of bytes is without its test', () => {
  const named = CATALOGUE.filter((fault) => fault.level === 'bytes').map((fault) => fault.name);
  expect(Object.keys(HAPPENS).sort()).toEqual([...named].sort());
});

it('a frame cut at each of its bytes is still that frame', async () => {
  for (let at = 1; at < 20; at += 1) {
    stage.terminal.setFaults([{ name: 'split-frame', bytes: at, ms: 1 }]);
    const other = await openRawClient(stage.server.port);
    other.send('5050827d08000000e80317fc00000000');
    const id = (await other.read(16)).slice(24, 28);
    expect(id).not.toBe('0000');
    other.close();
  }
});
