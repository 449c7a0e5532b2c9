import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { until } from './tools/events.ts';

const database = await createTestDatabase();
/** 2 March 2026, 07:31:04 in Jakarta, 09:31:04 in Jayapura. */
const nowMs = Date.UTC(2026, 2, 2, 0, 31, 4);
const minute = 60_000;
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const kaimana = { code: 'kaimana', name: 'Distrik Kaimana', timeZone: 'Asia/Jayapura' };
const empty = { code: 'kosong', name: 'Kecamatan Baru', timeZone: 'Asia/Makassar' };
let web: Web;

beforeAll(async () => {
  await putOffices(database, [dinkes, kaimana, empty]);
  const silentSince = { errorCode: 'NET_CONNECT_TIMEOUT', errorText: 'timed out', failingSinceMs: nowMs - 78 * minute };
  await putMachines(
    database,
    [
      { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1', lastReadMs: nowMs - 60_000 },
      { officeCode: 'dinkes', terminalName: 'Aula', serial: 'CKJ2', offsetMs: 130_000, lastReadMs: nowMs - 90_000 },
      {
        ...{ officeCode: 'dinkes', terminalName: '<img src=x onerror=alert(1)>', serial: 'CKJ3', state: 'failing' },
        ...silentSince,
        lastReadMs: nowMs - 78 * minute,
      },
      {
        officeCode: 'kaimana',
        terminalName: 'Kantor',
        serial: 'CKJ4',
        lastReadMs: nowMs - 20 * minute,
        records: 90_000,
      },
    ],
    nowMs,
  );
  await database.pool.query('update terminal_state set updated_at = to_timestamp($1)', [nowMs / 1000 - 5]);
  const place = { office: dinkes, serial: 'CKJ1', terminalName: 'Lobi' };
  const hour = 3_600_000;
  await putPunches(
    database,
    place,
    [
      // The last second of yesterday and the first of today, in Jakarta.
      { atMs: Date.UTC(2026, 2, 1, 16, 59, 59), pin: '1' },
      { atMs: Date.UTC(2026, 2, 1, 17, 0, 0), pin: '2' },
      { atMs: nowMs - hour, pin: '2', verifyMode: 15 },
      { atMs: nowMs - 2_000, pin: '3', punchState: 0, status: 'provisional' },
      { atMs: nowMs - 1_000, pin: '4', verifyMode: 4, status: 'ambiguous', boundMs: 65_000 },
    ],
    nowMs,
  );
  // 00:30 in Jayapura: today there, although it is still yesterday in Jakarta.
  const there = { office: kaimana, serial: 'CKJ4', terminalName: 'Kantor' };
  await putPunches(database, there, [{ atMs: Date.UTC(2026, 2, 1, 15, 30), pin: '9' }], nowMs);
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
  };
  web = await startWeb({ ...options, nowMs: () => nowMs });
});
afterAll(() => web.close());

/** The page as text without its markup, blanks run together. */
async function text(path: string, headers: Record<string, string> = {}): Promise<string> {
  const page = await (await fetch(`${web.url}${path}`, { headers })).text();
  return page
    .replace(/<(style|script|title)[^>]*>.*?<\/\1>/gs, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/\s+/g, ' ');
}

describe('numbers', () => {
  test("an office's count is of its own local day, with its completeness and its age", async () => {
    const page = await text('/');
    expect(page).toMatch(/Dinas Kesehatan 4 catatan 3 orang data 2 dari 3 mesin diperbarui 07:30:04 WIB/);
    expect(page).toMatch(/Distrik Kaimana 1 catatan 1 orang data 0 dari 1 mesin diperbarui 09:11:04 WIT/);
  });

  test('the whole is the sum, and says that it is not complete', async () => {
    const page = await text('/');
    expect(page).toContain('5 catatan hari ini dari 4 orang 1 belum pasti jamnya Belum lengkap data 2 dari 4 mesin');
  });

  test('data that is older than it should be shows its age', async () => {
    expect(await text('/')).toContain('diperbarui 09:11:04 WIT · 20 menit lalu');
  });

  test('an office without machines says what would fill it', async () => {
    const page = await text('/?opd=kosong');
    expect(page).toContain('Kecamatan Baru 0 catatan 0 orang belum ada mesin');
    expect(page).toContain('Tambahkan mesin OPD ini di gerbang.yaml.');
  });
});

