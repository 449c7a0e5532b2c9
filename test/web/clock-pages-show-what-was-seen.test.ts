import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { clockPort } from '../../src/gateway/clock-port.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { silentLog } from '../../src/log.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import type { ClockPort } from '../../src/web/clock-desk.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { at, every, minute } from '../clock/stories/at.ts';
import { batchOf, means, record, sample } from '../ingest/batches.ts';
import { storeWorld } from '../tools/clock-worlds.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const nowMs = at('10:00');
const hostileName = '"><img src=x onerror=alert(1)>';
const hostilePin = '<svg onload=1>\'"';
let web: Web;

beforeAll(async () => {
  await registerOffice(database.db, { code: 'kominfo', name: '<b>Dinas</b>', timeZone: 'Asia/Jakarta' });
  const polls = every(20 * minute, '06:00', '09:40');
  const moved = (atMs: number): number => (atMs > at('07:30') && atMs < at('08:30') ? -37 * minute : 0);
  const world = { aheadMs: moved, polls, punches: [at('06:50:07'), at('07:36:03'), at('08:50:11')] };
  await storeWorld(database, { serial: 'CKJ-1', terminalName: 'Aula', officeCode: 'kominfo', world });
  await applyBatch(
    database.db,
    batchOf('CKJ-2', [record('2026-11-02 07:32:05', hostilePin)], {
      terminalName: hostileName,
      samples: [0, 1_125, 2_250].map((laterMs) => sample(at('07:31') + laterMs, 130_000)),
      bracket: { absentAtMs: null, presentAtMs: at('07:31:05') },
    }),
    means,
  );
  web = await start(clockPort(database, () => nowMs));
});
afterAll(() => web.close());

function start(clocks: ClockPort): Promise<Web> {
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
  };
  return startWeb({ ...options, nowMs: () => nowMs, clocks });
}

async function get(path: string): Promise<{ status: number; page: string; headers: Headers }> {
  const answer = await fetch(`${web.url}${path}`);
  return { status: answer.status, page: await answer.text(), headers: answer.headers };
}

