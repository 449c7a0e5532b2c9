import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createRandom } from '../../device-sim/random.ts';
import { ask, connected, openStage, readReply, request, type Stage } from './harness.ts';
import { openRawClient, type RawClient } from './raw-client.ts';
import { openRawDatagrams } from './raw-datagrams.ts';

// docs/protocol.md, "Reply ids", "Other drop rules", "Prepare", "Read". Session 0x1F2E throughout.
const GET_TIME_ID_1 = '5050827d08000000c90007e02e1f0100';
const EIGHT_OCLOCK_ID_1 = '5050827d0c000000d007342d2e1f0100807d4c2e';

let stage: Stage;
let client: RawClient;

beforeEach(async () => {
  stage = await openStage();
  client = await connected(stage);
});

afterEach(() => stage.end());

const outcomes = (): string[] => stage.terminal.requests.map((one) => one.outcome);

describe('in silence', () => {
  it('drops a request with a wrong checksum, and serves the next', async () => {
    client.send('5050827d08000000c90008e02e1f0100');
    client.send(GET_TIME_ID_1);
    expect(await client.readUntilQuiet()).toBe(EIGHT_OCLOCK_ID_1);
    expect(outcomes()).toEqual(['served', 'bad-packet', 'served']);
  });

  it('drops a request in a session nobody opened', async () => {
    // The same request in session 0x1F2F, its checksum right.
    client.send('5050827d08000000c90006e02f1f0100');
    expect(await client.readUntilQuiet()).toBe('');
    expect(outcomes()).toEqual(['served', 'unknown-session']);
  });

  it('drops a lower reply id than the last', async () => {
    expect((await ask(client, 201, 7)).code).toBe(2000);
    client.send(request(201, 6));
    expect(await client.readUntilQuiet()).toBe('');
    expect((await ask(client, 201, 8)).code).toBe(2000);
    expect(outcomes()).toEqual(['served', 'served', 'lower-reply-id', 'served']);
  });

  it('lets ids start again only after 65535', async () => {
    expect((await ask(client, 201, 65_535)).code).toBe(2000);
    expect((await ask(client, 201, 1)).replyId).toBe(1);
  });
});

describe('the same reply id again', () => {
  it('gets the stored reply, and the request is not done twice', async () => {
    client.send(GET_TIME_ID_1);
    expect(await client.read(20)).toBe(EIGHT_OCLOCK_ID_1);
    stage.moveBy(60_000);
    client.send(GET_TIME_ID_1);
    expect(await client.read(20)).toBe(EIGHT_OCLOCK_ID_1);
    expect(outcomes()).toEqual(['served', 'served', 'resent']);
  });

  it('clears no log a second time', async () => {
    const set = request(202, 1, '807d4c2e');
    client.send(set);
    await readReply(client);
    client.send(set);
    await readReply(client);
    expect(stage.terminal.clock.changes).toHaveLength(1);
  });
});

describe('refuses', () => {
  it.each([10, 12])('a 1503 of %i bytes', async (length) => {
    stage.terminal.punch({ pin: '101' });
    const payload = '010d000000000000000000'.padEnd(24, '0').slice(0, length * 2);
    expect((await ask(client, 1503, 1, payload)).code).toBe(2001);
  });

  it.each([7, 9])('a 1504 of %i bytes', async (length) => {
    for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
    expect((await ask(client, 1503, 1, '010d000000000000000000')).payload).toBe('00b4040000b404000056341200');
    expect((await ask(client, 1504, 2, '000000000400000000'.slice(0, length * 2))).code).toBe(2001);
  });

  it('a span beyond the buffer, and any span before 1503 or after 1502', async () => {
    for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
    expect((await ask(client, 1504, 1, '0000000004000000')).code).toBe(2001);
    await ask(client, 1503, 2, '010d000000000000000000');
    expect((await ask(client, 1504, 3, 'b004000004000000')).code).toBe(1501);
    expect((await ask(client, 1504, 4, 'b004000005000000')).code).toBe(2001);
    await ask(client, 1502, 5);
    expect((await ask(client, 1504, 6, '0000000004000000')).code).toBe(2001);
  });

  it('an empty log', async () => {
    expect((await ask(client, 1503, 1, '010d000000000000000000')).code).toBe(2001);
  });

  it('a command it does not know, with 65535', async () => {
    expect((await ask(client, 4711, 1)).code).toBe(65_535);
  });

  it('an option it does not have, but knows one with or without the tilde', async () => {
    expect((await ask(client, 11, 1, Buffer.from('NoSuchThing\0').toString('hex'))).code).toBe(2001);
    const reply = await ask(client, 11, 2, Buffer.from('SerialNumber\0').toString('hex'));
    expect(Buffer.from(reply.payload, 'hex').toString()).toBe('~SerialNumber=SIM1\0');
  });

  it('a stream that does not begin with the magic, by closing', async () => {
    client.send('5050827c08000000');
    expect(await client.readToEnd()).toBe('');
  });

  it('a request longer than its inbound buffer, by closing, without waiting for the rest', async () => {
    client.send('5050827d09040000');
    expect(await client.readToEnd()).toBe('');
  });
});

