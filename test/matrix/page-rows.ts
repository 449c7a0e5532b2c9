/** Row 44: strangers at the pages of a running gateway. */
import { once } from 'node:events';
import { request as ask } from 'node:http';
import { createServer } from 'node:net';
import { sql } from 'kysely';
import { until } from './rig/wait.ts';
import { makeWorld } from './rig/world.ts';
import type { MatrixRow, RowContext } from './row.ts';

const password = 'kuda putih lari pagi';

interface Answer {
  readonly status: number;
  readonly goTo: string;
  readonly body: string;
}

/** A browser that somebody else may have in hand: it says of itself whatever it is told to. */
interface Browser {
  readonly cookies: Map<string, string>;
  get(path: string, headers?: Record<string, string>): Promise<Answer>;
  /** Takes the token of the form at `from`, unless `fields` brings another one. */
  post(path: string, fields: Record<string, string>, from?: string, headers?: Record<string, string>): Promise<Answer>;
  tokenAt(path: string): Promise<string>;
}

async function atThePages(context: RowContext): Promise<string> {
  const database = await context.database();
  const config = { web: { tokens: [{ name: 'payroll', sha256: 'ab'.repeat(32) }] } };
  const world = await makeWorld({ ...context, database, config, history: 50, consumer: false });
  const gateway = world.start();
  const url = await gateway.pageUrl();
  await until('the link of the first operator', () => /tautan\?kode=[\w-]+/.test(gateway.said()));
  const link = /\/masuk\/tautan\?kode=([\w-]+)/.exec(gateway.said());
  const chosen = await browser(url).post(
    '/masuk/tautan',
    { kode: link?.[1] ?? '', password, again: password },
    link?.[0] ?? '',
  );
  must(chosen.status === 303, `the password is chosen: ${chosen.status}`);

  const person = browser(url);
  must((await signIn(person)).status === 303, 'the operator signs in');
  must((await person.get('/')).status === 200, 'and sees the board');
  const attempts = [
    ...(await withoutSession(url)),
    ...(await withForeignForms(url, person)),
    ...(await withTypedAddresses(person)),
    ...(await withAnEndedSession(url, person)),
    ...(await withOtherNames(url)),
    await withManyTries(url),
  ];
  await world.mustComeToRest('after all attempts');
  const { rows } = await sql<{ count: number }>`
    select count(*)::int as count from audit_entry where action = 'session.refuse'`.execute(world.database.db);
  must((rows[0]?.count ?? 0) > 0, 'what was refused stands in the log of what people did');
  if (gateway.hasEnded()) throw new Error(`the gateway ended: ${gateway.said()}`);
  return `${attempts.length} kinds of attempts refused: ${attempts.join(', ')}`;
}

/** Cookies and tokens that nobody was given. */
async function withoutSession(url: string): Promise<string[]> {
  const nobody = browser(url);
  const pages = ['/', '/clocks', '/events'];
  const turnedAway = async (who: Browser): Promise<boolean> => {
    const answers = await Promise.all(pages.map((page) => who.get(page)));
    return answers.every(({ status, goTo }) => status === 401 || (status === 303 && goTo.startsWith('/masuk')));
  };
  must(await turnedAway(nobody), 'a page is shown without an account');
  for (const made of ['A'.repeat(43), "' or 1=1 --", '%00', 'x'.repeat(4_000)]) {
    nobody.cookies.set('gerbang', made);
    must(await turnedAway(nobody), 'a page is shown for an invented session');
  }
  for (const path of ['/api/v1/changes?cursor=oldest', '/api/v1/completeness']) {
    const { status } = await nobody.get(path, { authorization: `Bearer ${'A'.repeat(43)}` });
    must(status === 401 || status === 403, `${path} answers an invented token: ${status}`);
  }
  const wrong = await nobody.post('/masuk', { login: 'operator', password: 'bukan kata sandi', ke: '/' });
  must(wrong.status === 401, `a wrong password: ${wrong.status}`);
  return ['no session', 'invented session', 'invented token', 'wrong password'];
}

/** Forms that another site, or another reader, sends in the name of a person who is signed in. */
async function withForeignForms(url: string, person: Browser): Promise<string[]> {
  const isSignedIn = async (): Promise<boolean> => (await person.get('/')).status === 200;
  const bare = await person.post('/keluar', { _csrf: '' });
  must(bare.status === 403 && (await isSignedIn()), `a form without its token: ${bare.status}`);
  const other = browser(url);
  const foreign = await person.post('/keluar', { _csrf: await other.tokenAt('/masuk') });
  must(foreign.status === 403 && (await isSignedIn()), `a form with somebody else's token: ${foreign.status}`);
  for (const site of ['cross-site', 'same-site']) {
    const sent = await person.post('/keluar', {}, '/', { 'sec-fetch-site': site, origin: 'https://jahat.example' });
    must(sent.status === 403 && (await isSignedIn()), `a form from another site: ${sent.status}`);
  }
  return ['no form token', 'foreign form token', 'another site'];
}