const textOf = (page: string): string =>
  page
    .replace(/<[^>]*>/g, ' ')
    .replace(/&lt;/g, '<')
    .replace(/&gt;/g, '>')
    .replace(/&quot;/g, '"')
    .replace(/&#39;/g, "'")
    .replace(/\s+/g, ' ');

const paths = [
  '/clocks',
  '/clocks/CKJ-1',
  '/clocks/CKJ-2?days=90',
  '/clocks/explain/CKJ-1-1-1',
  '/clocks/explain/CKJ-2-1-0',
];

describe.each(paths)('%s', (path) => {
  test.each(['id', 'en'])('is a whole page without script, kept by nobody, small, in %s', async (lang) => {
    const { status, page, headers } = await get(`${path}${path.includes('?') ? '&' : '?'}lang=${lang}`);
    expect(status).toBe(200);
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(page).toContain(`<html lang="${lang}">`);
    expect(page.length).toBeLessThan(100_000);
    expect(page).not.toMatch(/<script|<style|\sstyle=|<[^>]*\son\w+=|="\s*javascript:/i);
    expect(page).not.toContain('<img');
    expect(page).not.toContain('<svg onload');
    expect(page).not.toContain('<b>Dinas');
    expect(page).toContain(`href="${path.replaceAll('&', '&amp;')}`);
  });
});

describe('the fleet', () => {
  test('ranks by what was seen, and leads to each clock', async () => {
    const page = (await get('/clocks')).page;
    expect(page.indexOf('href="/clocks/CKJ-2"')).toBeLessThan(page.indexOf('href="/clocks/CKJ-1"'));
    const text = textOf(page);
    expect(text).toContain('jam tidak tepat lebih cepat 2 menit 10 detik');
    expect(text).toContain('berubah lalu kembali');
    expect(text).toContain(hostileName);
  });

  test('is read once for many readers', async () => {
    let reads = 0;
    const port = clockPort(database, () => nowMs);
    const counting = await start({
      ...port,
      fleet: () => {
        reads += 1;
        return port.fleet();
      },
    });
    await Promise.all(Array.from({ length: 6 }, () => fetch(`${counting.url}/clocks`).then((answer) => answer.text())));
    expect(reads).toBe(1);
    await counting.close();
  });
});

describe('one clock', () => {
  test('has a chart with a title, a description and its figures in a table', async () => {
    const { page } = await get('/clocks/CKJ-1');
    expect(page).toMatch(
      /<svg class="clock-chart"[^>]* role="img" aria-labelledby="chart-title chart-text"><title id="chart-title">/,
    );
    expect(page).toMatch(/<desc id="chart-text">[^<]+<\/desc>/);
    expect(page.match(/class="band watched"/g)?.length).toBeGreaterThanOrEqual(2);
    expect(page.match(/class="step-number"/g)).toHaveLength(2);
    expect(textOf(page)).toMatch(/Perubahan jam .* 1 berubah, bukan oleh Gerbang .* 2 /);
    expect(textOf(page)).toContain('Angka per hari Hari Pemeriksaan Paling kecil Paling besar 2026-11-02 96 ');
  });

  test('lists the punches whose time is not certain, each with its explanation', async () => {
    const { page } = await get('/clocks/CKJ-1');
    const [link] = page.match(/\/clocks\/explain\/CKJ-1-1-\d+/) ?? [];
    expect(link).toBe('/clocks/explain/CKJ-1-1-1');
    expect((await get(link ?? '')).status).toBe(200);
  });

  test.each(['/clocks/nobody', '/clocks/CKJ-1/more', '/clocks/explain/'])('%s is not there', async (path) => {
    expect((await get(path)).status).toBe(404);
  });
});

describe('systems', () => {
  const told = async (path: string) => JSON.parse((await get(`/api/v1${path}`)).page);

  test('are told of the same clocks in figures', async () => {
    const { items } = await told('/clocks');
    expect(items.map(({ serial, standing }: { serial: string; standing: string }) => [serial, standing])).toEqual([
      ['CKJ-1', 'to-look-at'],
      ['CKJ-2', 'wrong'],
    ]);
    const drawn = await told('/clocks/CKJ-1?days=30');
    expect(drawn.steps).toHaveLength(2);
    expect(drawn.days).toEqual([expect.objectContaining({ day: '2026-11-02', looks: 96 })]);
    expect(drawn.bands.length).toBeGreaterThanOrEqual(2);
    expect(drawn.uncertain).toEqual([expect.objectContaining({ id: 'CKJ-1-1-1' })]);
    expect((await get('/api/v1/clocks/nobody')).status).toBe(404);
  });

  test('are told how a time came about, with the sheet in both languages', async () => {
    const { written, alarms, sheet } = await told('/punches/CKJ-2-1-0/explanation');
    expect([written.pin, alarms]).toEqual([hostilePin, []]);
    expect([sheet.id.title, sheet.id.sections.length]).toEqual(['Penjelasan waktu sebuah catatan', 7]);
    expect(sheet.en.sections).toHaveLength(7);
    expect((await get('/api/v1/punches/CKJ-2-1-7/explanation')).status).toBe(404);
  });
});

describe('one punch', () => {
  test('says on the page what the command says', async () => {
    const text = textOf((await get('/clocks/explain/CKJ-2-1-0')).page);
    expect(text).toContain('Penjelasan waktu sebuah catatan CKJ-2-1-0');
    expect(text).toContain('Waktu di mesin 2026-11-02 07:32:05');
    expect(text).toContain(`PIN ${hostilePin}`);
    expect(text).toContain('COCOK: bukti yang sama, jawaban yang sama');
  });

  test.each(['CKJ-2-1-7', 'x', encodeURIComponent('<script>-1-1')])(
    '%s is unknown, and says what ids are',
    async (id) => {
      const { status, page } = await get(`/clocks/explain/${id}`);
      expect(status).toBe(404);
      expect(textOf(page)).toContain('Catatan tidak ditemukan');
      expect(page).not.toContain('<script>-1-1');
    },
  );

  test('shows what does not match before anything else', async () => {
    const port = clockPort(database, () => nowMs);
    const altered = await start({
      ...port,
      explain: async (punchId) => {
        const explanation = await port.explain(punchId);
        return explanation && { ...explanation, rebuilt: { ...explanation.rebuilt, storedDigest: '00'.repeat(32) } };
      },
    });
    const page = await (await fetch(`${altered.url}/clocks/explain/CKJ-2-1-0`)).text();
    expect(page.indexOf('BUKTI TIDAK COCOK')).toBeGreaterThan(0);
    expect(page.indexOf('BUKTI TIDAK COCOK')).toBeLessThan(page.indexOf('class="lead"'));
    await altered.close();
  });
});

test('more requests than can be worked out are asked to come back', async () => {
  let release = (): void => undefined;
  const held = new Promise<null>((resolve) => {
    release = () => resolve(null);
  });
  const slow = await start({ ...clockPort(database, () => nowMs), explain: () => held });
  const asked = Array.from({ length: 16 }, () => fetch(`${slow.url}/clocks/explain/CKJ-2-1-0`));
  const refused = await Promise.any(
    asked.map(async (answer) => ((await answer).status === 503 ? answer : Promise.reject(new Error('served')))),
  );
  expect((await refused).headers.get('retry-after')).toBe('5');
  release();
  const statuses = await Promise.all(asked.map(async (answer) => (await answer).status));
  // Nobody who was let in is turned away later; who came when there was room again is served too.
  expect(statuses.filter((status) => status === 404).length).toBeGreaterThanOrEqual(12);
  await slow.close();
});
