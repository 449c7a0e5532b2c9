import { once } from 'node:events';
import { connect } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { PROFILES } from '../../device-sim/profiles.ts';
import type { TerminalOptions } from '../../device-sim/terminal.ts';
import { ask, connected, openStage, type ReplyFields, readReply, request, type Stage } from './harness.ts';
import { openRawClient, type RawClient } from './raw-client.ts';
import { openRawDatagrams } from './raw-datagrams.ts';

// Session 0x1F2E. User 4242 has uid 1 and punches at 2024-03-01 08:00:00 (packed 807d4c2e), state 1, finger.
const ALL_OF_THE_LOG = '010d000000000000000000';
const stages: Stage[] = [];

afterEach(async () => {
  for (const stage of stages.splice(0)) await stage.end();
});

async function stageOf(profile: string, options: Partial<TerminalOptions> = {}): Promise<Stage> {
  const stage = await openStage({ profile, users: [{ pin: '4242', name: 'Ana' }], ...options });
  stages.push(stage);
  return stage;
}

function punches(stage: Stage, count: number): void {
  for (let i = 0; i < count; i += 1) {
    stage.terminal.punch({ pin: '4242', punchState: 1, workCode: 7 });
    stage.moveBy(60_000);
  }
}

async function prepared(profile: string, options: Partial<TerminalOptions> = {}): Promise<ReplyFields> {
  const stage = await stageOf(profile, options);
  punches(stage, 1);
  return ask(await connected(stage), 1503, 1, ALL_OF_THE_LOG);
}

const ID_24 = `34323432${'00'.repeat(20)}`;
const RECORD_40 = `0100${ID_24}01807d4c2e0107000000ff000000`;

describe('record layouts', () => {
  it.each([
    ['tft-40', `28000000${RECORD_40}`],
    ['vl-49', `31000000${RECORD_40}000000000000000000`],
    ['bw-8', '0800000001002800807d4c2e'],
    ['bw-16', '1000000092100000807d4c2e0101ff0007000000'],
    ['ring-log', `28000000${RECORD_40.slice(0, -8)}00000000`],
  ])('%s', async (profile, dataset) => {
    expect((await prepared(profile)).payload).toBe(dataset);
  });

  it('bw-8-short: one long record, then a short one 60 s later', async () => {
    const stage = await stageOf('bw-8-short');
    punches(stage, 2);
    const reply = await ask(await connected(stage), 1503, 1, ALL_OF_THE_LOG);
    expect(reply.payload).toBe('0c00000001002800807d4c2e01002c3c');
  });
});

describe('users', () => {
  it.each([
    ['tft-40', 72],
    ['bw-8', 28],
    ['bw-16', 28],
    ['vl-49', 72],
  ])('%s: %i bytes', async (profile, bytes) => {
    const client = await connected(await stageOf(profile));
    const reply = await ask(client, 1503, 1, '0109000500000000000000');
    expect(reply.payload.length / 2).toBe(4 + bytes);
    expect(reply.payload.slice(8, 12)).toBe('0100');
  });
});

describe('counters', () => {
  it.each([
    ['bw-8', 80],
    ['tft-40', 92],
    ['vl-49', 112],
    ['wl-22', 4],
  ])('%s: %i bytes', async (profile, bytes) => {
    const client = await connected(await stageOf(profile));
    expect((await ask(client, 50, 1)).payload.length / 2).toBe(bytes);
  });
});

async function readAll(client: RawClient, replyId: number, size: number, replies: number): Promise<string[]> {
  const asked = Buffer.alloc(8);
  asked.writeUInt32LE(size, 4);
  client.send(request(1504, replyId, asked.toString('hex')));
  const seen: string[] = [];
  for (let i = 0; i < replies; i += 1) {
    const { code, session, payload } = await readReply(client);
    seen.push(`${code} ${session.toString(16)} ${payload.length / 2}`);
  }
  return seen;
}

