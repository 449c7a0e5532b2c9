import { beforeAll, describe, expect, test } from 'vitest';
import { registerOffice } from '../../src/store/terminals.ts';
import type { SmallWorld } from '../explain/cases.ts';
import { storeWorld } from '../tools/clock-worlds.ts';
import { createTestDatabase } from '../tools/database.ts';
import { inProcess } from './in-process.ts';

const database = await createTestDatabase();
const env = { DATABASE_URL: database.url };
const minuteMs = 60_000;
/** The command asks of now, so these worlds end now. */
const endMs = Math.floor(Date.now() / minuteMs) * minuteMs - 2 * minuteMs;
const polls = Array.from({ length: 9 }, (_, index) => endMs - (8 - index) * 20 * minuteMs);
const still: SmallWorld = { aheadMs: () => 0, polls, punches: [] };

beforeAll(async () => {
  await registerOffice(database.db, { code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Jakarta' });
  await registerOffice(database.db, { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' });
  const store = (serial: string, terminalName: string, officeCode: string, world: Partial<SmallWorld>) =>
    storeWorld(database, { serial, terminalName, officeCode, world: { ...still, ...world } });
  await store('CKJ1', 'Tepat', 'kominfo', {});
  await store('CKJ2', 'Cepat \u001b[31m', 'kominfo', { aheadMs: () => 130_000 });
  const [from, until] = [endMs - 90 * minuteMs, endMs - 50 * minuteMs];
  await store('CKJ3', 'Aula', 'dinkes', {
    aheadMs: (atMs) => (atMs > from && atMs < until ? -37 * minuteMs : 0),
    punches: [endMs - 70 * minuteMs],
  });
});

describe('gerbang clocks', () => {
  test('is a table within 100 columns, worst first, with what was seen and the next step', async () => {
    const { code, stdout, stderr } = await inProcess(['clocks'], env);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    const lines = stdout.split('\n');
    expect(lines[0]).toMatch(/^Keadaan +OPD +Mesin +Selisih jam +Laju +Terakhir disetel +Perubahan terakhir$/);
    expect(lines[1]).toMatch(/^jam tidak tepat +kominfo +Cepat .* \+2 mnt 10 dtk ±/);
    expect(lines[2]).toMatch(/^perlu dilihat +dinkes +Aula +/);
    expect(lines[3]).toMatch(/^baik +kominfo +Tepat +tepat ±/);
    for (const line of lines) expect([...line].length).toBeLessThanOrEqual(100);
    expect(stdout).toContain('dinkes/Aula (CKJ3)\n  berubah lalu kembali: ');
    expect(stdout).toContain('Langkah: Bandingkan catatan di antaranya dengan saksi lain;');
    expect(stdout).toContain('\n3 jam, tujuh hari terakhir. Yang terlihat, dengan buktinya.');
    expect(stdout).not.toContain('\u001b');
  });

  test('names nobody and blames nobody', async () => {
    for (const lang of ['id', 'en']) {
      const { stdout } = await inProcess(['clocks', '--lang', lang], env);
      expect(stdout).not.toMatch(/curang|manipulasi|pelaku|fraud|tamper|cheat|culprit/i);
    }
  });

  test('of one office only', async () => {
    const { stdout } = await inProcess(['clocks', '--office', 'dinkes', '--lang', 'en'], env);
    expect(stdout).toMatch(/^to look at +dinkes +Aula/m);
    expect(stdout).not.toContain('kominfo');
    const none = await inProcess(['clocks', '--office', 'nowhere', '--lang', 'en'], env);
    expect(none).toMatchObject({ code: 0, stdout: 'No terminal was ever read in that office.\n' });
  });

  test('is JSON with ISO instants', async () => {
    const { stdout } = await inProcess(['clocks', '--json'], env);
    const { clocks } = JSON.parse(stdout);
    expect(clocks.map(({ serial }: { serial: string }) => serial)).toEqual(['CKJ2', 'CKJ3', 'CKJ1']);
    expect(clocks[1]).toMatchObject({
      standing: 'to-look-at',
      lastSet: null,
      lastLook: expect.stringMatching(/Z$/),
      notices: expect.arrayContaining([expect.objectContaining({ kind: 'there-and-back' })]),
    });
    expect(Math.abs(clocks[0].offsetMs - 130_000)).toBeLessThan(1_000);
  });
});
