import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { type EventReader, readEvents, until } from './tools/events.ts';

const database = await createTestDatabase();
const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const lobby = { office, serial: 'CKJ1', terminalName: 'Lobi' };
const hall = { office, serial: 'CKJ2', terminalName: 'Aula' };
const nowMs = Date.UTC(2026, 2, 2, 0, 31, 4);
let web: Web;
let pins = 1000;

const start = (maxPages: number) =>
  startWeb({
    ...{
      host: '127.0.0.1',
      port: 0,
      database,
      log: silentLog(),
      metrics: createMetrics(),
      readers: everybodyIs('operator'),
      maxPages,
    },
    nowMs: () => nowMs,
  });

beforeAll(async () => {
  await putOffices(database, [office]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1' }], nowMs);
  web = await start(3);
});
afterAll(() => web.close());

/** Stores rows with PINs nobody had before, and returns them. */
async function punch(count: number, place = lobby, ageMs = 1_000): Promise<readonly string[]> {
  const made = Array.from({ length: count }, () => String(pins++));
  await putPunches(
    database,
    place,
    made.map((pin) => ({ atMs: nowMs - ageMs, pin })),
    nowMs,
  );
  return made;
}

/** PINs in the rows a reader was sent, oldest first. */
function pinsIn(reader: EventReader): readonly string[] {
  return reader.events
    .filter(({ event }) => event === 'rows' || event === 'all-rows')
    .flatMap(({ data }) => [...String(data.html).matchAll(/PIN (\d+)/g)].map(([, pin]) => pin ?? '').reverse());
}

const cursorIn = async (): Promise<string> =>
  /data-cursor="([^"]+)"/.exec(await (await fetch(`${web.url}/`)).text())?.[1] ?? '';

async function open(cursor: string, headers: Record<string, string> = {}): Promise<EventReader> {
  return readEvents(`${web.url}/events?after=${cursor}`, headers);
}

test('rows arrive once each, in order, in the language of the page', async () => {
  const reader = await open(await cursorIn());
  const made = [...(await punch(3)), ...(await punch(2)), ...(await punch(4, hall))];
  await until(() => pinsIn(reader).length >= 9);
  expect(pinsIn(reader)).toEqual(made);
  expect(String(reader.events.find(({ event }) => event === 'rows')?.data.html)).toContain('Sidik jari');
  reader.close();
});

test('a page that was away is sent what it missed, by the number it saw last', async () => {
  const first = await open(await cursorIn());
  await punch(2);
  await until(() => pinsIn(first).length === 2);
  const seen = first.events.findLast(({ id }) => id !== null)?.id ?? '';
  first.close();
  const missed = [...(await punch(30)), ...(await punch(5, hall))];
  const second = await open('', { 'last-event-id': seen });
  await until(() => pinsIn(second).length >= 35);
  expect(pinsIn(second)).toEqual(missed);
  second.close();
});

test('a page that was away for too long is given the list anew, and told so', async () => {
  const cursor = await cursorIn();
  for (let machine = 0; machine < 6; machine += 1) await punch(80, { ...hall, serial: `CKJ1${machine}` });
  const numberOf = (at: string): number => Number(at.split('-')[1]);
  await until(async () => numberOf(await cursorIn()) === numberOf(cursor) + 480);
  const reader = await open(cursor);
  await until(() => reader.events.some(({ event }) => event === 'all-rows'));
  const [list] = reader.events.filter(({ event }) => event === 'all-rows');
  expect(String(list?.data.html)).toMatch(/^<li class="note">Daftar dimuat ulang/);
  expect(pinsIn(reader)).toContain(String(pins - 1));
  reader.close();
});

test('a page of another life of the gateway is told to load itself again', async () => {
  for (const cursor of ['00000000-5', 'nonsense', '']) {
    const reader = await open(cursor);
    await until(() => reader.events.some(({ event }) => event === 'reload'));
    reader.close();
  }
});

test('rows of days gone by are counted, not listed under now', async () => {
  const reader = await open(await cursorIn());
  await punch(7, hall, 3 * 86_400_000);
  const [today] = await punch(1);
  await until(() => pinsIn(reader).length === 1);
  const html = reader.events.map(({ data }) => String(data.html ?? '')).join('');
  expect(html).toContain('Dinas Kesehatan · Aula: 7 catatan yang lebih lama diterima');
  expect(pinsIn(reader)).toEqual([today]);
  reader.close();
});

test('a heap that comes in at once is listed in part, and the rest is counted', async () => {
  const reader = await open(await cursorIn());
  await punch(140);
  await until(() => pinsIn(reader).length > 0);
  const html = reader.events.map(({ data }) => String(data.html ?? '')).join('');
  expect(pinsIn(reader).at(-1)).toBe(String(pins - 1));
  expect(pinsIn(reader)).toHaveLength(60);
  expect(html).toMatch(/<li class="note">80 catatan lain diterima sekaligus[^<]*<\/li>$/);
  reader.close();
});

test('losing the connection that listens costs time and no row', async () => {
  const reader = await open(await cursorIn());
  await database.pool.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and query like 'listen %'`,
  );
  const made = await punch(2);
  await until(() => pinsIn(reader).length >= 2);
  expect(pinsIn(reader)).toEqual(made);
  reader.close();
});

test('numbers that changed are sent as pieces of the page', async () => {
  const reader = await open(await cursorIn());
  const fragments = () => reader.events.filter(({ event }) => event === 'fragment');
  await until(() => reader.events.some(({ event }) => event === 'beat'));
  const first = fragments().map(({ data }) => data.id);
  expect(first).toEqual(['basi', 'ringkasan', 'perhatian', 'kepala', 'opd-dinkes']);
  await punch(1);
  const count = () =>
    /<b>([\d.]+)<\/b> catatan/.exec(
      String(fragments().findLast(({ data }) => data.id === 'opd-dinkes')?.data.html),
    )?.[1];
  const before = count();
  await until(() => count() !== before);
  // The panel of troubles did not change and was not sent again.
  expect(fragments().filter(({ data }) => data.id === 'perhatian')).toHaveLength(1);
  reader.close();
});

test('there are only so many open pages, and a closed one makes room', async () => {
  const crowd = [await open(''), await open(''), await open('')];
  const turnedAway = await open('');
  expect(turnedAway.status).toBe(503);
  for (const reader of crowd) reader.close();
  await until(async () => {
    const again = await open('');
    again.close();
    return again.status === 200;
  });
});
