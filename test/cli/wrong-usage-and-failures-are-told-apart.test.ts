import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { gerbang } from './gerbang.ts';
import { inProcess } from './in-process.ts';

let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-cli-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('wrong usage exits with 2, says why on stderr and prints nothing else', () => {
  it.each([
    [['no-such-command'], 'Perintah no-such-command tidak dikenal. [USAGE_INVALID]'],
    [['chek-config'], 'Maksudnya check-config?'],
    [['probe'], 'Argumen HOST[:PORT] belum diisi. [USAGE_INVALID]'],
    [['probe', 'a:b'], 'Yang diperbolehkan: HOST, HOST:PORT'],
    [['probe', 'h:0'], 'Yang diperbolehkan: HOST, HOST:PORT'],
    [['probe', '10.0.0.999'], 'Yang diperbolehkan: HOST, HOST:PORT'],
    [['probe', 'h', '--time-zone', '+07:00'], 'Yang diperbolehkan: Asia/Jakarta'],
    [['check-config', 'a', 'b'], 'Terlalu banyak argumen.'],
    [['probe', 'h', '--nope', '--lang', 'en'], 'There is no option --nope. [USAGE_INVALID]'],
    [['read', 'h', '--format', 'xml', '--lang=en'], 'Allowed: ndjson, csv'],
    [['probe', 'h', '--transport', 'serial'], 'Yang diperbolehkan: tcp, udp, auto'],
    [['probe', 'h', '--quirk', 'x'], 'Yang diperbolehkan: acceptBadReplyChecksum, readDirectly, smallChunks'],
    [['read', 'h', '--quirk', 'readDirectly', '--quirk', 'x', '--lang', 'en'], 'Allowed: acceptBadReplyChecksum, '],
    [['read', 'h', '--unredacted'], '--unredacted needs --capture FILE.'],
    [['replay'], 'Argumen FILE belum diisi.'],
    [['replay', '/nowhere/capture', '--lang', 'en'], 'Cannot read the capture /nowhere/capture'],
    [['sim', '--terminals', '0'], 'Yang diperbolehkan: 1 … 5000'],
    [['status', '--lang', 'fr'], 'Yang diperbolehkan: id, en'],
  ])('%j', async (args, said) => {
    const { code, stdout, stderr } = await inProcess(args);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toContain(said);
  });

  it('as a process of its own, without repeating the comm key', async () => {
    const { code, stdout, stderr } = await gerbang(['probe', '127.0.0.1', '--comm-key', '31415926']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toContain('31415926');
    expect(stderr).toContain('0 … 999999');
  });
});

describe('failures exit with 1 and say what, what next and the code', () => {
  it('in Indonesian', async () => {
    const { code, stdout, stderr } = await gerbang(['check-config', join(folder, 'absent.yaml')]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toContain('Galat: Berkas konfigurasi tidak dapat dibaca. [CONFIG_UNREADABLE]\nLangkah berikut: ');
  });

  it('in English by GERBANG_LANG', async () => {
    // Port 1 of the loopback: nothing listens there.
    const { code, stderr } = await inProcess(['probe', '127.0.0.1:1'], { GERBANG_LANG: 'en' });
    expect(code).toBe(1);
    expect(stderr).toContain('Error: The terminal refused the connection. [NET_REFUSED]\nNext step: ');
  });

  it('names every wrong variable of the environment and shows no secret', async () => {
    const env = { GERBANG_COMM_KEY: '31415926', PORT: '99999' };
    const { code, stderr } = await inProcess(['read', '127.0.0.1:1'], env);
    expect(code).toBe(1);
    expect(stderr).toMatch(/PORT .*99999/);
    expect(stderr).toMatch(/GERBANG_COMM_KEY .*\*\*\*/);
    expect(stderr).not.toContain('31415926');
  });
});

describe('check-config', () => {
  const faulty = 'offices:\n  - { code: a, name: A, timeZone: Mars/Olympus, commkey: 4711 }\n';

  it('prints every fault with its place, in both languages, and exits with 1', async () => {
    const file = join(folder, 'faulty.yaml');
    await writeFile(file, faulty);
    const id = await inProcess(['check-config', file]);
    expect(id.code).toBe(1);
    expect(id.stdout.trimEnd().split('\n')).toHaveLength(2);
    expect(id.stdout).toContain('baris 2, kolom 35: offices[0].timeZone isinya tidak diperbolehkan: Mars/Olympus');
    expect(id.stdout + id.stderr).not.toContain('4711');
    const en = await inProcess(['check-config', file, '--json', '--lang', 'en']);
    expect(en.code).toBe(1);
    expect(JSON.parse(en.stdout)).toMatchObject({
      ok: false,
      faults: [
        { line: 2, column: 35, field: 'offices[0].timeZone', value: 'Mars/Olympus', kind: 'not-allowed' },
        { line: 2, column: 49, field: 'offices[0].commkey', value: null, kind: 'unknown-key' },
      ],
    });
  });

  it('accepts what example-config prints, as JSON and as text', async () => {
    const file = join(folder, 'example.yaml');
    const example = await gerbang(['example-config']);
    expect(example.code).toBe(0);
    await writeFile(file, example.stdout);
    const json = await inProcess(['check-config', file, '--json']);
    // What the host's clock is worth depends on the machine this runs on.
    const { hostClock, ...answer } = JSON.parse(json.stdout);
    expect({ code: json.code, answer }).toEqual({
      code: 0,
      answer: { ok: true, offices: 1, terminals: 1, faults: [] },
    });
    expect(hostClock === null || hostClock.errorMs >= 0).toBe(true);
    const text = await inProcess(['check-config', file, '--lang', 'en']);
    expect(text.stdout).toMatch(/\n(The clock of this computer is within|How far the clock of this computer) .*UTC/);
  });
});

describe('help', () => {
  const names = ['check-config', 'example-config', 'migrate', 'status', 'probe', 'read', 'replay', 'sim'];

  it('lists every command in both languages', async () => {
    const [id, en] = [await inProcess(['--help']), await gerbang(['--help'], { GERBANG_LANG: 'en' })];
    expect([id.code, en.code]).toEqual([0, 0]);
    for (const name of names) {
      for (const { stdout } of [id, en]) expect(stdout).toMatch(new RegExp(`^  ${name}\\b`, 'm'));
    }
    expect(id.stdout).toContain('Pemakaian: gerbang');
    expect(id.stdout).not.toMatch(/Usage:|Options:|Commands:|display help/);
    expect(en.stdout).toContain('Usage: gerbang');
  });

  it.each(names)('of %s exits with 0', async (name) => {
    const { code, stdout } = await inProcess([name, '--help']);
    expect(code).toBe(0);
    expect(stdout).toContain(`Pemakaian: gerbang ${name}`);
  });
});
