import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startFleet } from '../../device-sim/fleet.ts';
import type { ScenarioOptions } from '../../device-sim/scenario.ts';
import { inProcess } from './in-process.ts';

type ScenarioTerminal = NonNullable<ScenarioOptions['terminals']>[number];

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-capture-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function against(terminal: ScenarioTerminal, args: readonly string[]) {
  const fleet = await startFleet({ seed: 7, scenario: { terminals: [terminal] } });
  try {
    const [command = '', ...options] = args;
    return await inProcess([command, `127.0.0.1:${fleet.terminals[0]?.port}`, ...options, '--lang', 'en']);
  } finally {
    await fleet.stop();
  }
}

/** A scanner whose users are read together with its log, so that everything secret goes over the wire. */
const keyed: ScenarioTerminal = {
  serial: 'SECRET77',
  profile: 'bw-8',
  users: 9,
  history: 30,
  knobs: { commKey: 12, firstSessionId: 0x1f2e },
};
const hexOf = (text: string): string => Buffer.from(text, 'latin1').toString('hex');
const secrets = {
  // Key 12 scrambled for session 0x1f2e, as in test/zk.
  'the scrambled comm key': '614d3266',
  'the serial': hexOf('SECRET77'),
  'a name': hexOf('User 1001'.slice(0, 8)),
  // 1002 as a 32-bit number, in a record of 28 bytes.
  'a user id': 'ea030000',
};

describe('a capture', () => {
  it('holds none of what an unredacted one holds, and only its owner may read it', async () => {
    const [plain, hidden] = [join(folder, 'plain'), join(folder, 'hidden')];
    const open = await against(keyed, ['read', '--comm-key', '12', '--capture', plain, '--unredacted']);
    expect(open).toMatchObject({ code: 0, stderr: expect.stringContaining('WARNING: this capture holds serials') });
    await writeFile(hidden, 'from before', { mode: 0o644 });
    const closed = await against(keyed, ['read', '--comm-key', '12', '--capture', hidden]);
    expect(closed).toMatchObject({ code: 0, stderr: expect.stringContaining('in it are blanked') });
    const [everything, little] = [await readFile(plain, 'utf8'), await readFile(hidden, 'utf8')];
    for (const [what, secret] of Object.entries(secrets)) {
      // A read does not ask for the serial; the probe below does.
      if (what !== 'the serial') expect(everything, what).toContain(secret);
      expect(little, what).not.toContain(secret);
    }
    for (const file of [plain, hidden]) expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('of a probe hides the serial and keeps the platform', async () => {
    const [plain, hidden] = [join(folder, 'probe-plain'), join(folder, 'probe-hidden')];
    await against(keyed, ['probe', '--comm-key', '12', '--capture', plain, '--unredacted']);
    await against(keyed, ['probe', '--comm-key', '12', '--capture', hidden]);
    const [everything, little] = [await readFile(plain, 'utf8'), await readFile(hidden, 'utf8')];
    expect(everything).toContain(secrets['the serial']);
    for (const [what, secret] of Object.entries(secrets)) expect(little, what).not.toContain(secret);
    expect(little).toContain(hexOf('ZEM500'));
  });

  it('is written of a failure too', async () => {
    const file = join(folder, 'failed');
    const { code } = await against({ profile: 'secure-6001' }, ['probe', '--capture', file]);
    expect(code).toBe(1);
    const { code: replayed, stdout } = await inProcess(['replay', file, '--json']);
    expect(replayed).toBe(0);
    expect(JSON.parse(stdout).said.map(({ code: said }: { code: number }) => said)).toContain(6001);
  });

  it('that cannot be written leaves the terminal alone', async () => {
    const fleet = await startFleet({ seed: 7 });
    const [device] = fleet.terminals;
    const outcome = await inProcess(['read', `127.0.0.1:${device?.port}`, '--capture', join(folder, 'no', 'where')]);
    expect(outcome).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining('[USAGE_INVALID]') });
    expect(device?.terminal.journal.connections).toEqual([]);
    await fleet.stop();
  });
});