/** Addresses that nobody's terminal has, typed by somebody who may set machines up. */
async function withTypedAddresses(person: Browser): Promise<string[]> {
  let knocks = 0;
  const door = createServer((socket) => {
    knocks += 1;
    socket.destroy();
  }).listen(0);
  await once(door, 'listening');
  const at = door.address();
  const port = typeof at === 'object' && at !== null ? String(at.port) : '';
  const machine = { officeCode: 'opd0', name: 'Gerbang', port, serial: '', driver: 'zk', transport: 'tcp' };
  for (const host of ['127.0.0.1', 'localhost', '::ffff:127.0.0.1', '0x7f000001', '169.254.169.254', '8.8.8.8'])
    for (const action of ['test', 'save']) {
      const { status } = await person.post('/pengaturan/mesin/baru', { ...machine, host, action });
      must(status === 422, `${host} is taken from a form (${action}): ${status}`);
    }
  door.close();
  must(knocks === 0, `the gateway knocked at itself ${knocks} times`);
  return ['typed addresses'];
}

/** A cookie that was copied before its owner signed out. */
async function withAnEndedSession(url: string, person: Browser): Promise<string[]> {
  const thief = browser(url);
  for (const [name, value] of person.cookies) thief.cookies.set(name, value);
  const out = await person.post('/keluar', {}, '/');
  must(out.status === 303, `signing out: ${out.status}`);
  must((await thief.get('/')).status === 303, 'a session that was ended still opens a page');
  return ['ended session'];
}

/** Names that are not ours, and ways to other sites. */
async function withOtherNames(url: string): Promise<string[]> {
  const nobody = browser(url);
  const { status } = await nobody.get('/masuk', { host: 'jahat.example' });
  must(status === 421, `another host's name: ${status}`);
  for (const ke of ['https://jahat.example/', '//jahat.example', '/\\jahat.example']) {
    const { body } = await nobody.get(`/masuk?ke=${encodeURIComponent(ke)}`);
    must(!body.includes('jahat.example'), `the way to ${ke} is kept`);
  }
  return ['foreign host', 'foreign way on'];
}

/** Guessing, from ever new addresses by its own word. */
async function withManyTries(url: string): Promise<string> {
  const statuses: number[] = [];
  for (let tries = 0; tries < 60; tries += 1) {
    const guesser = browser(url);
    const forwarded = { 'x-forwarded-for': `10.1.2.${tries}`, forwarded: `for=10.1.2.${tries}` };
    const fields = { login: 'operator', password: 'x', _csrf: 'none' };
    statuses.push((await guesser.post('/masuk', fields, '/masuk', forwarded)).status);
  }
  must(statuses.at(-1) === 429, `the sixtieth try of a minute: ${statuses.at(-1)}`);
  return 'tries without end';
}

function signIn(who: Browser): Promise<Answer> {
  return who.post('/masuk', { login: 'operator', password, ke: '/' });
}

function must(holds: boolean, what: string): void {
  if (!holds) throw new Error(`not so: ${what}`);
}

function browser(url: string): Browser {
  const cookies = new Map<string, string>();
  const { hostname, port } = new URL(url);
  // Not fetch: it will not say a host or an origin that is not its own.
  const send = (method: string, path: string, headers: Record<string, string>, body?: string): Promise<Answer> =>
    new Promise((resolve, reject) => {
      const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
      const sent = ask({ hostname, port, path, method, headers: { cookie, ...headers } }, (answer) => {
        for (const set of answer.headers['set-cookie'] ?? []) {
          const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(set) ?? [];
          cookies.set(name, value);
        }
        const chunks: Buffer[] = [];
        answer.on('data', (chunk: Buffer) => chunks.push(chunk));
        answer.on('error', reject);
        answer.on('end', () => {
          const { statusCode: status = 0, headers: said } = answer;
          resolve({ status, goTo: said.location ?? '', body: Buffer.concat(chunks).toString() });
        });
      });
      sent.setTimeout(60_000, () => sent.destroy(new Error(`no answer to ${method} ${path}`)));
      sent.on('error', reject).end(body);
    });
  const get = (path: string, headers = {}): Promise<Answer> => send('GET', path, headers);
  const tokenAt = async (path: string): Promise<string> =>
    /name="_csrf" value="([^"]+)"/.exec((await get(path)).body)?.[1] ?? '';
  return {
    cookies,
    get,
    tokenAt,
    async post(path, fields, from = path, headers = {}) {
      const _csrf = fields._csrf ?? (await tokenAt(from));
      const body = new URLSearchParams({ ...fields, _csrf }).toString();
      return send('POST', path, { 'content-type': 'application/x-www-form-urlencoded', ...headers }, body);
    },
  };
}

export const pageRows: readonly MatrixRow[] = [
  {
    number: 44,
    fault:
      'strangers at the pages: invented, copied and ended sessions, forged forms, guessing, foreign names, addresses typed into forms, markup from terminals',
    expected: 'refused, and noted; what terminals say is shown as text',
    long: true,
    limitMs: 600_000,
    run: atThePages,
    heldBy: [
      { file: 'test/web/nothing-reaches-a-page-unescaped.test.ts' },
      { file: 'test/web/what-machines-ask-the-gateway.test.ts' },
      { file: 'test/web/the-page-can-be-trusted-in-a-browser.test.ts' },
      { file: 'test/accounts/people-sign-in-and-out.test.ts' },
      { file: 'test/attacks/every-attack-is-refused.test.ts' },
      { file: 'test/attacks/addresses-typed-into-a-form-lead-nowhere.test.ts' },
      { file: 'test/setup/offices-and-machines-are-set-up-in-the-browser.test.ts', test: 'addresses' },
    ],
  },
];
