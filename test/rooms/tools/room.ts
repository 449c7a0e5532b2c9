/** The whole product as people have it before them: real pages, real accounts with passwords, a real browser. */
import { inflateRawSync } from 'node:zlib';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { expect } from 'vitest';
import { hashPassword } from '../../../src/accounts/password.ts';
import type { Role } from '../../../src/accounts/permissions.ts';
import { createReaders } from '../../../src/accounts/readers.ts';
import { parseConfig } from '../../../src/config.ts';
import { clockPort } from '../../../src/gateway/clock-port.ts';
import { tryTerminal } from '../../../src/gateway/try-terminal.ts';
import { silentLog } from '../../../src/log.ts';
import { createKeyBox } from '../../../src/setup/key-box.ts';
import { startPlan } from '../../../src/setup/plan.ts';
import { createAccount, setPassword } from '../../../src/store/accounts.ts';
import { type Database, openDatabase } from '../../../src/store/database.ts';
import { createMetrics } from '../../../src/web/metrics.ts';
import { startWeb } from '../../../src/web/server.ts';
import type { RehearsalPort } from '../../../src/web/setup/port.ts';
import { chromiumMissing, watchPage } from '../../web/tools/browser.ts';

export const password = 'kopi-sawah-bintang-42';

/** The three people of the operations room. Login and role have one name. */
const people: readonly (readonly [role: Role, name: string])[] = [
  ['operator', 'Rina (Kominfo)'],
  ['hr', 'Hendra (BKPP)'],
  ['viewer', 'Ibu Bupati'],
];

/** Gives the three people accounts; a password is hashed once, because it takes a tenth of a second of both cores. */
export async function putPeople({ db }: Pick<Database, 'db'>): Promise<void> {
  const hash = await hashPassword(password);
  for (const [role, name] of people) {
    const id = await createAccount(db, { login: role, name, role, officeCode: null, createdBy: 'test' });
    if (id !== null) await setPassword(db, id, hash);
  }
}

export interface Rooms {
  readonly url: string;
  /** The same pages for the same people, of a gateway whose database is away. */
  readonly awayUrl: string;
  close(): Promise<void>;
}

/** All pages over a database, without pollers. @param nowMs host time in milliseconds UTC */
export async function startRooms(
  database: Database,
  nowMs: () => number,
  yaml = '{}',
  rehearsals?: RehearsalPort,
): Promise<Rooms> {
  await putPeople(database);
  const log = silentLog();
  const rules = { allowLoopback: true, services: [] };
  const means = { file: parseConfig(yaml, {}), database, rules, rehearsal: false, keys: createKeyBox('uji'), log };
  const plan = await startPlan(means);
  const readers = createReaders(database, [], () => performance.now());
  const common = { host: '127.0.0.1', port: 0, log, readers, nowMs, hostError: () => null };
  const web = await startWeb({
    ...common,
    database,
    metrics: createMetrics(),
    clocks: clockPort(database, nowMs),
    setup: { plan, means, tryTerminal, ...(rehearsals === undefined ? {} : { rehearsals }) },
  });
  // Discard: nobody listens there.
  const nowhere = openDatabase('postgres://nobody@127.0.0.1:9/nothing', { maxConnections: 1 });
  const away = await startWeb({ ...common, database: nowhere, metrics: createMetrics() });
  return {
    url: web.url,
    awayUrl: away.url,
    async close() {
      await Promise.all([web.close(), away.close()]);
      await plan.close();
      await nowhere.close();
    },
  };
}

/** A person at a window of their own. */
export interface Seat {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the browser complained about, and which addresses it asked for. */
  readonly watched: ReturnType<typeof watchPage>;
  close(): Promise<void>;
}

/** Opens a browser window and leaves it at that. */
export async function openDoor(
  browser: Browser | null,
  { width = 1280 }: { readonly width?: number | undefined } = {},
): Promise<Seat> {
  if (browser === null) throw new Error(chromiumMissing);
  const context = await browser.newContext({ viewport: { width, height: 900 }, locale: 'id-ID' });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  return { page, context, watched: watchPage(page), close: () => context.close() };
}

/** Opens a browser window and signs in with login and password, as people do. */
export async function takeSeat(
  browser: Browser | null,
  url: string,
  role: Role,
  options: { readonly width?: number; readonly goTo?: string } = {},
): Promise<Seat> {
  const seat = await openDoor(browser, { width: options.width });
  const { page } = seat;
  await page.goto(`${url}${options.goTo ?? '/'}`);
  await page.getByLabel('Nama akun').fill(role);
  await page.getByLabel('Kata sandi').fill(password);
  await page.getByRole('button', { name: 'Masuk' }).click();
  await page.locator('.who-am-i').waitFor();
  return seat;
}

/** Clicks a link that hands out a file, and reads it. */
export async function download(page: Page, link: string | RegExp): Promise<{ name: string; bytes: Buffer }> {
  const [file] = await Promise.all([page.waitForEvent('download'), page.getByRole('link', { name: link }).click()]);
  const chunks: Buffer[] = [];
  for await (const chunk of await file.createReadStream()) chunks.push(Buffer.from(chunk));
  return { name: file.suggestedFilename(), bytes: Buffer.concat(chunks) };
}

/** Nothing on the console, nothing asked of anybody else. */
export function expectQuiet({ watched }: Seat, url: string): void {
  expect(watched.complaints).toEqual([]);
  expect(watched.asked.filter((asked) => !asked.startsWith(`${url}/`) && !asked.startsWith('data:'))).toEqual([]);
}

/** All text of an XLSX file: its parts, one after the other. */
export function sheetText(file: Buffer): string {
  const parts: string[] = [];
  const mark = Buffer.from([0x50, 0x4b, 3, 4]);
  for (let at = file.indexOf(mark); at >= 0; at = file.indexOf(mark, at + 4)) {
    const bodyAt = at + 30 + file.readUInt16LE(at + 26) + file.readUInt16LE(at + 28);
    const isPacked = file.readUInt16LE(at + 8) === 8;
    if (isPacked) parts.push(inflateRawSync(file.subarray(bodyAt)).toString('utf8'));
  }
  return parts.join('\n');
}
