import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { silentLog } from '../../src/log.ts';
import { applyVerdict, readOpenAlerts } from '../../src/store/alerts.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';

const database = await createTestDatabase();
const pages: Web[] = [];

async function serve(...who: Parameters<typeof everybodyIs>): Promise<string> {
  const options = { host: '127.0.0.1', port: 0, database, log: silentLog(), metrics: createMetrics(), nowMs: Date.now };
  const web = await startWeb({ ...options, readers: everybodyIs(...who) });
  pages.push(web);
  return web.url;
}

beforeAll(async () => {
  await putOffices(database, [
    { code: 'dinkes', name: 'Dinas <b>Kesehatan</b>', timeZone: 'Asia/Jakarta' },
    { code: 'setda', name: 'Sekretariat', timeZone: 'Asia/Jakarta' },
  ]);
  const one = { severity: 'critical', sinceMs: Date.now() - 3_600_000 } as const;
  await applyVerdict(database.db, {
    open: [
      { ...one, key: 'a', kind: 'office-dark', officeCode: 'dinkes', terminalName: null, facts: { machines: 4 } },
      {
        ...one,
        key: 'b',
        kind: 'terminal-silent',
        officeCode: 'setda',
        terminalName: '<i>Lobi</i>',
        facts: { code: 'NET_REFUSED' },
      },
      {
        ...one,
        key: 'c',
        kind: 'disk-low',
        officeCode: null,
        terminalName: null,
        facts: { freePercent: 3, freeMb: 900 },
      },
    ],
    refresh: [],
    close: [],
  });
});
afterAll(async () => {
  for (const web of pages) await web.close();
});

const text = async (address: string): Promise<string> => (await fetch(address)).text();

test('the page says what, where, since when and what to do, and whom it does not concern sees nothing of it', async () => {
  const page = await text(`${await serve('operator')}/peringatan`);
  expect(page).toContain('Seluruh mesin OPD tidak menjawab');
  expect(page).toContain('Dinas &lt;b&gt;Kesehatan&lt;/b&gt;');
  expect(page).toContain('&lt;i&gt;Lobi&lt;/i&gt;');
  expect(page).toContain('Kosongkan disk');
  expect(page).toContain('Saya tangani');
  const limited = await text(`${await serve('viewer', 'setda')}/peringatan?lang=en`);
  expect(limited).toContain('Silent terminal');
  expect(limited).not.toMatch(/Kesehatan|Disk nearly full|I take it on/);
});

test('an operator takes one on by the page, once, and it stands in the audit log', async () => {
  const url = await serve('operator');
  const open = await readOpenAlerts(database.db);
  const id = open.find(({ key }) => key === 'a')?.alertId;
  const first = await fetch(`${url}/peringatan`);
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await first.text())?.[1] ?? '';
  const cookie = first.headers
    .getSetCookie()
    .map((set) => set.split(';')[0])
    .join('; ');
  const take = async (fields: Record<string, string>) => {
    const init = {
      method: 'POST',
      redirect: 'manual',
      headers: { cookie },
      body: new URLSearchParams(fields),
    } as const;
    return fetch(`${url}/peringatan/${id}/tangani`, init);
  };
  expect((await take({ note: 'tanpa token' })).status).toBe(403);
  expect((await take({ _csrf: csrf, note: 'PLN padam' })).headers.get('location')).toBe('/peringatan?selesai=ya');
  expect((await take({ _csrf: csrf, note: 'lagi' })).headers.get('location')).toBe('/peringatan?selesai=tidak');
  expect(await text(`${url}/peringatan`)).toContain('“PLN padam”');
  const [entry] = await readAuditLog(database.db, { beforeId: null, limit: 1 });
  expect(entry).toMatchObject({
    action: 'alert.acknowledge',
    subject: String(id),
    officeCode: 'dinkes',
    actor: 'penguji',
  });
});

test('whoever may only look cannot take one on', async () => {
  const url = await serve('hr');
  const answer = await fetch(`${url}/peringatan/1/tangani`, {
    method: 'POST',
    body: new URLSearchParams({ note: '' }),
  });
  expect(answer.status).toBe(403);
  const { rows } = await sql<{ taken: number }>`select count(acknowledged_at)::int as taken from alert`.execute(
    database.db,
  );
  expect(rows[0]?.taken).toBe(1);
});

test('the same by the API, in pages', async () => {
  const url = await serve('operator');
  const ask = async (path: string) => JSON.parse(await text(`${url}${path}`));
  const first = await ask('/api/v1/alerts?limit=2');
  expect(first.items.map(({ kind }: { kind: string }) => kind)).toEqual(['disk-low', 'terminal-silent']);
  const second = await ask(first.next);
  expect(second).toMatchObject({
    items: [{ kind: 'office-dark', acknowledgedBy: 'penguji', note: 'PLN padam' }],
    next: null,
  });
  expect(await ask('/api/v1/alerts?state=closed')).toEqual({ items: [], next: null });
});
