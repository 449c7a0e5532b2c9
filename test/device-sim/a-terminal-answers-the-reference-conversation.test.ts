import { afterEach, describe, expect, it } from 'vitest';
import { serveTerminal, type TerminalServer } from '../../device-sim/server.ts';
import { createTerminal, type Terminal } from '../../device-sim/terminal.ts';
import { bytesIn, openRawClient, type RawClient, unspaced } from './raw-client.ts';

// Origin: the worked conversation of docs/protocol.md, whose sources are named there: session 0x1F2E, thirty 40-byte records.

const running: { server: TerminalServer; clients: RawClient[] }[] = [];

afterEach(async () => {
  for (const { server, clients } of running.splice(0)) {
    for (const client of clients) client.close();
    await server.stop();
  }
});

async function open(terminal: Terminal): Promise<RawClient> {
  const server = await serveTerminal(terminal, { host: '127.0.0.1', port: 0 });
  const client = await openRawClient(server.port);
  running.push({ server, clients: [client] });
  return client;
}

async function exchange(client: RawClient, request: string, reply: string): Promise<void> {
  client.send(request);
  expect(await client.read(bytesIn(reply))).toBe(unspaced(reply));
}

/** 101, 102 and 103 punch in turn, once a minute from 2024-03-01 08:00, in and out. */
function terminalOfTheReference(): Terminal {
  let nowMs = Date.parse('2024-03-01T08:00:00Z');
  const terminal = createTerminal({
    serial: 'ABC1234567890',
    now: () => nowMs,
    clock: { zoneOffsetMinutes: 0 },
    knobs: { firstSessionId: 0x1f2e, blockBytes: 1008 },
    users: [{ pin: '101' }, { pin: '102' }, { pin: '103' }],
    counters: { fingers: 2, operationLog: 17, administrators: 1, passwords: 1 },
  });
  for (let i = 0; i < 30; i += 1) {
    terminal.punch({ pin: String(101 + (i % 3)), punchState: i % 2 });
    nowMs += 60_000;
  }
  return terminal;
}

const CONNECT = '5050827d08000000e80317fc00000000';
const CONNECTED = '5050827d08000000d00701d92e1f0000';

describe('the reference conversation', () => {
  it('comes out byte for byte', async () => {
    const client = await open(terminalOfTheReference());
    await exchange(client, CONNECT, CONNECTED);
    await exchange(
      client,
      '5050827d160000000b00c2972e1f01007e53657269616c4e756d62657200',
      '5050827d24000000d00774062e1f01007e53657269616c4e756d6265723d4142433132333435363738393000',
    );
    await exchange(
      client,
      '5050827d0800000032009de02e1f0200',
      '5050827d64000000d00789642e1f020000000000000000000000000000000000030000000000000002000000000000001e000000000000001100000000000000' +
        '0100000001000000b80b000010270000a0860100b60b00000d27000082860100000000000000000090010000',
    );
    await exchange(client, '5050827d0c000000eb03a7dc2e1f03003c000000', '5050827d08000000d007fed82e1f0300');
    await exchange(
      client,
      '5050827d13000000df05edcd2e1f0400010d000000000000000000',
      '5050827d15000000d007c0082e1f040000b4040000b404000056341200',
    );
    client.send('5050827d10000000e00538d62e1f050000000000b4040000');
    expect(await client.read(24)).toBe('5050827d10000000dc054cd22e1f0500b4040000f0030000');
    const first = await client.read(8 + 8 + 1008);
    expect(first.startsWith('5050827df8030000dd054d9900000500b00400000100313031')).toBe(true);
    const second = await client.read(8 + 8 + 196);
    expect(second.startsWith('5050827dcc000000dd05d98c01000500')).toBe(true);
    expect(await client.read(16)).toBe('5050827d08000000d007fcd82e1f0500');
    await exchange(
      client,
      '5050827d10000000e00537d62e1f06006404000050000000',
      '5050827d58000000dd05bd812e1f060002003130320000000000000000000000000000000000000000000110844c2e0000000000ff0000000300313033' +
        '000000000000000000000000000000000000000000014c844c2e0100000000ff000000',
    );
    await exchange(client, '5050827d08000000de05ecda2e1f0700', '5050827d08000000d007fad82e1f0700');
    await exchange(client, '5050827d08000000ea03dfdc2e1f0800', '5050827d08000000d007f9d82e1f0800');
    await exchange(client, '5050827d08000000e903dfdc2e1f0900', '5050827d08000000d007f8d82e1f0900');
  });

  it('sets the clock, and writes an operation of it', async () => {
    const terminal = terminalOfTheReference();
    const client = await open(terminal);
    await exchange(client, CONNECT, CONNECTED);
    await exchange(client, '5050827d0c000000ca0038342e1f0300807d4c2e', '5050827d08000000d007fed82e1f0300');
    expect(new Date(terminal.shownMs()).toISOString()).toBe('2024-03-01T08:00:00.000Z');
    expect(terminal.operations.bytes().length).toBe(16);
  });
});

describe('captured conversations', () => {
  it('a direct read of 124 bytes announces, sends, and closes with the size in the session field', async () => {
    const terminal = createTerminal({
      serial: 'A',
      now: () => Date.parse('2024-03-01T08:00:00Z'),
      clock: { zoneOffsetMinutes: 0 },
      knobs: { firstSessionId: 0x6ba0, blockBytes: 1008 },
    });
    for (let i = 0; i < 3; i += 1) terminal.punch({ pin: '101' });
    const client = await open(terminal);
    await exchange(client, '5050827d08000000e80316fc00000100', '5050827d08000000d0078e8ca06b0100');
    await exchange(client, '5050827d080000000d005094a06b0200', '5050827d10000000dc05158aa06b02007c000000f0030000');
    const data = await client.read(16 + 124);
    expect(data.slice(0, 24)).toBe(`5050827d84000000dd05${data.slice(20, 24)}`);
    expect(data.slice(32)).toBe(
      `78000000${'010031303100000000000000000000000000000000000000000001807d4c2e0000000000ff000000'.repeat(3)}`,
    );
    expect(await client.read(16)).toBe('5050827d08000000d007b1f77c000200');
    await exchange(client, '5050827d08000000e9037390a06b0300', '5050827d08000000d0078c8ca06b0300');
  });

  it('a comm key is asked for, checked with the ticks the client chose, and needed for everything', async () => {
    const terminal = createTerminal({ serial: 'A', knobs: { firstSessionId: 0x45cf, commKey: 12 } });
    const client = await open(terminal);
    await exchange(client, CONNECT, '5050827d08000000d5075bb2cf450000');
    // Sizes before the key: refused.
    await exchange(client, '5050827d080000003200fdb9cf450100', '5050827d08000000d5075ab2cf450100');
    // Key 45 is not the key.
    client.send('5050827d0c0000004e044cb0cf450200 61c9323c');
    expect((await client.read(16)).slice(16, 20)).toBe('d507');
    // Key 12 with ticks 50.
    client.send('5050827d0c0000004e044c2ccf450300 614d323c');
    expect((await client.read(16)).slice(16, 20)).toBe('d007');
    // State of the terminal, 0, in the session field.
    client.send('5050827d080000004000ecb9cf450400');
    expect((await client.read(16)).slice(24, 28)).toBe('0000');
  });
});
