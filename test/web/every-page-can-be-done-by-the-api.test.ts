/**
 * Whatever a page shows or does, a system can ask for or do. Every route outside `/api` stands in one table: with the API
 * route that does the same, or with the reason why there is none. A new page needs a line here.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { besiege, type Siege } from '../attacks/tools.ts';
import { createTestDatabase } from '../tools/database.ts';

/** `METHOD /path` behind `/api/v1`; several where a page does several things. */
type Does = readonly string[];
interface Only {
  readonly only: string;
}

const people = 'POST /people/import';
const setUp: Does = ['POST /setup/changes'];
const form = 'a form; what it sends has a line of its own';
const inBrowser = 'a browser needs it; the API answers a token or a session, and has none';
const machines = 'for machines already, without an account or with its own rule';

const pages: Readonly<Record<string, Does | Only>> = {
  'GET /': ['GET /offices', 'GET /machines', 'GET /changes'],
  'GET /opd/:code/mesin': ['GET /machines'],
  'GET /events': { only: 'pieces of the board for a browser; rows are at GET /changes, the rest at GET /offices' },
  'GET /clocks': ['GET /clocks'],
  'GET /clocks/:serial': ['GET /clocks/:serial'],
  'GET /clocks/explain/:punchId': ['GET /punches/:id/explanation'],
  'GET /peringatan': ['GET /alerts'],
  'POST /peringatan/:id/tangani': ['POST /alerts/:id/acknowledge', 'GET /alerts/channels'],
  'GET /presensi': ['GET /attendance', 'GET /completeness'],
  'GET /presensi.csv': ['GET /attendance.csv'],
  'GET /presensi.xlsx': ['GET /attendance.xlsx'],
  'POST /presensi/cari': ['GET /attendance/people'],
  'GET /kelengkapan': ['GET /completeness'],
  'GET /kelengkapan/:code/:day': ['GET /completeness'],
  'GET /lapor': { only: form },
  'POST /lapor': ['POST /incidents', 'POST /incidents/:number/files'],
  'GET /laporan': ['GET /incidents'],
  'GET /laporan/:number': ['GET /incidents/:number'],
  'GET /laporan/:number/berita-acara.pdf': ['GET /incidents/:number/record.pdf'],
  'GET /laporan/:number/bukti/:proofId': ['GET /incidents/:number/files/:id'],
  'GET /laporan/:number/orang': ['GET /incidents/:number/people'],
  'POST /laporan/:number/catatan': ['POST /incidents/:number/notes', 'POST /incidents/:number/files'],
  'POST /laporan/:number/langkah': ['POST /incidents/:number/steps'],
  'POST /laporan/:number/pemberitahuan': ['POST /incidents/:number/note-sent'],
  'POST /laporan/:number/uji': ['POST /incidents/:number/probe'],
  'GET /laporan/masa': ['GET /outage-windows'],
  'GET /laporan/masa.csv': ['GET /outage-windows.csv'],
  'GET /laporan/masa.xlsx': ['GET /outage-windows.xlsx'],
  'GET /mesin': ['GET /machines'],
  'GET /mesin/:office/:name': ['GET /machines/:office/:name', 'GET /outages', 'GET /clocks/:serial', 'GET /incidents'],
  'GET /mesin/seri/:serial': ['GET /machines'],
  'POST /mesin/:office/:name/jeda': ['PUT /machines/:office/:name/pause'],
  'POST /mesin/:office/:name/lanjut': ['DELETE /machines/:office/:name/pause'],
  'POST /mesin/:office/:name/perintah': ['POST /machines/:office/:name/commands'],
  'GET /pengaturan': { only: 'a menu; GET /me says what whoever asks may do' },
  'GET /pengaturan/pegawai': ['GET /people'],
  'GET /pengaturan/pegawai.csv': ['GET /people.csv'],
  'POST /pengaturan/pegawai/cari': ['GET /people'],
  'GET /pengaturan/pegawai/baru': { only: form },
  'POST /pengaturan/pegawai/baru': ['POST /people'],
  'GET /pengaturan/pegawai/:id': ['GET /people/:id'],
  'POST /pengaturan/pegawai/:id': ['PATCH /people/:id'],
  'POST /pengaturan/pegawai/:id/pin': ['POST /people/:id/pins'],
  'POST /pengaturan/pegawai/:id/akhiri': ['PATCH /people/:id/pins/:pin'],
  'GET /pengaturan/pegawai/:id/pin/:pin/tarik': ['GET /people/:id/pins/:pin'],
  'POST /pengaturan/pegawai/:id/pin/:pin/tarik': ['POST /people/:id/pins/:pin/take-back'],
  'GET /pengaturan/pegawai/:id/berhenti': ['GET /people/:id'],
  'POST /pengaturan/pegawai/:id/berhenti': ['PUT /people/:id/last-day'],
  'POST /pengaturan/pegawai/:id/lanjut': ['DELETE /people/:id/last-day'],
  'GET /pengaturan/pegawai/impor': { only: form },
  'POST /pengaturan/pegawai/impor': [people],
  'GET /pengaturan/pegawai/impor/:id': [people],
  'POST /pengaturan/pegawai/impor/:id': [people],
  'GET /pengaturan/opd': ['GET /setup'],
  'GET /pengaturan/mesin': ['GET /setup'],
  'GET /pengaturan/gladi': ['GET /setup/rehearsal', 'GET /setup'],
  'POST /pengaturan/gladi': ['POST /setup/rehearsal'],
  'POST /pengaturan/gladi/akhiri': ['DELETE /setup/rehearsal'],
  'GET /pengaturan/opd/baru': { only: form },
  'POST /pengaturan/opd/baru': setUp,
  'GET /pengaturan/opd/ubah': ['GET /setup'],
  'POST /pengaturan/opd/ubah': setUp,
  'GET /pengaturan/opd/hapus': { only: form },
  'POST /pengaturan/opd/hapus': setUp,
  'GET /pengaturan/mesin/baru': { only: form },
  'POST /pengaturan/mesin/baru': ['POST /setup/changes', 'POST /setup/test-connection'],
  'GET /pengaturan/mesin/ubah': ['GET /setup'],
  'POST /pengaturan/mesin/ubah': ['POST /setup/changes', 'POST /setup/test-connection'],
  'GET /pengaturan/mesin/hapus': { only: form },
  'POST /pengaturan/mesin/hapus': setUp,
  'GET /pengaturan/impor': { only: form },
  'POST /pengaturan/impor': ['POST /setup/import'],
  'GET /pengaturan/opd.csv': ['GET /setup/offices.csv'],
  'GET /pengaturan/mesin.csv': ['GET /setup/machines.csv'],
  'GET /pengaturan/akun': ['GET /accounts'],
  'POST /pengaturan/akun': ['POST /accounts'],
  'GET /pengaturan/akun/:login': ['GET /accounts'],
  'POST /pengaturan/akun/:login': ['PATCH /accounts/:login'],
  'POST /pengaturan/akun/:login/tautan': ['POST /accounts/:login/link'],
  'GET /pengaturan/token': ['GET /tokens'],
  'POST /pengaturan/token': ['POST /tokens'],
  'POST /pengaturan/token/:id/cabut': ['DELETE /tokens/:id'],
  'GET /pengaturan/jejak': ['GET /audit', 'GET /audit/chain'],
  'GET /pengaturan/sandi': { only: form },
  'POST /pengaturan/sandi': {
    only: 'a password is a person’s own, proven with the old one; a token has none, and must not be able to lock its maker out',
  },
  'GET /masuk': { only: inBrowser },
  'POST /masuk': { only: inBrowser },
  'GET /masuk/tautan': { only: inBrowser },
  'POST /masuk/tautan': { only: inBrowser },
  'POST /keluar': { only: inBrowser },
  'GET /assets/*': { only: inBrowser },
  'GET /healthz': { only: machines },
  'GET /readyz': { only: machines },
  'GET /metrics': { only: machines },
};

