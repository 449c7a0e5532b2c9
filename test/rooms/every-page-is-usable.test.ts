/** Every page, in both languages: on a narrow phone, by keyboard, without script, in the dark, and for a screen reader. */
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { fillRooms, morningMs, type RoomPage } from './tools/pages.ts';
import { expectQuiet, type Rooms, type Seat, startRooms, takeSeat } from './tools/room.ts';

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
let seat: Seat;

beforeAll(async () => {
  pages = await fillRooms(database, 3);
  rooms = await startRooms(database, () => morningMs);
  if (browser !== null) seat = await takeSeat(browser, rooms.url, 'operator', { width: 320 });
});
afterAll(async () => {
  await browser?.close();
  await rooms.close();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

const withLang = (path: string, lang: string): string => `${path}${path.includes('?') ? '&' : '?'}lang=${lang}`;

/** Indonesian by day, English by night: each page is looked at in both. */
test.each([
  ['id', 'light'],
  ['en', 'dark'],
] as const)('in %s, %s, each page is small, narrow, quiet and clean for axe', async (lang, colorScheme) => {
  const { page } = seat;
  await page.emulateMedia({ colorScheme });
  const wrong: string[] = [];
  for (const { path } of pages) {
    const answer = await page.goto(`${rooms.url}${withLang(path, lang)}`);
    if (answer?.status() !== 200) wrong.push(`${path}: status ${answer?.status()}`);
    const bytes = (await answer?.body())?.length ?? 0;
    if (bytes > 100_000) wrong.push(`${path}: ${bytes} bytes`);
    const isSaid = await page.evaluate('document.documentElement.lang');
    if (isSaid !== lang) wrong.push(`${path}: speaks ${isSaid}`);
    const overflow = Number(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth'));
    if (overflow > 0) wrong.push(`${path}: ${overflow} px too wide at 320: ${await page.evaluate(widest)}`);
    // Not as a script of the page: its policy would refuse that, as it should.
    await page.evaluate(axeSource);
    const found: unknown = await page.evaluate(axeRun);
    if (Array.isArray(found)) wrong.push(...found.map((what) => `${path}: ${what}`));
  }
  expect(wrong).toEqual([]);
  expectQuiet(seat, rooms.url);
});

test('the door is clean, too, and whoever is not signed in gets no further', async () => {
  const context = await browser?.newContext({ viewport: { width: 320, height: 800 }, colorScheme: 'dark' });
  if (context === undefined) return;
  const page = await context.newPage();
  await page.goto(`${rooms.url}/mesin`);
  expect(new URL(page.url()).pathname).toBe('/masuk');
  expect(await page.evaluate('document.documentElement.scrollWidth - window.innerWidth')).toBeLessThanOrEqual(0);
  await page.evaluate(axeSource);
  expect(await page.evaluate(axeRun)).toEqual([]);
  await context.close();
});

test('whoever may be on a lost machine is called by name', async () => {
  await seat.page.goto(`${rooms.url}/laporan/1/orang?lang=id`);
  await seat.page.getByText('Siti Aminah').waitFor({ timeout: 5_000 });
});

test('by keyboard, the first key leads past the menu, and the next to the first field', async () => {
  const { page } = seat;
  const wrong: string[] = [];
  for (const { path } of pages) {
    await page.goto(`${rooms.url}${path}`);
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
  await context.addCookies(await seat.context.cookies());
  const page = await context.newPage();
  const wrong: string[] = [];
  for (const { path } of pages) {
    await page.goto(`${rooms.url}${path}`);
    if (!(await page.locator('main h2, main .total').first().isVisible())) wrong.push(`${path}: no heading`);
    if ((await page.locator('main form:not(:has(button))').count()) > 0) wrong.push(`${path}: a form without a button`);
  }
  expect(wrong).toEqual([]);
  await context.close();
});
