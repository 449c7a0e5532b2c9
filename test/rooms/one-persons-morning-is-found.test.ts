/** The hr user looks for one person's morning: people from a list, the row, its evidence, the file for the hearing. */
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { download, expectQuiet, type Rooms, type Seat, sheetText, startRooms, takeSeat } from './tools/room.ts';

const database = await createTestDatabase();
const browser: Browser | null = await startChromium();
/** Tuesday 2026-03-03, 12:00 WIB. */
const nowMs = Date.parse('2026-03-03T05:00:00Z');
const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
let rooms: Rooms;
let hr: Seat;

beforeAll(async () => {
  await putOffices(database, [office]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'LOBI-1' }], nowMs);
  const punches = [
    { atMs: Date.parse('2026-03-03T07:12:41+07:00'), pin: '71', verifyMode: 15 },
    { atMs: Date.parse('2026-03-03T07:29:58+07:00'), pin: '72', verifyMode: 1 },
  ];
  await putPunches(database, { office, serial: 'LOBI-1', terminalName: 'Lobi' }, punches, nowMs);
  rooms = await startRooms(database, () => nowMs);
  if (browser !== null) hr = await takeSeat(browser, rooms.url, 'hr', { goTo: '/pengaturan/pegawai' });
});
afterAll(async () => {
  await browser?.close();
  await rooms.close();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

test('a list of people is looked at, and applied', async () => {
  const { page } = hr;
  await page.getByRole('link', { name: 'Impor dari CSV' }).click();
  const list = 'nama,nip,opd,pin\nSiti Aminah,198001012005012001,dinkes,71\nBudi Santoso,,dinkes,72\n';
  const file = { name: 'pegawai.csv', mimeType: 'text/csv', buffer: Buffer.from(list) };
  await page.locator('input[type=file]').setInputFiles(file);
  await page.locator('form[enctype] button[type=submit]').click();
  await page.getByRole('cell', { name: 'Siti Aminah' }).first().waitFor();
  await page.getByRole('button', { name: 'Terapkan perubahan ini' }).click();
  await page.getByRole('link', { name: 'Budi Santoso' }).waitFor();
});

test('one morning is found by name, with its evidence one click away', async () => {
  const { page } = hr;
  await page.getByRole('link', { name: 'Presensi', exact: true }).click();
  await page.getByText('Cari pegawai').first().click();
  await page.getByLabel('Nama atau NIP').fill('siti');
  await page.getByRole('button', { name: 'Cari pegawai' }).click();
  const row = page.getByRole('row', { name: /Siti Aminah/ });
  await row.getByText('07:12:41').first().waitFor();
  expect(await page.getByRole('row', { name: /Budi|PIN 72/ }).count()).toBe(0);
  // The name of the person is in no address.
  expect(decodeURIComponent(page.url()).toLowerCase()).not.toContain('siti');
  await row.locator('summary').click();
  await row.getByText('Pasti antara').waitFor();
  await row.getByRole('link', { name: 'Mengapa pukul ini?' }).click();
  await page.getByText('LOBI-1').first().waitFor();
  expect(new URL(page.url()).pathname).toBe('/clocks/explain/LOBI-1-1-0');
  await page.goBack();
});

test('the files say how complete the day is before they say who was there', async () => {
  const { page } = hr;
  const csv = (await download(page, 'Unduh CSV')).bytes.toString('utf8');
  const person = csv.indexOf('Siti Aminah,');
  expect(csv.slice(0, person)).toContain('Kelengkapan');
  expect(csv.slice(person)).toContain('07:12:41');
  expect(csv).not.toContain('Budi');
  const xlsx = sheetText((await download(page, 'Unduh XLSX')).bytes);
  expect(xlsx).toContain('Kelengkapan');
  expect(xlsx).toContain('Siti Aminah');
  expectQuiet(hr, rooms.url);
  const entries = await readAuditLog(database.db, { beforeId: null, limit: 50 });
  const noted = entries.map(({ action }) => action);
  for (const action of ['people.import', 'people.search', 'attendance.view', 'attendance.explain', 'attendance.export'])
    expect(noted).toContain(action);
});
