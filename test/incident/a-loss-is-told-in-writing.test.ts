import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { conditionsOf } from '../../src/alerts/conditions.ts';
import { silentLog } from '../../src/log.ts';
import { readAlertFacts } from '../../src/store/alert-facts.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { openIncident, readIncident } from '../../src/store/incidents.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putMachines, putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs, readerOf } from '../tools/everybody.ts';

const database = await createTestDatabase();
const { db } = database;
const hour = 3_600_000;
/** Friday 2026-11-27, 10:00 WIB: 70 of 72 hours are over. */
const nowMs = Date.parse('2026-11-27T03:00:00Z');
const dinkes = { code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Jakarta' };
const by = { actorKind: 'account', actor: 'hr', actorName: 'Hendra' } as const;
let web: Web;
let viewer: Web;
let number = 0;

beforeAll(async () => {
  await putOffices(database, [dinkes]);
  await putMachines(database, [{ officeCode: 'dinkes', terminalName: 'Lobi', serial: 'S-1' }], nowMs);
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), nowMs: () => nowMs };
  const readers = { ...everybodyIs('hr'), ofToken: async () => readerOf('hr') };
  web = await startWeb({ ...options, metrics: createMetrics(), readers });
  viewer = await startWeb({ ...options, metrics: createMetrics(), readers: everybodyIs('viewer') });
});
afterAll(async () => {
  await web.close();
  await viewer.close();
});

const openOne = async (kind: 'lost' | 'broken'): Promise<number> => {
  const what = { kind, officeCode: 'dinkes', terminalName: 'Lobi', place: '', words: '' } as const;
  const times = { sinceMs: nowMs - 71 * hour, atMs: nowMs - 70 * hour };
  return (await db.transaction().execute((tx) => openIncident(tx, { ...what, ...times, by }))).number;
};
beforeEach(async () => {
  number = await openOne('lost');
});

/** What people would be told of this report now. */
async function told(): Promise<readonly string[]> {
  const { reports } = await readAlertFacts(db);
  const none = { terminals: [], gaps: [], contradictions: [], setAside: null, queue: null, consumers: [], disk: null };
  const facts = { ...none, nowMs, goneHosts: [], hostErrorMs: null, reports };
  const rules = { silentMs: hour, clockOffMs: hour, logFullShare: 1, diskFreeShare: 0 };
  return conditionsOf(facts, rules)
    .filter(({ facts: { number: of } }) => of === number)
    .map(({ kind }) => kind);
}

async function post(path: string, fields: Record<string, string>, from = web): Promise<Response> {
  const shown = await fetch(`${from.url}/laporan/${number}`);
  const token = /name="_csrf" value="([^"]+)"/.exec(await shown.text())?.[1] ?? '';
  const cookie = shown.headers.getSetCookie().map((text) => text.split(';')[0]);
  const body = new URLSearchParams({ _csrf: token, ...fields });
  const request = { method: 'POST', body, headers: { cookie: cookie.join('; ') }, redirect: 'manual' } as const;
  return fetch(`${from.url}/laporan/${path}`, request);
}
const letter = 'Surat 800/123/BKPP kepada 61 pegawai <dan> lembaga, lihat #99';
const sent = { dikirim: '2026-11-27', pukul: '09:30', surat: letter };

async function ask(path: string, body?: unknown): Promise<Record<string, unknown>> {
  const headers = { authorization: 'Bearer x', ...(body === undefined ? {} : { 'content-type': 'application/json' }) };
  const how = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  return JSON.parse(await (await fetch(`${web.url}/api/v1${path}`, { headers, ...how })).text());
}

