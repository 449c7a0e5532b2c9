/** Every route, by everybody. A new route needs a line here: what it needs, and what of another office is asked for. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { lines, uuid } from './routes.ts';
import { besiege, foreign, type Siege } from './tools.ts';

const database = await createTestDatabase();
let siege: Siege;
beforeAll(async () => {
  siege = await besiege(database);
});
afterAll(() => siege.web.close());

/** What each role may, said once more and independently of the program. */
const hr = [
  'board.view',
  'attendance.view',
  'attendance.export',
  'people.manage',
  'incident.report',
  'incident.handle',
  'audit.view',
];
const allowed = {
  nobody: [],
  viewer: ['board.view', 'signed-in'],
  hr: [...hr, 'signed-in'],
  other: [...hr, 'signed-in'],
  operator: [...hr, 'signed-in', 'machine.command', 'setup.change', 'alert.manage', 'account.manage', 'metrics.view'],
} as const satisfies Record<string, readonly string[]>;
type Who = keyof typeof allowed;

const nameOf = ({ method, url }: { method: string; url: string }): string =>
  `${method} ${url.replace(/^\/assets\/.*/, '/assets/*')}`;

/** A path that could be one of the route. */
function pathOf(url: string): string {
  const values: Record<string, string> = {
    code: 'kominfo',
    serial: 'KOM1',
    punchId: 'KOM1-1-0',
    id: /token|pegawai|people/.test(url) ? uuid : '7',
    pin: '1',
    login: 'tidak-ada',
    office: 'kominfo',
    name: 'Lobi',
    number: '1',
    day: '2026-03-02',
    proofId: '1',
  };
  return url.replace(/:(\w+)/g, (_all, name: string) => values[name] ?? uuid);
}

test('every route has a line in routes.ts and needs what it says', () => {
  const needed = siege.web.routes.map((route) => [nameOf(route), route.needs] as const);
  expect(needed.length).toBeGreaterThan(80);
  expect(Object.fromEntries(needed)).toEqual(Object.fromEntries(needed.map(([name]) => [name, lines[name]?.needs])));
});

describe.each(Object.keys(allowed) as Who[])('%s', (who) => {
  test('is let in and refused as the lines say', async () => {
    const faults: string[] = [];
    const browser = siege.as(who);
    const csrf = await browser.formToken(who === 'nobody' ? '/masuk' : '/pengaturan');
    for (const { method, url } of siege.web.routes) {
      const name = nameOf({ method, url });
      const line = lines[name];
      if (line === undefined) continue;
      const isAllowed = ['anyone', 'itself'].includes(line.needs) || allowed[who].some((one) => one === line.needs);
      if (isAllowed && line.refusedOnly) continue;
      const isApi = url.startsWith('/api/');
      const json = { body: '{}', headers: { 'content-type': 'application/json', 'x-csrf-token': csrf } };
      const form = { body: new URLSearchParams({ _csrf: csrf }) };
      const { status, goTo } = await browser.ask(pathOf(url), {
        method,
        ...(method === 'GET' ? {} : isApi ? json : form),
      });
      const wasRefused = status === 401 || status === 403 || (status === 303 && (goTo ?? '').startsWith('/masuk?ke='));
      if (wasRefused === isAllowed || status >= 500) faults.push(`${name}: ${status} ${goTo ?? ''}`);
    }
    expect(faults).toEqual([]);
  });
});

test('whoever is of one office is told nothing of another by any route, and whoever sees all is', async () => {
  const told: string[] = [];
  let seenByAll = 0;
  for (const { foreign: path } of Object.values(lines)) {
    if (path === undefined) continue;
    if (foreign.test((await siege.as('hr').ask(path)).page)) seenByAll += 1;
    const { page } = await siege.as('other').ask(path);
    // What was asked may be said again: the asker knows it.
    const found = foreign.exec(page.replaceAll(path, '').replaceAll(path.replaceAll('&', '&amp;'), ''));
    if (found !== null) told.push(`${path}: ${found[0]}`);
  }
  expect(told).toEqual([]);
  expect(seenByAll).toBeGreaterThan(8);
});
