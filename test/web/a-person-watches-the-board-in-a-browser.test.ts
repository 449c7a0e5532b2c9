import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { chromiumMissing, startChromium, watchPage } from './tools/browser.ts';

const database = await createTestDatabase();
const browser: Browser | null = await startChromium();
const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const lobby = { office, serial: 'CKJ1', terminalName: 'Lobi' };
const metrics = createMetrics();
let web: Web;

const start = (port: number) =>
  startWeb({
    host: '127.0.0.1',
    port,
    database,
    log: silentLog(),
    metrics,
    readers: everybodyIs('operator'),
    nowMs: Date.now,
  });

beforeAll(async () => {
  await putOffices(database, [office, { code: 'amen', name: 'Kecamatan Amen', timeZone: 'Asia/Jakarta' }]);
  await putMachines(
    database,
    [
      { officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1' },
      { officeCode: 'amen', terminalName: 'Kantor', serial: 'CKJ2', state: 'failing', errorCode: 'NET_REFUSED' },
    ],
    Date.now(),
  );
  await putPunches(database, lobby, [{ atMs: Date.now() - 5_000, pin: '1001', verifyMode: 15 }], Date.now());
  web = await start(0);
});
afterAll(async () => {
  await browser?.close();
  await web.close();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

/** A window of this size, in a browser that starts with nothing. */
async function open(options: { width?: number; script?: boolean; dark?: boolean } = {}) {
  if (browser === null) throw new Error(chromiumMissing);
  const context = await browser.newContext({
    viewport: { width: options.width ?? 1440, height: 900 },
    javaScriptEnabled: options.script ?? true,
    colorScheme: options.dark ? 'dark' : 'light',
  });
  const page = await context.newPage();
  return { page, watched: watchPage(page), close: () => context.close() };
}

test('rows slide in, numbers follow, and the browser has nothing to complain about', async () => {
  const { page, watched, close } = await open();
  await page.goto(web.url);
  await page.getByText('PIN 1001').waitFor();
  const rows = page.locator('#masuk li');
  expect(await rows.count()).toBe(1);

  await putPunches(database, lobby, [{ atMs: Date.now(), pin: '<i>1002</i>', verifyMode: 4 }], Date.now());
  await page.getByText('PIN <i>1002</i> · Kartu').waitFor();
  expect(await rows.first().textContent()).toContain('1002');
  expect(await rows.first().getAttribute('class')).toContain('new');
  await page.locator('#ringkasan .total b').filter({ hasText: /^2$/ }).waitFor();
  await page.locator('#opd-dinkes .today b').filter({ hasText: /^2$/ }).waitFor();

  expect(watched.complaints).toEqual([]);
  expect(watched.asked.filter((url) => !url.startsWith(`${web.url}/`))).toEqual([]);
  expect(watched.asked.some((url) => url.includes('/events?'))).toBe(true);
  await close();
});

test('an office opens in place, keeps its place in the address, and stays fresh', async () => {
  const { page, watched, close } = await open();
  await page.goto(web.url);
  await page.locator('#opd-amen').click();
  const table = page.locator('details[data-office=amen] table');
  await table.getByText('Mesin menolak sambungan').waitFor();
  expect(new URL(page.url()).searchParams.get('opd')).toBe('amen');

  await putMachines(database, [{ officeCode: 'amen', terminalName: 'Kantor', serial: 'CKJ2' }], Date.now());
  await table.locator('.marked.ok').waitFor();
  await page.reload();
  await table.waitFor();
  expect(watched.complaints).toEqual([]);
  await close();
});

test('everything can be read without script, and an office opens by a link', async () => {
  const { page, close } = await open({ script: false });
  await page.goto(web.url);
  await page.getByText('PIN 1001').waitFor();
  await page.locator('#opd-dinkes').click();
  await page.getByText('Lihat daftar mesin').first().click();
  await page.locator('details[data-office=dinkes] table').getByText('CKJ1').first().waitFor();
  await close();
});

test.each([320, 360, 768, 1440, 3840])('nothing runs out of a window of %i pixels', async (width) => {
  const { page, close } = await open({ width, dark: width > 1000 });
  await page.goto(`${web.url}/?opd=dinkes`);
  await page.locator('details[open] table').waitFor();
  const overflow = await page.evaluate('document.documentElement.scrollWidth - window.innerWidth');
  expect(overflow).toBeLessThanOrEqual(0);
  await close();
});

test('a gateway that goes away is noticed and said, and its return needs nobody', async () => {
  const { page, close } = await open();
  await page.clock.install();
  await page.goto(web.url);
  await page.getByText('PIN 1001').waitFor();
  const port = Number(new URL(web.url).port);
  await web.close();
  await page.clock.fastForward(20_000);
  await page.getByText('Sambungan halaman ini ke gateway terputus').waitFor();

  web = await start(port);
  await page.clock.fastForward(20_000);
  await page.getByText('Sambungan halaman ini ke gateway terputus').waitFor({ state: 'hidden' });
  await putPunches(database, lobby, [{ atMs: Date.now(), pin: '2001' }], Date.now());
  await page.getByText('PIN 2001').waitFor();
  await close();
});