describe('what is inline', () => {
  it('is a dataset of up to 1024 bytes: 25 records of 40', async () => {
    for (let i = 0; i < 25; i += 1) stage.terminal.punch({ pin: '101' });
    const reply = await ask(client, 1503, 1, '010d000000000000000000');
    expect([reply.code, reply.payload.length / 2]).toEqual([1501, 1004]);
    stage.terminal.punch({ pin: '101' });
    expect((await ask(client, 1503, 2, '010d000000000000000000')).code).toBe(2000);
  });

  it('is a span of up to 1024 bytes', async () => {
    for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
    await ask(client, 1503, 1, '010d000000000000000000');
    expect((await ask(client, 1504, 2, '0400000000040000')).code).toBe(1501);
    expect((await ask(client, 1504, 3, '0400000001040000')).code).toBe(1500);
  });
});

it('a disabled terminal takes no punch, until its time is up or the last client has gone', async () => {
  await ask(client, 1003, 1, '3c000000');
  expect(stage.terminal.punch({ pin: '101' })).toBeUndefined();
  stage.moveBy(60_000);
  expect(stage.terminal.punch({ pin: '101' })).toBeDefined();
  await ask(client, 1003, 2);
  stage.moveBy(3_600_000);
  expect(stage.terminal.punch({ pin: '101' })).toBeUndefined();
  await ask(client, 1001, 3);
  expect(stage.terminal.punch({ pin: '101' })).toBeDefined();
});

it('a timed DISABLE counts from the last request of anybody', async () => {
  await ask(client, 1003, 1, '3c000000');
  stage.moveBy(50_000);
  await ask(client, 201, 2);
  stage.moveBy(50_000);
  expect(stage.terminal.punch({ pin: '101' })).toBeUndefined();
  stage.moveBy(10_000);
  expect(stage.terminal.punch({ pin: '101' })).toBeDefined();
});

it('random bytes break a connection at most, never the terminal', async () => {
  const random = createRandom(20_240_301);
  for (let round = 0; round < 40; round += 1) {
    const bytes = Buffer.from(Array.from({ length: random.integer(1, 200) }, () => random.integer(0, 255)));
    // Half of them begin as a frame does, so that what follows is read as one.
    if (random.chance(0.5)) Buffer.from('5050827d', 'hex').copy(bytes);
    const other = await openRawClient(stage.server.port);
    other.send(bytes.toString('hex'));
    other.socket.end();
    await other.readToEnd();
    const udp = await openRawDatagrams(stage.server.port);
    udp.send(bytes.toString('hex'));
    udp.close();
  }
  client.send(GET_TIME_ID_1);
  expect(await client.read(20)).toBe(EIGHT_OCLOCK_ID_1);
});

it('a snapshot does not see what happens after 1503', async () => {
  for (let i = 0; i < 30; i += 1) stage.terminal.punch({ pin: '101' });
  await ask(client, 1503, 1, '010d000000000000000000');
  stage.terminal.punch({ pin: '102' });
  stage.terminal.clearLog();
  const tail = await ask(client, 1504, 2, '8c04000028000000');
  expect(tail.payload).toBe('010031303100000000000000000000000000000000000000000001807d4c2e0000000000ff000000');
});

it('records what it was asked and how many bytes went over the wire', async () => {
  client.send(GET_TIME_ID_1);
  await client.read(20);
  expect(stage.terminal.requests.map((one) => [one.command, one.payloadBytes])).toEqual([
    [1000, 0],
    [201, 0],
  ]);
  expect(stage.terminal.journal.connections[0]).toMatchObject({ bytesReceived: 32, bytesSent: 36 });
});
