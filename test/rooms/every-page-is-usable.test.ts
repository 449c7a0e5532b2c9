/** Every page, in both languages: on a narrow phone, by keyboard, without script, in the dark, and for a screen reader. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { fillRooms, morningMs, pastRehearsal, type RoomPage, visit } from './tools/pages.ts';
import { openDoor, type Rooms, type Seat, startRooms, takeSeat } from './tools/room.ts';

const database = await createTestDatabase();
const browser: Browser | null = await startChromium();
const axeSource = await readFile(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const rules = "{ runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'], resultTypes: ['violations'] }";
const axeRun = `axe.run(document, ${rules}).then(({ violations }) =>
  violations.map(({ id, nodes }) => id + ': ' + nodes.slice(0, 3).map(({ html }) => html.slice(0, 120)).join(' | ')))`;
/** Which elements stick out: what to look at first. */
const widest = `[...document.querySelectorAll('body *')].filter((one) => one.getBoundingClientRect().right > innerWidth)
  .slice(0, 4).map((one) => one.outerHTML.slice(0, 80)).join(' | ')`;
let pages: readonly RoomPage[];
let rooms: Rooms;
const seats = new Map<RoomPage['who'], Seat>();

beforeAll(async () => {
  const filled = await fillRooms(database, 3);
  ({ pages } = filled);
  rooms = await startRooms(database, () => morningMs, filled.yaml, pastRehearsal);
  if (browser === null) return;
  for (const role of ['operator', 'hr', 'viewer'] as const)
    seats.set(role, await takeSeat(browser, rooms.url, role, { width: 320 }));
  seats.set('nobody', await openDoor(browser, { width: 320 }));
});
afterAll(async () => {
  await browser?.close();
  await rooms.close();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

function seatOf({ who = 'operator' }: Pick<RoomPage, 'who'>): Seat {
  const seat = seats.get(who);
  if (seat === undefined) throw new Error(`nobody sits as ${who}`);
  return seat;
}

/** What is said of an answer that is none of 200 is meant, and wanted. */
const isWanted = (complaint: string): boolean => /^Failed to load resource: .* status of (4|5)\d\d/.test(complaint);

/**
 * Each page in both languages, by keyboard and without script: minutes of a browser, which CI takes after the tests. Else
 * each is looked at in one language, and one of three in the other ways.
 */
const isThorough = process.env.GERBANG_PAGES === 'all';
const someOf = (all: readonly RoomPage[]): readonly RoomPage[] =>
  all.filter(({ press }, at) => press === undefined && (isThorough || at % 3 === 0));
/** Indonesian by day, English by night. In parts, for each page takes a while. */
const parts = 5;
const looks = Array.from({ length: parts }, (_, part) => [
  ['id', 'light', part] as const,
  ['en', 'dark', part] as const,
]).flat();
test.each(looks)(
  'in %s, %s, part %i: each page is small, narrow, quiet and clean for axe',
  async (lang, scheme, part) => {
    const wrong: string[] = [];
    const isTurn = (at: number): boolean => isThorough || (at % 2 === 0) === (lang === 'id');
    const some = pages.filter((_, at) => at % parts === part && isTurn(at));
    expect(some.length).toBeGreaterThan(3);
    for (const wanted of some) {
      const { name, status = 200 } = wanted;
      const { page, watched } = seatOf(wanted);
      await page.emulateMedia({ colorScheme: scheme });
      const answer = await visit(page, rooms, wanted, lang);
      if (answer?.status() !== status) wrong.push(`${name}: status ${answer?.status()}`);
      const bytes = (await answer?.body())?.length ?? 0;
      if (bytes > 100_000) wrong.push(`${name}: ${bytes} bytes`);
      if (/<script(?![^>]* src=)|<style|\sstyle=|\son\w+="/.test((await answer?.text()) ?? ''))
        wrong.push(`${name}: script or style in the page itself`);
      const isSaid = await page.evaluate('document.documentElement.lang');
      if (isSaid !== lang) wrong.push(`${name}: speaks ${isSaid}`);
      const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
      if (overflow > 0) wrong.push(`${name}: ${overflow} px too wide at 320: ${await page.evaluate(widest)}`);
      // Not as a script of the page: its policy would refuse that, as it should.
      await page.evaluate(axeSource);
      const found: unknown = await page.evaluate(axeRun);
      if (Array.isArray(found)) wrong.push(...found.map((what) => `${name}: ${what}`));
      wrong.push(...watched.complaints.filter((one) => !isWanted(one)).map((one) => `${name}: ${one}`));
      watched.complaints.length = 0;
      const foreign = watched.asked.filter(
        (one) => ![rooms.url, rooms.awayUrl].some((url) => one.startsWith(`${url}/`)),
      );
      wrong.push(...foreign.filter((one) => !one.startsWith('data:')).map((one) => `${name}: asks ${one}`));
      watched.asked.length = 0;
    }
    expect(wrong).toEqual([]);
  },
);

test('whoever is not signed in gets no further than the door', async () => {
  const { page } = seatOf({ who: 'nobody' });
  await page.goto(`${rooms.url}/mesin`);
  expect(new URL(page.url()).pathname).toBe('/masuk');
});

test('on a phone the menu is folded into a line that says where one is, and opens by keyboard without script', async () => {
  const context = await browser?.newContext({ javaScriptEnabled: false, viewport: { width: 320, height: 700 } });
  if (context === undefined) return;
  await context.addCookies(await seatOf({}).context.cookies());
  const page = await context.newPage();
  await page.goto(`${rooms.url}/mesin?lang=id`);
  const fold = page.locator('.menu-fold summary');
  expect(await fold.textContent()).toBe('Menu: Mesin');
  const alerts = page.getByRole('link', { name: 'Peringatan', exact: true });
  expect(await alerts.isVisible()).toBe(false);
  // Reporting a machine is never behind the fold.
  expect(await page.getByRole('link', { name: 'Lapor mesin', exact: true }).count()).toBe(1);
  const { height = 999 } = (await page.locator('.menu-bar').boundingBox()) ?? {};
  expect(height).toBeLessThan(60);
  await fold.focus();
  await page.keyboard.press('Enter');
  await alerts.waitFor();
  expect(await page.locator('nav.menu [aria-current=page]').textContent()).toBe('Mesin');
  await alerts.click();
  expect(new URL(page.url()).pathname).toBe('/peringatan');
  // On a desk everything lies open, and nothing asks to be unfolded.
  await page.setViewportSize({ width: 1280, height: 800 });
  expect(await fold.isVisible()).toBe(false);
  await page.getByRole('link', { name: 'Pengaturan', exact: true }).waitFor();
  expect(await page.getByRole('link', { name: 'Lapor mesin', exact: true }).count()).toBe(1);
  await context.close();
});

test('too many tries, and a fault inside, are said in words and with a number for the log', async () => {
  const { page } = seatOf({});
  await database.pool.query('alter table alert rename to alert_gone');
  const failed = await page.goto(`${rooms.url}/peringatan?lang=id`);
  await database.pool.query('alter table alert_gone rename to alert');
  expect(failed?.status()).toBe(500);
  expect(await page.locator('main').textContent()).toMatch(/Gerbang gagal menjawab.*Nomor: [0-9a-f-]{36}/s);
  const { page: stranger } = seatOf({ who: 'nobody' });
  let status = 0;
  for (let tried = 0; tried < 40 && status !== 429; tried += 1)
    status = (await stranger.goto(`${rooms.url}/masuk/tautan?kode=tebak&lang=id`))?.status() ?? 0;
  expect(status).toBe(429);
  await stranger.getByRole('heading', { name: 'Terlalu banyak permintaan' }).waitFor();
});

test('whoever may be on a lost machine is called by name', async () => {
  const seat = seatOf({});
  await seat.page.goto(`${rooms.url}/laporan/1/orang?lang=id`);
  await seat.page.getByText('Siti Aminah').waitFor({ timeout: 5_000 });
});

test('by keyboard, the first key leads past the menu, and the next to the first field', async () => {
  const wrong: string[] = [];
  for (const wanted of someOf(pages)) {
    const { path } = wanted;
    const { page } = seatOf(wanted);
    await visit(page, rooms, wanted, 'id');
    await page.keyboard.press('Tab');
    if ((await page.evaluate('document.activeElement.className')) !== 'skip') wrong.push(`${path}: no skip link`);
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    const inMain = await page.evaluate(
      "!document.querySelector('main :is(a[href], button, input:not([type=hidden]), select, summary)') || document.querySelector('main').contains(document.activeElement)",
    );
    if (inMain !== true) wrong.push(`${path}: the key after the skip link is not in the page`);
  }
  expect(wrong).toEqual([]);
});

test('without script, each page is whole and each form can be sent', async () => {
  const context = await browser?.newContext({ javaScriptEnabled: false, viewport: { width: 360, height: 800 } });
  if (context === undefined) return;
  const page = await context.newPage();
  const wrong: string[] = [];
  for (const wanted of someOf(pages)) {
    const { path } = wanted;
    await context.clearCookies();
    await context.addCookies(await seatOf(wanted).context.cookies());
    await visit(page, rooms, wanted, 'id');
    if (!(await page.locator('main h2, main .total').first().isVisible())) wrong.push(`${path}: no heading`);
    if ((await page.locator('main form:not(:has(button))').count()) > 0) wrong.push(`${path}: a form without a button`);
  }
  expect(wrong).toEqual([]);
  await context.close();
});