const database = await createTestDatabase();
let siege: Siege;
beforeAll(async () => {
  siege = await besiege(database);
});
afterAll(() => siege.web.close());

/** Routes and their permissions, by name; those of the API without their beginning. */
function routes(kind: 'pages' | 'api'): ReadonlyMap<string, string> {
  const named = siege.web.routes
    .filter(({ url }) => url.startsWith('/api/') === (kind === 'api'))
    .map(({ method, url, needs }) => {
      const path = url.replace(/^\/api\/v1/, '').replace(/^\/assets\/.*/, '/assets/*');
      return [`${method} ${path}`, needs] as const;
    });
  return new Map(named);
}

/** Every fault of a table: pages without a line, lines without a page, and API routes that are not, or need more. */
function faultsOf(table: typeof pages): string[] {
  const [there, api] = [routes('pages'), routes('api')];
  const without = [...there.keys()].filter((page) => table[page] === undefined).map((page) => `${page}: no line`);
  const gone = Object.keys(table)
    .filter((page) => !there.has(page))
    .map((page) => `${page}: no such page`);
  const wrong = Object.entries(table).flatMap(([page, line]) =>
    ('only' in line ? [] : line).flatMap((route, at) => {
      const needs = api.get(route);
      if (needs === undefined) return [`${page}: there is no ${route}`];
      // Whoever may do it on the page may do the like of it here; what comes after is for further things on that page.
      return at > 0 || needs === there.get(page) ? [] : [`${page}: ${route} needs ${needs}`];
    }),
  );
  return [...without, ...gone, ...wrong];
}

test('every page has a route of the API that does the same for the same people, or a reason', () => {
  expect(routes('pages').size).toBeGreaterThan(80);
  expect(faultsOf(pages)).toEqual([]);
  for (const line of Object.values(pages)) if ('only' in line) expect(line.only.length).toBeGreaterThan(20);
});

describe('the table is judged', () => {
  test('a page without a line is found', () => {
    const { 'GET /mesin': _line, ...others } = pages;
    expect(faultsOf(others)).toEqual(['GET /mesin: no line']);
  });

  test.each([
    ['a line without a page', { 'GET /gudang': { only: 'x' } }, 'GET /gudang: no such page'],
    ['an API route that is not', { 'GET /mesin': ['GET /gudang'] }, 'GET /mesin: there is no GET /gudang'],
    ['one for fewer people', { 'GET /mesin': ['GET /people'] }, 'GET /mesin: GET /people needs people.manage'],
  ])('%s is found', (_what, change, fault) => {
    expect(faultsOf({ ...pages, ...(change as typeof pages) })).toEqual([fault]);
  });
});
