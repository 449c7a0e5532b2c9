/**
 * Takes a picture of every page, for docs/screens: a filled database, a person who signs in, a browser.
 *
 *   npx tsx test/tools/screens.ts [folder] [only these names …]
 *
 * Starts its own Postgres in a temporary folder, or uses an empty database at DATABASE_URL.
 */
import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import sharp from 'sharp';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { putMovedClock } from '../rooms/tools/moved-clock.ts';
import { fillRooms, morningMs, pastRehearsal, type RoomPage, visit } from '../rooms/tools/pages.ts';
import { openDoor, type Seat, startRooms, takeSeat } from '../rooms/tools/room.ts';
import { startChromium } from '../web/tools/browser.ts';

/** Suffix of a picture, the window it is taken in, and where a long list is cut: it is understood from its beginning. */
const looks = [
  { suffix: '', width: 1280, mostPx: 1600, lang: 'id' },
  { suffix: '-phone', width: 360, mostPx: 2000, lang: 'id' },
  { suffix: '-en', width: 1280, mostPx: 1600, lang: 'en' },
] as const;
/** The screen on the wall: what fits on it is all there is. */
const wall = { width: 1920, height: 1080 };
/** As many offices as a kabupaten has. */
const offices = 34;

async function main(folder: string, only: readonly string[]): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'gerbang-screens-'));
  await chmod(data, 0o755);
  const ownUrl = process.env.DATABASE_URL;
  const own = ownUrl === undefined ? await startEmbeddedPostgres({ dataDir: data, fsync: false }) : null;
  const database = openDatabase(ownUrl ?? own?.url ?? '');
  await migrateToLatest(database.db);
  const filled = await fillRooms(database, offices);
  // Rows that were put into a database have no clock that was measured for days: these two pages show one that was.
  const measured: Readonly<Record<string, string>> = await putMovedClock(database, 'dinas-kesehatan');
  const pages = filled.pages.map((page) => ({ ...page, path: measured[page.name] ?? page.path }));
  const rooms = await startRooms(database, () => morningMs, filled.yaml, pastRehearsal);
  const browser = await startChromium();
  const isWanted = (name: string): boolean => only.length === 0 || only.includes(name);
  try {
    for (const { suffix, width, mostPx, lang } of looks) {
      const seats = new Map<RoomPage['who'], Seat>([['nobody', await openDoor(browser, { width })]]);
      for (const role of ['operator', 'hr', 'viewer'] as const)
        seats.set(role, await takeSeat(browser, rooms.url, role, { width }));
      for (const wanted of pages) {
        if (!isWanted(wanted.name) || (lang === 'en' && wanted.inEnglish !== true)) continue;
        const { page } = seats.get(wanted.who ?? 'operator') ?? {};
        if (page === undefined) continue;
        await visit(page, rooms, wanted, lang);
        await keep(page, join(folder, `${wanted.name}${suffix}.png`), mostPx);
      }
      for (const seat of seats.values()) await seat.close();
    }
    for (const colorScheme of ['dark', 'light'] as const) {
      const name = colorScheme === 'dark' ? 'board-wall' : 'board-wall-light';
      if (!isWanted(name)) continue;
      const { page, close } = await takeSeat(browser, rooms.url, 'viewer');
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(wall);
      await page.goto(`${rooms.url}/?lang=id`);
      await keep(page, join(folder, `${name}.png`), wall.height);
      await close();
    }
    await writeFile(join(folder, '..', 'screens.md'), listOf(pages));
  } finally {
    await browser?.close();
    await rooms.close();
    await database.close();
    await own?.stop();
    await rm(data, { recursive: true, force: true });
  }
}

/** The page from its beginning, in few colours: it has few. */
async function keep(page: Page, file: string, mostPx: number): Promise<void> {
  const tall = await page.screenshot({ fullPage: true });
  const { width = 1, height = 1 } = await sharp(tall).metadata();
  const picture = sharp(tall).extract({ left: 0, top: 0, width, height: Math.min(height, mostPx) });
  await writeFile(file, await picture.png({ palette: true, colours: 48, effort: 10 }).toBuffer());
}

function listOf(pages: readonly RoomPage[]): string {
  const lines = pages.map(({ name, path, what, who = 'operator', inEnglish }) => {
    // What differs from one filling to the next is not the page.
    const address = path.replace(/[?].*/, '').replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, '…');
    const english = inEnglish === true ? ` · [English](screens/${name}-en.png)` : '';
    return `| \`${address}\` | ${what} | ${who} | [1280 px](screens/${name}.png) · [360 px](screens/${name}-phone.png)${english} |`;
  });
  return `# Screens

Every page at 07:41, with invented offices and people, as the person sees it who uses it most. Made by
\`npx tsx test/tools/screens.ts\`, which fills a database, signs in and takes the pictures; run it again when a page has
changed, and look at them. The same pages are held to be narrow, small, quiet and clean for axe in both languages by
\`test/rooms/every-page-is-usable.test.ts\`.

The board on a wall, 1920 × 1080: [dark](screens/board-wall.png), [light](screens/board-wall-light.png).

| Address | What it is for | Who looks | Pictures |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

const [folder = 'docs/screens', ...only] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await main(folder, only);