describe('shapes of a read of thirty records', () => {
  it.each([
    ['tft-40', 2000, ['1500 1f2e 8', '1501 0 1204', '2000 1f2e 0']],
    ['slow-1008', 2000, ['1500 1f2e 8', '1501 0 1008', '1501 1 196', '2000 1f2e 0']],
    ['always-prepare', 2000, ['1500 1f2e 8', '1501 0 1204', '2000 0 0']],
    ['prepare-twice', 2000, ['1500 1f2e 8', '1500 1f2e 8', '1501 0 1204', '2000 1f2e 0']],
    ['inline-variants', 1500, ['1500 1f2e 8', '1501 0 1204', '2000 1f2e 0']],
  ])('%s', async (profile, code, shape) => {
    const stage = await stageOf(profile);
    punches(stage, 30);
    const client = await connected(stage);
    const reply = await ask(client, 1503, 1, ALL_OF_THE_LOG);
    expect([reply.code, reply.payload]).toEqual([code, '00b4040000b404000056341200']);
    expect(await readAll(client, 2, 1204, shape.length)).toEqual(shape);
  });

  it('always-prepare answers even 4 bytes with PREPARE_DATA, inline-variants small logs inline but no span', async () => {
    for (const profile of ['always-prepare', 'inline-variants']) {
      const stage = await stageOf(profile);
      punches(stage, 2);
      const client = await connected(stage);
      const reply = await ask(client, 1503, 1, ALL_OF_THE_LOG);
      expect(reply.code).toBe(profile === 'always-prepare' ? 2000 : 1501);
      expect(await readAll(client, 2, 4, 3)).toEqual(
        profile === 'always-prepare'
          ? ['1500 1f2e 8', '1501 0 4', '2000 0 0']
          : ['1500 1f2e 8', '1501 0 4', '2000 1f2e 0'],
      );
    }
  });

  it('wl-22 gives 4096 bytes at once and no more', async () => {
    const stage = await stageOf('wl-22');
    punches(stage, 300);
    const client = await connected(stage);
    const reply = await ask(client, 1503, 1, ALL_OF_THE_LOG);
    expect([reply.code, reply.payload.length / 2, reply.payload.slice(0, 8)]).toEqual([1501, 4096, 'c8190000']);
    expect(reply.payload.slice(8, 52)).toBe('01003432343200000000000000807d4c2e0000000000');
    expect((await ask(client, 1504, 2, '0000000004000000')).code).toBe(2001);
  });
});

describe('full logs', () => {
  it('ring-log overwrites in place', async () => {
    const stage = await stageOf('ring-log', { recordCapacity: 3 });
    punches(stage, 5);
    const { payload } = await ask(await connected(stage), 1503, 1, ALL_OF_THE_LOG);
    const indexes = [0, 1, 2].map((at) => payload.slice(8 + at * 80 + 72, 8 + at * 80 + 80));
    expect(indexes).toEqual(['03000000', '04000000', '02000000']);
    expect(stage.terminal.options.get('ISLR')).toBe('1');
  });

  it('ring-log overwrites no byte under a reader who has prepared before', async () => {
    const stage = await stageOf('ring-log', { recordCapacity: 3 });
    punches(stage, 3);
    const client = await connected(stage);
    const before = (await ask(client, 1503, 1, ALL_OF_THE_LOG)).payload;
    punches(stage, 2);
    expect((await ask(client, 1504, 2, '000000007c000000')).payload).toBe(before);
    expect((await ask(client, 1503, 3, ALL_OF_THE_LOG)).payload).not.toBe(before);
  });

  it('drop-oldest moves the rest to the front', async () => {
    const stage = await stageOf('drop-oldest', { recordCapacity: 4, whenFull: { kind: 'drop-oldest', records: 2 } });
    punches(stage, 5);
    const { payload } = await ask(await connected(stage), 1503, 1, ALL_OF_THE_LOG);
    expect(payload.slice(0, 8)).toBe('78000000');
    // The third punch, at 08:02:00, is the first that is left.
    expect(payload.slice(8 + 54, 8 + 62)).toBe('f87d4c2e');
    expect(stage.terminal.options.get('DelRecord')).toBe('2');
  });

  it('tft-40 takes no more, and the ledger knows of none', async () => {
    const stage = await stageOf('tft-40', { recordCapacity: 3 });
    punches(stage, 5);
    expect([stage.terminal.log.count, stage.terminal.ledger.entries.length]).toEqual([3, 3]);
  });
});

