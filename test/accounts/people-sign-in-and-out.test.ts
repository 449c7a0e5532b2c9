import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeFirstOperator } from '../../src/accounts/first-operator.ts';
import { createReaders } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { firstBrokenAudit, readAuditLog } from '../../src/store/audit-log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const password = 'kuda putih lari pagi';
let web: Web;
let link: string;

beforeAll(async () => {
  const readers = createReaders(database, [], () => performance.now());
  const log = silentLog();
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers,
    nowMs: Date.now,
  });
  link = `/masuk/tautan?kode=${await makeFirstOperator(database.db)}`;
});
afterAll(() => web.close());

/** A browser without script: keeps cookies, follows nothing, fills in the form of a page. */
function browser() {
  const cookies = new Map<string, string>();
  async function ask(path: string, init: RequestInit = {}) {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const answer = await fetch(`${web.url}${path}`, {
      redirect: 'manual',
      ...init,
      headers: { cookie, ...init.headers },
    });
    for (const set of answer.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return {
      status: answer.status,
      page: await answer.text(),
      goTo: answer.headers.get('location'),
      headers: answer.headers,
    };
  }
  async function send(path: string, fields: Record<string, string>, from = path) {
    const { page } = await ask(from);
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    return ask(path, { method: 'POST', body: new URLSearchParams({ _csrf: csrf, ...fields }) });
  }
  return { ask, send, cookies };
}

describe('the first operator', () => {
  test('is made once', async () => {
    expect(await makeFirstOperator(database.db)).toBeNull();
  });

  test('chooses a password that is long enough and typed twice alike, by a link that works once', async () => {
    const person = browser();
    const code = new URLSearchParams(link.split('?')[1]).get('kode') ?? '';
    const short = await person.send('/masuk/tautan', { kode: code, password: 'pendek', again: 'pendek' }, link);
    expect([short.status, short.page.includes('paling sedikit 12 huruf')]).toEqual([422, true]);
    const other = await person.send('/masuk/tautan', { kode: code, password, again: `${password}!` }, link);
    expect([other.status, other.page.includes('tidak sama')]).toEqual([422, true]);
    const chosen = await person.send('/masuk/tautan', { kode: code, password, again: password }, link);
    expect([chosen.status, chosen.goTo]).toEqual([303, '/masuk?selesai=1']);
    expect((await person.ask(link)).status).toBe(410);
  });

  test('signs in, sees the board, signs out', async () => {
    const person = browser();
    const turnedAway = await person.ask('/?opd=dinkes');
    expect([turnedAway.status, turnedAway.goTo]).toEqual([303, '/masuk?ke=%2F%3Fopd%3Ddinkes']);
    const inside = await person.send('/masuk', { login: ' Operator ', password, ke: '/?opd=dinkes' });
    expect([inside.status, inside.goTo]).toEqual([303, '/?opd=dinkes']);
    expect(inside.headers.getSetCookie().join()).toMatch(/gerbang=[\w-]{43}; Path=\/; HttpOnly; SameSite=Lax/);
    const board = await person.ask('/');
    expect(board.page).toContain('Operator Kominfo');
    const copy = new Map(person.cookies);
    expect((await person.send('/keluar', {}, '/')).goTo).toBe('/masuk');
    expect((await person.ask('/')).goTo).toMatch(/^\/masuk/);
    for (const [name, value] of copy) person.cookies.set(name, value);
    expect((await person.ask('/')).goTo).toMatch(/^\/masuk/);
  });
});

describe('whoever is refused', () => {
  test('learns nothing about which logins there are', async () => {
    const person = browser();
    const wrong = await person.send('/masuk', { login: 'operator', password: 'bukan kata sandi', ke: '/' });
    const nobody = await person.send('/masuk', { login: 'tidakada', password: 'bukan kata sandi', ke: '/' });
    const plain = (page: string) => page.replace(/value="[^"]*"/g, '');
    expect([wrong.status, nobody.status]).toEqual([401, 401]);
    expect(plain(wrong.page)).toBe(plain(nobody.page));
    expect(wrong.page).not.toContain('bukan kata sandi');
  });

  test('waits after five tries, even with the right password', async () => {
    await sql`update account set failures = 4, locked_until = null`.execute(database.db);
    const person = browser();
    await person.send('/masuk', { login: 'operator', password: 'tebakan kelima', ke: '/' });
    expect((await person.send('/masuk', { login: 'operator', password, ke: '/' })).status).toBe(401);
    await sql`update account set locked_until = now() - interval '1 second'`.execute(database.db);
    expect((await person.send('/masuk', { login: 'operator', password, ke: '/' })).status).toBe(303);
  });

  test('is not sent to another site', async () => {
    for (const ke of [
      'https://jahat.example/',
      '//jahat.example',
      '/\\jahat.example',
      'javascript:alert(1)',
      '/masuk',
      '/a\r\nX: 1',
    ]) {
      expect((await browser().send('/masuk', { login: 'operator', password, ke })).goTo).toBe('/');
    }
  });

  test('cannot send a form of another site, nor one without its token', async () => {
    const person = browser();
    const form = { login: 'operator', password, ke: '/' };
    await person.ask('/masuk');
    const bare = await person.ask('/masuk', { method: 'POST', body: new URLSearchParams(form) });
    expect(bare.status).toBe(403);
    const { page } = await person.ask('/masuk');
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
    const foreign = await person.ask('/masuk', {
      method: 'POST',
      body: new URLSearchParams({ ...form, _csrf: csrf }),
      headers: { 'sec-fetch-site': 'cross-site' },
    });
    expect(foreign.status).toBe(403);
  });
});

test('what happened stands in a log that shows every change to it', async () => {
  const entries = await readAuditLog(database.db, { beforeId: null, limit: 100 });
  const actions = new Set(entries.map(({ action }) => action));
  expect(actions).toEqual(
    new Set(['account.create', 'account.choose-password', 'session.begin', 'session.end', 'session.refuse']),
  );
  expect(JSON.stringify(entries)).not.toContain(password);
  expect(await firstBrokenAudit(database.db)).toBeNull();
  await expect(sql`update audit_entry set actor = 'x'`.execute(database.db)).rejects.toMatchObject({
    code: 'INTERNAL',
  });
  await sql`alter table audit_entry disable trigger never_changed`.execute(database.db);
  await sql`delete from audit_entry where audit_id = 2`.execute(database.db);
  expect(await firstBrokenAudit(database.db)).toBe(3);
});
