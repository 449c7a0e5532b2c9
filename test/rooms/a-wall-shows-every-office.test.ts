/** The board of a kabupaten on the wall of the regent: every office at once, the worst first, readable from afar. */
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { putMachines } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { chromiumMissing, startChromium } from '../web/tools/browser.ts';
import { fillRooms, morningMs } from './tools/pages.ts';
import { expectQuiet, type Rooms, type Seat, startRooms, takeSeat } from './tools/room.ts';

const database = await createTestDatabase();
const browser: Browser | null = await startChromium();
const offices = 34;
const wall = { width: 1920, height: 1080 };
let rooms: Rooms;
let seat: Seat;

beforeAll(async () => {
  await fillRooms(database, offices);
  rooms = await startRooms(database, () => morningMs);
  if (browser !== null) seat = await takeSeat(browser, rooms.url, 'viewer', { width: wall.width });
});
afterAll(async () => {
  await browser?.close();
  await rooms.close();
});
beforeEach((context) => {
  if (browser === null) context.skip(chromiumMissing);
});

interface Seen {
  readonly rank: number;
  readonly name: string;
  readonly bottom: number;
  readonly right: number;
  /** Smallest letters of its row, and what of it is cut off. */
  readonly smallest: number;
  readonly cut: string;
}

/** What the eye finds of each office, in pixels. */
function tilesOf(page: Page): Promise<readonly Seen[]> {
  return page.evaluate(`[...document.querySelectorAll('.offices > li')].map((item) => {
    const row = item.querySelector('.row');
    const { bottom, right } = item.getBoundingClientRect();
    const parts = [...row.querySelectorAll('*')].filter((one) => one.checkVisibility() && !one.closest('svg'));
    const texts = parts.filter((one) => [...one.childNodes].some((node) => node.nodeType === 3 && node.data.trim() !== ''));
    return {
      rank: Number(row.dataset.rank), name: row.querySelector('.name').textContent, bottom, right,
      smallest: Math.min(...texts.map((one) => Number.parseFloat(getComputedStyle(one).fontSize))),
      cut: parts.filter((one) => !one.matches('.name') && one.scrollWidth > one.clientWidth + 1 && one.clientWidth > 0)
        .map((one) => one.className).join(' '),
    };
  })`);
}

test.each(['light', 'dark'] as const)(
  '34 offices fit on a wall, %s, and none needs to be scrolled to',
  async (scheme) => {
    const { page } = seat;
    await page.emulateMedia({ colorScheme: scheme });
    await page.setViewportSize(wall);
    await page.goto(`${rooms.url}/`);
    const tiles = await tilesOf(page);
    expect(tiles).toHaveLength(offices);
    expect(tiles.filter(({ bottom, right }) => bottom > wall.height || right > wall.width)).toEqual([]);
    // 16 pixels of a wall of 1080 are a centimetre on a screen of 50 inches.
    expect(tiles.filter(({ smallest }) => smallest < 16)).toEqual([]);
    expect(tiles.filter(({ cut }) => cut !== '')).toEqual([]);
    const { scrollWidth, scrollHeight } = await page.evaluate<{ scrollWidth: number; scrollHeight: number }>(
      '(({ scrollWidth, scrollHeight }) => ({ scrollWidth, scrollHeight }))(document.documentElement)',
    );
    expect([scrollWidth, scrollHeight]).toEqual([wall.width, wall.height]);
    // Beside them what needs people, and what just came in.
    for (const beside of [
      '#ringkasan .total b',
      '#ringkasan .verdict',
      '#perhatian li:last-child',
      '#masuk li:first-child',
    ]) {
      const box = await page.locator(beside).first().boundingBox();
      expect([beside, box !== null && box.y > 0 && box.y + box.height <= wall.height]).toEqual([beside, true]);
    }
  },
);

test('the worst office is first, and moves when it is well again, unless a hand is at the list', async () => {
  const { page } = seat;
  await page.setViewportSize(wall);
  await page.mouse.move(5, 5);
  await page.goto(`${rooms.url}/`);
  const before = await tilesOf(page);
  expect(before[0]).toMatchObject({ name: 'Kecamatan Pinang Belapis', rank: 0 });
  const ranks = before.map(({ rank }) => rank);
  expect(ranks).toEqual([...ranks].sort((a, b) => a - b));
  expect(new Set(ranks).size).toBeGreaterThan(4);
  const well = before.filter(({ rank }) => rank === ranks.at(-1)).map(({ name }) => name);
  expect(well.length).toBeGreaterThan(20);

  const { rows } = await database.pool.query<{ name: string; serial: string; code: string }>(
    `select terminal_name as name, serial, office_code as code from terminal_state
     where office_code = (select code from office where name = 'Kecamatan Pinang Belapis')`,
  );
  const machines = rows.map(({ name, serial, code }) => ({ officeCode: code, terminalName: name, serial }));
  const row = page.locator(`#opd-${rows[0]?.code}`);
  await page.locator('.offices > li').nth(5).hover();
  await putMachines(database, machines, morningMs);
  await row.and(page.locator(':not(.urgent)')).waitFor();
  expect((await tilesOf(page))[0]?.name).toBe('Kecamatan Pinang Belapis');

  await page.mouse.move(5, 5);
  const silent = { state: 'failing', errorCode: 'NET_CONNECT_TIMEOUT', failingSinceMs: morningMs - 60_000 } as const;
  await putMachines(
    database,
    machines.map((one) => ({ ...one, ...silent })),
    morningMs,
  );
  await row.and(page.locator('.urgent')).waitFor();
  await putMachines(database, machines, morningMs);
  await row.and(page.locator(':not(.urgent)')).waitFor();
  const after = (await tilesOf(page)).map(({ name }) => name);
  expect(after.slice(0, before.length - well.length - 1)).toEqual(
    before.filter(({ rank }) => rank !== 0 && rank !== ranks.at(-1)).map(({ name }) => name),
  );
  expect(after.indexOf('Kecamatan Pinang Belapis')).toBeGreaterThan(before.length - well.length - 1);
  expectQuiet(seat, rooms.url);
});
