/** Passwords and PINs that can be read on their way are never passed over in silence; behind TLS cookies go nowhere else. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { createReaders } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { createAccount, setPassword } from '../../src/store/accounts.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web, type WebOptions } from '../../src/web/server.ts';
import { createTestDatabase } from '../tools/database.ts';
import { person, signedIn } from './tools.ts';

const database = await createTestDatabase();
const password = 'kuda putih lari pagi';
const warning = /role="alert">[^<]*tanpa TLS/;
const webs: Web[] = [];
let session: string;

async function serve(options: Partial<WebOptions>): Promise<{ readonly url: string; readonly warned: string[] }> {
  const warned: string[] = [];
  const log = silentLog();
  log.warn = ((text: unknown) => void warned.push(String(text))) as typeof log.warn;
  const web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: createReaders(database, [], () => performance.now()),
    nowMs: Date.now,
    ...options,
  });
  webs.push(web);
  return { url: web.url.replace('0.0.0.0', '127.0.0.1'), warned };
}

beforeAll(async () => {
  const account = { login: 'rina', name: 'Rina', role: 'operator', officeCode: null, createdBy: 'uji' } as const;
  await setPassword(database.db, (await createAccount(database.db, account)) ?? '', await hashPassword(password));
  session = await signedIn(database, 'kominfo', 'operator');
});
afterAll(() => Promise.all(webs.map((web) => web.close())));

/** What an operator reads under Pengaturan. */
async function settings(url: string, headers: Record<string, string> = {}): Promise<string> {
  const { status, page } = await person(url, session).ask('/pengaturan', { headers });
  expect(status).toBe(200);
  return page;
}

async function signIn(url: string, headers: Record<string, string>): Promise<readonly string[]> {
  const somebody = person(url);
  const { page } = await somebody.ask('/masuk', { headers });
  const csrf = /name="_csrf" value="([^"]+)"/.exec(page)?.[1] ?? '';
  const body = new URLSearchParams({ _csrf: csrf, login: 'rina', password });
  const answer = await somebody.ask('/masuk', { method: 'POST', body, headers });
  expect(answer.status).toBe(303);
  return answer.headers.getSetCookie();
}

test('on this machine alone nobody is warned', async () => {
  const { url, warned } = await serve({});
  expect(await settings(url)).not.toMatch(warning);
  expect(warned).toEqual([]);
});

test('pages that leave the machine without TLS say so to whoever sets things up, and in the log', async () => {
  const { url, warned } = await serve({ host: '0.0.0.0' });
  expect(await settings(url)).toMatch(warning);
  expect(warned.join()).toContain('without TLS');
  const [cookie = ''] = (await signIn(url, {})).filter((one) => one.startsWith('gerbang='));
  expect(cookie).toMatch(/HttpOnly/i);
  // A browser would not send it back over plain HTTP.
  expect(cookie).not.toMatch(/Secure/i);
});

test('nobody but a named proxy is believed about TLS', async () => {
  const { url } = await serve({ host: '0.0.0.0' });
  const claim = { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.1.1.1' };
  expect(await settings(url, claim)).toMatch(warning);
  expect((await signIn(url, claim)).join()).not.toMatch(/Secure|__Host-/i);
});

test('behind a proxy with TLS each cookie is for TLS only, and nobody is warned', async () => {
  const { url, warned } = await serve({ proxies: ['127.0.0.1'], hostNames: ['gerbang.lebong.go.id'] });
  const headers = { 'x-forwarded-proto': 'https', 'x-forwarded-host': 'gerbang.lebong.go.id' };
  const set = await signIn(url, headers);
  expect(set.length).toBeGreaterThan(0);
  expect(set.filter((one) => !/;\s*Secure/i.test(one))).toEqual([]);
  const [secret = ''] = set.flatMap((one) => /^__Host-gerbang=([^;]+)/.exec(one)?.[1] ?? []);
  const cookie = { ...headers, cookie: `__Host-gerbang=${secret}` };
  const answer = await fetch(`${url}/pengaturan`, { headers: cookie });
  expect(answer.status).toBe(200);
  expect(await answer.text()).not.toMatch(warning);
  expect(warned).toEqual([]);
});

test('a proxy that speaks plain HTTP to the network is told of, too', async () => {
  const { url } = await serve({ proxies: ['127.0.0.1'], hostNames: ['gerbang.lebong.go.id'] });
  const headers = { 'x-forwarded-proto': 'http', 'x-forwarded-host': 'gerbang.lebong.go.id' };
  expect(await settings(url, headers)).toMatch(warning);
});
