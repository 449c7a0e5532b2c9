/** The operator begins a rehearsal on the page, looks at it, and ends it, in a real browser; the real pages know nothing of it. */
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createRehearsals, type RehearsalKeeper } from '../../src/cli/rehearsal/keeper.ts';
import { type OfficeConfig, parseConfig } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { password, type Rooms, startRooms, takeSeat } from './tools/room.ts';

const database = await createTestDatabase();
const browser: Browser | null = await startChromium();
const yaml = JSON.stringify({
  offices: [
    {
      code: 'dinkes',
      name: 'Dinas Kesehatan',
      timeZone: 'Asia/Jakarta',
      pollEverySeconds: 1,
      terminals: [{ name: 'Lobi', host: '10.20.1.9', commKey: '482913' }],
    },
  ],
});
let folder: string;
let keeper: RehearsalKeeper;
let rooms: Rooms;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-gladi-'));
  // The embedded database runs as a user who must reach it.
  await chmod(folder, 0o755);
  keeper = createRehearsals({ dataDir: folder, host: '127.0.0.1', port: 0, lang: 'id' }, silentLog());
  rooms = await startRooms(database, Date.now, yaml, keeper);
});
afterAll(async () => {
  await browser?.close();
  keeper.stop();
  for (let waited = 0; waited < 60 && !['ended', 'failed', undefined].includes(keeper.now()?.phase); waited += 1)
    await sleep(500);
  await rooms.close();
  await rm(folder, { recursive: true, force: true });
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

test('one office is rehearsed, one at a time, and ends at the press of a button', { timeout: 600_000 }, async () => {
  const seat = await takeSeat(browser, rooms.url, 'operator', { goTo: '/pengaturan/gladi' });
  const { page, context } = seat;
  page.setDefaultTimeout(240_000);
  await page.getByLabel('Orang tiruan').fill('0');
  await page.getByRole('button', { name: 'Mulai gladi' }).click();
  await page.getByText('Isi bilangan 1 sampai 500.').first().waitFor();
  await page.getByLabel('Orang tiruan').fill('20');
  await page.getByLabel('30 menit').check();
  await page.getByRole('button', { name: 'Mulai gladi' }).click();
  await page.locator('.tag', { hasText: 'disiapkan' }).waitFor();
  expect(await page.getByRole('button', { name: 'Mulai gladi' }).count()).toBe(0);
  // The page looks again by itself.
  await page.locator('.tag', { hasText: 'berjalan' }).waitFor();

  // Its first operator chooses a password and sees practice, marked as such, coming in.
  const gladi = await context.newPage();
  gladi.setDefaultTimeout(240_000);
  await gladi.goto((await page.getByRole('link', { name: /Pilih kata sandi/ }).getAttribute('href')) ?? '');
  await gladi.getByLabel('Kata sandi baru').fill(password);
  await gladi.getByLabel('Ketik sekali lagi').fill(password);
  await gladi.getByRole('button', { name: 'Simpan kata sandi' }).click();
  await gladi.getByLabel('Nama akun').fill('operator');
  await gladi.getByLabel('Kata sandi').fill(password);
  await gladi.getByRole('button', { name: 'Masuk' }).click();
  await gladi.locator('.top .rehearsal', { hasText: 'Gladi' }).waitFor();
  await gladi.getByText('Gladi · Dinas Kesehatan').first().waitFor();
  await gladi.locator('#masuk li').first().waitFor();

  // Whoever signed in there is still signed in here, although cookies know no ports; and nothing came over.
  await page.reload();
  const { rows } = await sql<{ count: number }>`select count(*)::int as count from punch`.execute(database.db);
  expect(rows[0]?.count).toBe(0);
  const told = await context.request.get(`${rooms.url}/api/v1/setup/rehearsal`);
  expect(await told.json()).toMatchObject({
    rehearsal: { office: 'dinkes', phase: 'running', people: 20, by: 'Rina (Kominfo)' },
  });
  expect(await told.text()).not.toContain('kode=');
  expect(keeper.start({ ...office() }, { people: 1, minutes: 1, by: 'uji' })).toBe(false);

  await page.getByRole('button', { name: 'Akhiri gladi: Dinas Kesehatan' }).click();
  await page.locator('.tag', { hasText: 'selesai' }).waitFor();
  await page.getByRole('button', { name: 'Mulai gladi' }).waitFor();
  expect(await (await fetch(gladi.url()).catch(() => null))?.status).toBeUndefined();
  const entries = await readAuditLog(database.db, { beforeId: null, limit: 20 });
  const noted = entries
    .filter(({ action }) => action.startsWith('setup.rehearsal'))
    .map(({ action, subject }) => [action, subject]);
  expect(noted).toEqual([
    ['setup.rehearsal-stop', 'dinkes'],
    ['setup.rehearsal-start', 'dinkes'],
  ]);
});

test('whoever may not set things up can begin none', async () => {
  const seat = await takeSeat(browser, rooms.url, 'hr');
  const answer = await seat.page.goto(`${rooms.url}/pengaturan/gladi`);
  expect(answer?.status()).toBe(403);
});

function office(): OfficeConfig {
  const [first] = parseConfig(yaml, {}).offices;
  if (first === undefined) throw new Error('no office');
  return first;
}