describe('who is served, and how', () => {
  it('one-client closes a second connection and goes on with the first', async () => {
    const stage = await stageOf('one-client');
    const first = await connected(stage);
    const second = await stage.client();
    second.send('5050827d08000000e80317fc00000000');
    expect(await second.readToEnd()).toBe('');
    expect((await ask(first, 201, 1)).code).toBe(2000);
  });

  it('or lets the second client wait for ever', async () => {
    const stage = await stageOf('one-client', { knobs: { secondClient: 'hangs' } });
    await connected(stage);
    const second = await stage.client();
    second.send('5050827d08000000e80317fc00000000');
    expect(await second.readUntilQuiet()).toBe('');
    expect(second.socket.destroyed).toBe(false);
  });

  it('or resets it', async () => {
    const stage = await stageOf('one-client', { knobs: { secondClient: 'reset' } });
    await connected(stage);
    const socket = connect(stage.server.port, '127.0.0.1');
    const [error] = await once(socket, 'error');
    expect(error.code).toBe('ECONNRESET');
  });

  it('secure-6001 answers CONNECT by 6001 and everything else by silence', async () => {
    const stage = await stageOf('secure-6001');
    const client = await stage.client();
    client.send('5050827d08000000e80317fc00000000');
    expect((await readReply(client)).code).toBe(6001);
    client.send(request(201, 1));
    expect(await client.readUntilQuiet()).toBe('');
  });

  it('freezes-on-bare-connect serves nobody while a bare connection is open', async () => {
    const stage = await stageOf('freezes-on-bare-connect', { knobs: { bareConnectFreezeMs: 400 } });
    await openRawClient(stage.server.port).then((bare) => bare.close());
    const client = await stage.client();
    client.send('5050827d08000000e80317fc00000000');
    expect(await client.readUntilQuiet(100)).toBe('');
    expect(await client.read(16)).toBe('5050827d08000000d00701d92e1f0000');
  });

  it('freezes-on-bare-connect never hears a connection whose first prefix came in pieces', async () => {
    const stage = await stageOf('freezes-on-bare-connect', { knobs: { bareConnectFreezeMs: 100 } });
    const client = await stage.client();
    client.send('5050827d');
    await new Promise((resolve) => setTimeout(resolve, 30));
    client.send('08000000e80317fc00000000');
    expect(await client.readUntilQuiet()).toBe('');
    expect(stage.terminal.requests).toHaveLength(0);
  });

  it('silent-on-lower-reply-id does not even start again after 65535', async () => {
    const client = await connected(await stageOf('silent-on-lower-reply-id'));
    expect((await ask(client, 201, 65_535)).code).toBe(2000);
    client.send(request(201, 1));
    expect(await client.readUntilQuiet()).toBe('');
  });

  it('reboots-mid-read breaks off its first transfer, and only that', async () => {
    const stage = await stageOf('reboots-mid-read');
    punches(stage, 30);
    const client = await connected(stage);
    await ask(client, 1503, 1, ALL_OF_THE_LOG);
    client.send(request(1504, 2, '00000000b4040000'));
    expect((await client.readToEnd()).length / 2).toBe(24 + 16 + 504);
    const reachable = (): Promise<boolean> =>
      openRawClient(stage.server.port).then(
        (probe) => {
          probe.close();
          return true;
        },
        () => false,
      );
    await expect.poll(reachable, { timeout: 8_000 }).toBe(true);
    const again = await connected(stage);
    await ask(again, 1503, 1, ALL_OF_THE_LOG);
    expect(await readAll(again, 2, 1204, 4)).toEqual(['1500 1f2e 8', '1501 0 1008', '1501 1 196', '2000 1f2e 0']);
  });

  it('stale-replies sends some answers twice', async () => {
    const client = await connected(await stageOf('stale-replies'));
    for (let id = 1; id <= 30; id += 1) client.send(request(201, id));
    const bytes = (await client.readUntilQuiet(300)).length / 2;
    expect(bytes).toBeGreaterThan(30 * 20);
    expect(bytes).toBeLessThanOrEqual(60 * 20);
  });

  it('udp-only listens on UDP alone, with datagrams of at most 1032 bytes', async () => {
    const stage = await stageOf('udp-only');
    punches(stage, 200);
    await expect(openRawClient(stage.server.port)).rejects.toThrow('ECONNREFUSED');
    const udp = await openRawDatagrams(stage.server.port);
    expect(await udp.ask('e80317fc00000000')).toBe('d00701d92e1f0000');
    await udp.ask(request(1503, 1, ALL_OF_THE_LOG).slice(16));
    udp.send(request(1504, 2, '0000000044060000').slice(16));
    const answer = await udp.received(4);
    // 1604 bytes: announced with blocks of 1024; the OK carries the size, 0x0644.
    expect(answer.map((hex) => hex.length / 2)).toEqual([16, 1032, 588, 8]);
    expect(answer[0]?.slice(16)).toBe('4406000000040000');
    expect(answer[3]?.slice(8, 12)).toBe('4406');
    udp.close();
  });
});

it('every profile has a name of its own and opens', async () => {
  expect(new Set(PROFILES.map((profile) => profile.name)).size).toBe(PROFILES.length);
  for (const profile of PROFILES) {
    const stage = await stageOf(profile.name);
    expect(stage.terminal.profile.name).toBe(profile.name);
    await stages.pop()?.end();
  }
});