describe('machines', () => {
  test('marks carry their words, and the worst clock is named', async () => {
    const page = await text('/');
    expect(page).toContain('1 tidak menjawab · 1 jam meleset · 1 ok');
    expect(page).toContain('lebih cepat 2 mnt 10 dtk Aula');
  });

  test('a problem says what, where, since when, why and the next step', async () => {
    const page = await text('/');
    expect(page).toContain(
      'tidak menjawab Dinas Kesehatan · <img src=x onerror=alert(1)> sejak 06:13:04 WIB (1 jam 18 menit) ' +
        'Mesin tidak menjawab permintaan sambungan. Langkah: ',
    );
  });

  test('a clock that began anew after losing its power is told from one that is merely off', async () => {
    const reset = { officeCode: 'kosong', terminalName: 'Kantor', serial: 'CKJ5', offsetMs: -9_822 * 86_400_000 };
    await putMachines(database, [reset], nowMs);
    await until(async () => (await text('/?opd=kosong')).includes('Perlu ganti baterai jam'));
    const page = await text('/?opd=kosong');
    expect(page.match(/Perlu ganti baterai jam/g)).toHaveLength(2);
    // Of two wrong clocks the one further off stands first.
    expect(page.indexOf('mulai lagi dari awal')).toBeLessThan(page.indexOf('Jam mesin lebih cepat 2 menit 10 detik'));
  });

  test('an opened office lists its machines with clock, memory and technical details', async () => {
    const page = await text('/?opd=kaimana');
    expect(page).toContain('Kantor CKJ4');
    expect(page).toContain('90% · 90.000 dari 100.000');
    expect(page).toContain('Memori mesin hampir penuh');
    expect(page).toContain('Alamat 10.10.1.21:4370');
  });

  test('the list of one office can be had alone, and only of an office that exists', async () => {
    expect(await text('/opd/dinkes/mesin')).toContain('Mesin presensi di Dinas Kesehatan');
    expect((await fetch(`${web.url}/opd/nowhere/mesin`)).status).toBe(404);
  });
});

describe('live rows', () => {
  test('are there before any script runs, newest first, with bounds and what is not final', async () => {
    const page = await text('/');
    const rows = page.slice(page.indexOf('Catatan masuk'));
    expect(rows).toMatch(
      /07:31:03 WIB ± 65 detik mendua Dinas Kesehatan Lobi · PIN 4 · Kartu 07:31:02 WIB ± 0,6 detik sementara/,
    );
    expect(rows).toContain('Lobi · PIN 3 · Sidik jari · Masuk');
    expect(rows).toContain('Distrik Kaimana Kantor · PIN 9 · Sidik jari');
  });
});

test('a rehearsal is marked on every page', async () => {
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
  };
  const rehearsal = await startWeb({ ...options, nowMs: () => nowMs, rehearsal: true });
  for (const path of ['/', '/nothing-here']) {
    expect(await (await fetch(`${rehearsal.url}${path}`)).text()).toContain('>Gladi · data latihan<');
  }
  expect(await text('/')).not.toContain('Gladi');
  await rehearsal.close();
});

describe('languages', () => {
  test('English on request, kept in a cookie that holds nothing else', async () => {
    const answer = await fetch(`${web.url}/?lang=en`);
    const kept = 'bahasa=en; Max-Age=31536000; Path=/; HttpOnly; SameSite=Lax';
    expect(answer.headers.getSetCookie()).toEqual([kept, expect.stringMatching(/^gerbang_form=/)]);
    expect(await answer.text()).toContain('<html lang="en">');
    expect(await text('/', { cookie: 'other=1; bahasa=en' })).toContain('Punches arriving');
    expect(await text('/', { cookie: 'bahasa=xx' })).toContain('Catatan masuk');
  });
});