describe('replay', () => {
  it('finds in an unredacted capture the log that was read, and proves it again', async () => {
    const file = join(folder, 'replayed');
    const read = await against({ users: 3, history: 50 }, ['read', '--capture', file, '--unredacted']);
    const [first] = read.stdout.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
    const answer = JSON.parse((await inProcess(['replay', file, '--json', '--records', '2'])).stdout);
    expect(answer.redacted).toBe(false);
    expect(answer.said[0]).toMatchObject({ direction: 'sent', code: 1000, name: 'connect', payloadBytes: 0 });
    expect(answer.said.at(-2)).toMatchObject({ direction: 'sent', code: 1001, name: 'exit' });
    expect(answer.logs).toHaveLength(1);
    expect(answer.logs[0]).toMatchObject({
      announcedBytes: 2004,
      foundBytes: 2004,
      verdict: { kind: 'proven', layout: 'zk40', strideBytes: 40, records: 50 },
    });
    expect(answer.logs[0].firstRecords).toHaveLength(2);
    expect(answer.logs[0].firstRecords[0]).toMatchObject({
      pin: first.pin,
      raw: first.raw,
      deviceTime: first.deviceTime,
    });
    const { stdout } = await inProcess(['replay', file]);
    expect(stdout).toMatch(/^Rekaman: \d+ paket, TIDAK disamarkan$/m);
    expect(stdout).toContain('bentuk zk40 terbukti: 50 catatan, masing-masing 40 byte');
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(100);
  });

  it('says that a redacted log is not decoded', async () => {
    const file = join(folder, 'redacted');
    await against({ users: 3, history: 50 }, ['read', '--capture', file]);
    const { code, stdout } = await inProcess(['replay', file, '--lang', 'en']);
    expect(code).toBe(0);
    expect(stdout).toContain('Log: 2,004 of 2,004 bytes are there; its content is blanked, so not decoded');
  });

  it('names the line that is not one of a capture', async () => {
    const file = join(folder, 'not-a-capture');
    await writeFile(file, '{"gerbang":"capture","version":1,"redacted":true,"dropped":0}\n{"ms":1,"sent":"xyz"}\n');
    const { code, stdout, stderr } = await inProcess(['replay', file, '--lang', 'en']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain('line 2');
  });
});

describe('read', () => {
  it('keeps the bytes of a log whose form is not known, says so, and prints nothing', async () => {
    const file = join(folder, 'kept');
    const { code, stdout, stderr } = await against({ profile: 'wl-22', users: 2, history: 20 }, [
      'read',
      '--keep',
      file,
    ]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain(`are kept in ${file}. They hold user ids.\n`);
    expect(stderr).toContain('[ZK_UNSUPPORTED]');
    expect((await readFile(file)).length).toBe(20 * 22);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('keeps also what a terminal gives of a longer log that it cuts', async () => {
    const file = join(folder, 'cut');
    const { code } = await against({ profile: 'wl-22', users: 2, history: 400 }, ['read', '--keep', file]);
    expect(code).toBe(1);
    // 4,096 bytes with the length prefix.
    expect((await readFile(file)).length).toBe(4092);
  });

  it('prints the printed ids of a log that holds only indexes', async () => {
    const { stdout } = await against({ profile: 'bw-8', users: 3, history: 3 }, ['read', '--transport', 'udp']);
    const pins = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).pin);
    expect(pins.sort()).toEqual(['1001', '1002', '1003']);
  });

  it('goes along with a quirk that is named, and refuses without it', async () => {
    const terminal: ScenarioTerminal = { history: 5, faults: [{ name: 'bad-checksum' }] };
    expect(await against(terminal, ['read'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining('[ZK_BAD_CHECKSUM]'),
    });
    const { code, stdout } = await against(terminal, ['read', '--quirk', 'acceptBadReplyChecksum']);
    expect(code).toBe(0);
    expect(stdout.trimEnd().split('\n')).toHaveLength(5);
  });
});
