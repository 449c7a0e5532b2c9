import pg from 'pg';
import { afterEach, expect, inject, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { readEvents, until } from './tools/events.ts';

const office = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' };
/** 2 March 2026, 07:31:04 in Makassar. */
const atMs = Date.UTC(2026, 2, 1, 23, 31, 4);
const minute = 60_000;
const running: Web[] = [];

afterEach(async () => {
  for (const web of running.splice(0)) await web.close();
});

const database = await createTestDatabase();
await putOffices(database, [office]);
await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'CKJ1' }], atMs);
await putPunches(database, { office, serial: 'CKJ1', terminalName: 'Lobi' }, [{ atMs, pin: '1' }], atMs);
await database.pool.query('update terminal_state set updated_at = to_timestamp($1)', [atMs / 1000]);

async function open(nowMs: () => number): Promise<Web> {
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs,
  };
  const web = await startWeb(options);
  running.push(web);
  return web;
}

const page = async (web: Web): Promise<string> => (await fetch(`${web.url}/`)).text();

test('a gateway that has stopped writing is named with the time of its last word', async () => {
  let nowMs = atMs + 3 * minute;
  const web = await open(() => nowMs);
  expect(await page(web)).not.toContain('tidak memperbarui data');
  nowMs = atMs + 14 * minute;
  await until(async () => (await page(web)).includes('tidak memperbarui data'));
  const text = await page(web);
  expect(text).toMatch(/Gateway tidak memperbarui data sejak <time[^>]*>07:31:04 WITA<\/time>/);
  expect(text).toContain('<b class="verdict partial">Belum lengkap</b> <span>data 0 dari 1 mesin</span>');
});

test('a database that is away leaves the last numbers on the page, with their time, until it is back', async () => {
  const web = await open(() => atMs);
  const cursor = /data-cursor="([^"]+)"/.exec(await page(web))?.[1];
  const reader = await readEvents(`${web.url}/events?after=${cursor}`);
  await withDatabaseAway(async () => {
    await until(async () => (await page(web)).includes('Basis data tidak dapat dihubungi'));
    const text = await page(web);
    expect(text).toMatch(/Angka di bawah dari <time[^>]*>07:31:04 WITA<\/time>/);
    expect(text).toContain('<b>1</b> <span>catatan hari ini</span>');
    await until(() => reader.events.some(({ data }) => data.id === 'basi' && String(data.html).includes('Basis data')));
  });
  await until(
    () => reader.events.findLast(({ data }) => data.id === 'basi')?.data.html === '<div id="basi" role="status"></div>',
  );
  expect(await page(web)).not.toContain('Basis data tidak dapat dihubungi');
  reader.close();
});

test('without a database from the start, the page says so instead of showing zeros', async () => {
  await withDatabaseAway(async () => {
    const answer = await fetch(`${(await open(() => atMs)).url}/`);
    expect(answer.status).toBe(503);
    const text = await answer.text();
    expect(text).toContain('Belum ada angka untuk ditampilkan');
    expect(text).not.toContain('catatan hari ini');
  });
});

/** Really away: existing connections are ended and new ones refused. */
async function withDatabaseAway(work: () => Promise<void>): Promise<void> {
  const admin = new pg.Client({ connectionString: inject('postgresUrl') });
  await admin.connect();
  const { pathname } = new URL(database.url);
  const name = pathname.slice(1);
  try {
    await admin.query(`alter database ${name} allow_connections false`);
    await admin.query('select pg_terminate_backend(pid) from pg_stat_activity where datname = $1', [name]);
    await work();
  } finally {
    await admin.query(`alter database ${name} allow_connections true`);
    await admin.end();
  }
}
