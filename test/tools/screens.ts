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
import sharp from 'sharp';
import { openDatabase } from '../../src/store/database.ts';
import { startEmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { fillRooms, morningMs, type RoomPage } from '../rooms/tools/pages.ts';
import { startRooms, takeSeat } from '../rooms/tools/room.ts';
import { startChromium } from '../web/tools/browser.ts';

/** Their pictures in docs/screens show clocks that were measured for days, which rows put into a database were not. */
const keptAsTheyAre: readonly string[] = ['clock', 'explain'];
const widths = { '': 1280, '-phone': 360 } as const;
/** A long list is understood from its beginning. */
const mostPx = { '': 1600, '-phone': 2000 } as const;

async function main(folder: string, only: readonly string[]): Promise<void> {
  const data = await mkdtemp(join(tmpdir(), 'gerbang-screens-'));
  await chmod(data, 0o755);
  const ownUrl = process.env.DATABASE_URL;
  const own = ownUrl === undefined ? await startEmbeddedPostgres({ dataDir: data, fsync: false }) : null;
  const database = openDatabase(ownUrl ?? own?.url ?? '');
  await migrateToLatest(database.db);
  const pages = await fillRooms(database, 12);
  const rooms = await startRooms(database, () => morningMs);
  const browser = await startChromium();
  try {
    for (const [suffix, width] of Object.entries(widths)) {
      const seat = await takeSeat(browser, rooms.url, 'operator', { width });
      for (const { name, path } of pages) {
        if (keptAsTheyAre.includes(name) || (only.length > 0 && !only.includes(name))) continue;
        await seat.page.goto(`${rooms.url}${path}`);
        const tall = await seat.page.screenshot({ fullPage: true });
        const { height = 1 } = await sharp(tall).metadata();
        const most = mostPx[suffix === '' ? '' : '-phone'];
        const picture = sharp(tall).extract({ left: 0, top: 0, width, height: Math.min(height, most) });
        await writeFile(
          join(folder, `${name}${suffix}.png`),
          await picture.png({ palette: true, colours: 48 }).toBuffer(),
        );
      }
      await seat.close();
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

function listOf(pages: readonly RoomPage[]): string {
  const lines = pages.map(
    ({ name, path, what }) =>
      `| \`${path.replace(/[?].*/, '')}\` | ${what} | [1280 px](screens/${name}.png) | [360 px](screens/${name}-phone.png) |`,
  );
  return `# Screens

Every page as the operator sees it at 07:41, with invented offices and people. Made by \`npx tsx test/tools/screens.ts\`,
which fills a database, signs in and takes the pictures; run it again when a page has changed, and look at them.

| Address | What it is for | Desktop | Phone |
| --- | --- | --- | --- |
${lines.join('\n')}
`;
}

const [folder = 'docs/screens', ...only] = process.argv.slice(2);
await mkdir(folder, { recursive: true });
await main(folder, only);