test('on the page: who, when and what, and nobody is reminded any more', async () => {
  expect(await told()).toEqual(['breach-note-due', 'report-waiting']);
  expect(await (await fetch(`${web.url}/laporan/${number}`)).text()).toContain('belum dikirim');
  expect((await post(`${number}/pemberitahuan`, sent)).status).toBe(303);
  expect(await told()).toEqual([]);
  const page = await (await fetch(`${web.url}/laporan/${number}`)).text();
  expect(page).toMatch(
    /Pemberitahuan tertulis dikirim<\/b> <small>.*?Penguji<\/small><p class="told">dikirim 09:30:00 WIB/,
  );
  // What people write is text: their #99 is no link.
  expect(page).toContain('61 pegawai &lt;dan&gt; lembaga, lihat #99</p>');
  expect(page).toContain('dalam batas waktu');
  expect(await (await fetch(`${web.url}/laporan`)).text()).not.toMatch(new RegExp(`#${number}<[^]*?3 × 24[^]*?</tr>`));
  const [entry] = await readAuditLog(db, { beforeId: null, limit: 1 });
  const detail = { sentAt: '2026-11-27T02:30:00.000Z' };
  expect(entry).toMatchObject({ action: 'incident.note-sent', subject: String(number), officeCode: 'dinkes', detail });
});

test('the berita acara holds it', async () => {
  await post(`${number}/pemberitahuan`, sent);
  const pdf = Buffer.from(await (await fetch(`${web.url}/laporan/${number}/berita-acara.pdf`)).arrayBuffer());
  expect(pdf.subarray(0, 5).toString()).toBe('%PDF-');
  const text = await textOf(pdf);
  if (text === null) return;
  expect(text).toMatch(/Pemberitahuan tertulis dikirim\s*:\s*27 November 2026 pukul 09.30 WIB/);
  expect(text).toContain('Surat 800/123/BKPP');
});

test.each([
  ['no words', { surat: '  ' }, 'Tulis alasannya'],
  ['tomorrow', { dikirim: '2026-11-28' }, 'belum boleh di masa depan'],
  ['before the loss', { dikirim: '2026-11-23' }, 'tidak sebelum mesin hilang'],
  ['a day that is none', { dikirim: '2026-02-30' }, 'Waktu kirim harus ada'],
])('%s: refused, and nothing typed is lost', async (_what, wrong, said) => {
  const answer = await post(`${number}/pemberitahuan`, { ...sent, pukul: '08:15', ...wrong });
  expect(answer.status).toBe(422);
  const page = await answer.text();
  expect(page).toContain(said);
  expect(page).toContain('value="08:15"');
  expect(await readIncident(db, number)).toMatchObject({ noteSentMs: null });
});

test('over the API it is the same, and the first letter counts', async () => {
  const first = { sentAt: '2026-11-27T02:30:00Z', note: 'Surat 1' };
  expect(await ask(`/incidents/${number}/note-sent`, first)).toMatchObject({ noteSentAt: '2026-11-27T02:30:00.000Z' });
  const later = { sentAt: '2026-11-27T02:45:00Z', note: 'Surat 2' };
  expect(await ask(`/incidents/${number}/note-sent`, later)).toMatchObject({ noteSentAt: '2026-11-27T02:30:00.000Z' });
  const whole = (await ask(`/incidents/${number}`)) as { steps: readonly { what: string; note: string }[] };
  expect(whole.steps.map(({ what, note }) => [what, note])).toEqual([
    ['reported', ''],
    ['note-sent', 'Surat 1'],
    ['note-sent', 'Surat 2'],
  ]);
  const broken = await openOne('broken');
  expect(await ask(`/incidents/${broken}/note-sent`, first)).toMatchObject({ status: 409 });
});

test('a machine that was written off is still owed a letter, and whoever may only look sends none', async () => {
  await ask(`/incidents/${number}/steps`, { to: 'verified' });
  await ask(`/incidents/${number}/steps`, { to: 'written-off', note: 'Tidak ditemukan' });
  expect(await told()).toEqual(['breach-note-due']);
  expect((await post(`${number}/pemberitahuan`, sent, viewer)).status).toBe(403);
  expect(await told()).toEqual(['breach-note-due']);
  expect((await post(`${number}/pemberitahuan`, sent)).status).toBe(303);
  expect(await told()).toEqual([]);
});

/** Null where the machine has no pdftotext. */
async function textOf(pdf: Buffer): Promise<string | null> {
  const folder = await mkdtemp(join(tmpdir(), 'gerbang-note-'));
  try {
    await writeFile(join(folder, 'a.pdf'), pdf);
    const { stdout } = await promisify(execFile)('pdftotext', ['-layout', join(folder, 'a.pdf'), '-']);
    return stdout;
  } catch {
    return null;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
