/** What strangers, colleagues and terminals try at the pages. Each line is one attack and how it ends. */
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { newSecret, secretHash } from '../../src/accounts/secrets.ts';
import { createSession } from '../../src/store/web-sessions.ts';
import { person } from '../accounts/tools.ts';
import { createTestDatabase } from '../tools/database.ts';
import { besiege, raw, type Siege, script } from './tools.ts';

const database = await createTestDatabase();
const password = 'kuda putih lari pagi';
let siege: Siege;
let url = '';

beforeAll(async () => {
  siege = await besiege(database);
  ({ url } = siege.web);
  await sql`update account set password_hash = ${await hashPassword(password)} where login = 'budi'`.execute(
    database.db,
  );
});
afterAll(() => siege.web.close());

type Attack = readonly [what: string, attack: () => Promise<unknown>, end: unknown];

const site = (name: string) => ({ 'sec-fetch-site': name, origin: 'https://jahat.example' });
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
const staysIn = async (who: ReturnType<Siege['as']>): Promise<boolean> => (await who.ask('/')).status === 200;
const json = { 'content-type': 'application/json' };

const doors: readonly Attack[] = [
  ['no session', async () => (await siege.as('nobody').ask('/')).goTo, '/masuk?ke=%2F'],
  ['an invented session', async () => (await person(url, 'A'.repeat(43)).ask('/')).goTo, '/masuk?ke=%2F'],
  ['a session as SQL', async () => (await person(url, "' or 1=1 --").ask('/')).goTo, '/masuk?ke=%2F'],
  ['a very long session', async () => (await person(url, 'x'.repeat(6_000)).ask('/')).status, 303],
  [
    'the hash of a session, from the database',
    async () => (await person(url, secretHash(siege.sessions.operator).toString('base64url')).ask('/')).status,
    303,
  ],
  ['an invented token', async () => (await raw(url, '/api/v1/me', bearer('A'.repeat(43)))).status, 401],
  [
    'a session sent as a token',
    async () => (await raw(url, '/api/v1/me', bearer(siege.sessions.operator))).status,
    401,
  ],
  ['a token sent as a session', async () => (await person(url, siege.tokens.all).ask('/')).status, 303],
  [
    'a forged address of this machine',
    async () => (await raw(url, '/metrics', { 'x-forwarded-for': '127.0.0.1' })).status,
    403,
  ],
  [
    'the name of another host (DNS rebinding)',
    async () => (await raw(url, '/masuk', { host: 'jahat.example' })).status,
    421,
  ],
  [
    'an account that waits, with the right password',
    async () => {
      await sql`update account set failures = 5, locked_until = now() + interval '1 minute' where login = 'budi'`.execute(
        database.db,
      );
      const { status, headers } = await siege.as('nobody').send('/masuk', { login: 'budi', password }, '/masuk');
      return [status, /gerbang=[\w-]{43}/.test(headers.getSetCookie().join())];
    },
    [401, false],
  ],
  [
    'tries without end, from ever new addresses by their own word',
    async () => {
      const tries = Array.from({ length: 60 }, (_, at) =>
        raw(url, '/masuk', { forwarded: `for=10.0.0.${at}`, 'x-real-ip': `10.0.0.${at}` }, 'POST'),
      );
      return (await Promise.all(tries)).filter(({ status }) => status === 429).length >= 29;
    },
    true,
  ],
];

const forms: readonly Attack[] = [
  [
    'a form without its token',
    async () => {
      const who = siege.as('hr');
      const { status } = await who.ask('/keluar', { method: 'POST' });
      return [status, await staysIn(who)];
    },
    [403, true],
  ],
  [
    'a form with the token of another session',
    async () => {
      const who = siege.as('hr');
      const foreign = await siege.as('viewer').formToken();
      await who.formToken();
      const { status } = await who.ask('/keluar', { method: 'POST', body: new URLSearchParams({ _csrf: foreign }) });
      return [status, await staysIn(who)];
    },
    [403, true],
  ],
  [
    'a form with the token and the form cookie of another session',
    async () => {
      const who = siege.as('hr');
      const thief = siege.as('viewer');
      const foreign = await thief.formToken();
      who.cookies.set('gerbang_form', thief.cookies.get('gerbang_form') ?? '');
      const { status } = await who.ask('/keluar', { method: 'POST', body: new URLSearchParams({ _csrf: foreign }) });
      return [status, await staysIn(who)];
    },
    [403, true],
  ],
  ...['cross-site', 'same-site'].map(
    (name): Attack => [
      `a form sent ${name}, with its token`,
      async () => {
        const who = siege.as('hr');
        const { status } = await who.send('/keluar', {}, '/', site(name));
        return [status, await staysIn(who)];
      },
      [403, true],
    ],
  ),
  [
    'the token in the address instead of the form',
    async () => {
      const who = siege.as('hr');
      const { status } = await who.ask(`/keluar?_csrf=${await who.formToken()}`, { method: 'POST' });
      return [status, await staysIn(who)];
    },
    [403, true],
  ],
  [
    'a change by GET, with a method override',
    async () => {
      const who = siege.as('hr');
      const { status } = await who.ask('/keluar?_method=POST', { headers: { 'x-http-method-override': 'POST' } });
      return [status, await staysIn(who)];
    },
    [404, true],
  ],
  [
    'a form as plain text, as another site can send it',
    async () => {
      const who = siege.as('hr');
      const { status } = await who.ask('/keluar', {
        method: 'POST',
        body: '_csrf=x',
        headers: { 'content-type': 'text/plain' },
      });
      return [status, await staysIn(who)];
    },
    [403, true],
  ],
  [
    'the API with a session and no form token',
    async () =>
      (await siege.as('operator').ask('/api/v1/alerts/7/acknowledge', { method: 'POST', body: '{}', headers: json }))
        .status,
    403,
  ],
  [
    'the API from another site',
    async () =>
      (
        await siege.as('operator').ask('/api/v1/alerts/7/acknowledge', {
          method: 'POST',
          body: '{}',
          headers: { ...json, ...site('cross-site') },
        })
      ).status,
    403,
  ],
  [
    'a form for the API',
    async () => {
      const headers = { ...bearer(siege.tokens.all), 'content-type': 'application/x-www-form-urlencoded' };
      return (await fetch(`${url}/api/v1/alerts/7/acknowledge`, { method: 'POST', body: 'note=x', headers })).status;
    },
    403,
  ],
];

const rights: readonly Attack[] = [
  [
    'HR makes an operator',
    async () =>
      (await siege.as('hr').send('/pengaturan/akun', { login: 'raja', name: 'x', role: 'operator', office: '' }))
        .status,
    403,
  ],
  [
    'HR raises itself',
    async () =>
      (await siege.as('hr').send('/pengaturan/akun/siti', { name: 'x', role: 'operator', office: '' })).status,
    403,
  ],
  [
    'an operator who was limited to one office by hand makes accounts',
    async () => {
      await sql`insert into account (login, name, role, office_code, created_by) values ('sela', 'x', 'operator', 'kominfo', 'x')`.execute(
        database.db,
      );
      const { rows } = await sql<{ id: string }>`select account_id as id from account where login = 'sela'`.execute(
        database.db,
      );
      const secret = newSecret();
      await createSession(database.db, secretHash(secret), rows[0]?.id ?? '');
      const who = person(url, secret);
      return [
        (await who.ask('/pengaturan/akun')).status,
        (await who.send('/pengaturan/token', { name: 'x', scopes: 'board.view' })).status,
      ];
    },
    [403, 403],
  ],
  [
    'a token makes one with more scopes than its own',
    async () => {
      const headers = { ...bearer(siege.tokens.manager), 'content-type': 'application/x-www-form-urlencoded' };
      const body = 'name=lebih&scopes=attendance.view&office=&berlaku=30';
      return (await fetch(`${url}/pengaturan/token`, { method: 'POST', body, headers })).status;
    },
    422,
  ],
  [
    'a token makes an account with more rights than its own',
    async () => {
      const headers = { ...bearer(siege.tokens.manager), 'content-type': 'application/x-www-form-urlencoded' };
      const body = 'login=lebih&name=x&role=operator&office=';
      return (await fetch(`${url}/pengaturan/akun`, { method: 'POST', body, headers })).status;
    },
    422,
  ],
  [
    'a token takes a link of an operator',
    async () =>
      (await fetch(`${url}/pengaturan/akun/budi/tautan`, { method: 'POST', headers: bearer(siege.tokens.manager) }))
        .status,
    403,
  ],
  [
    'a token makes a viewer of an operator',
    async () => {
      const headers = { ...bearer(siege.tokens.manager), 'content-type': 'application/x-www-form-urlencoded' };
      const body = 'name=x&role=viewer&office=';
      return (await fetch(`${url}/pengaturan/akun/budi`, { method: 'POST', body, headers })).status;
    },
    403,
  ],
  ...(
    [
      ['POST', '/accounts', { login: 'lebih', name: 'x', role: 'operator' }, 422],
      ['POST', '/accounts/budi/link', {}, 403],
      ['PATCH', '/accounts/siti', { role: 'operator' }, 403],
      ['PATCH', '/accounts/budi', { role: 'viewer' }, 403],
      ['PATCH', '/accounts/budi', { name: 'lebih' }, 403],
      ['POST', '/tokens', { name: 'lebih', scopes: ['attendance.view'] }, 422],
    ] as const
  ).map(
    ([method, path, sent, end]): Attack => [
      `a token asks the API for more than it has: ${method} ${path}`,
      async () => {
        const headers = { ...bearer(siege.tokens.manager), ...json };
        return (await fetch(`${url}/api/v1${path}`, { method, body: JSON.stringify(sent), headers })).status;
      },
      end,
    ],
  ),
  [
    'the last operator is disabled by the API',
    async () => {
      const who = siege.as('operator');
      const headers = { ...json, 'x-csrf-token': await who.formToken() };
      const body = '{"disabled":true}';
      return (await who.ask('/api/v1/accounts/budi', { method: 'PATCH', body, headers })).status;
    },
    409,
  ],
  [
    "a token changes somebody's password",
    async () => (await fetch(`${url}/pengaturan/sandi`, { method: 'POST', headers: bearer(siege.tokens.all) })).status,
    403,
  ],
  [
    'a scope that does not exist',
    async () =>
      (await siege.as('operator').send('/pengaturan/token', { name: 'x', scopes: 'root', berlaku: '30' })).status,
    422,
  ],
];

const paths: readonly Attack[] = [
  ...[
    '/assets/../../../etc/passwd',
    '/assets/%2e%2e/%2e%2e/etc/passwd',
    '/assets/..%2f..%2fetc%2fpasswd',
    '/assets/%00',
  ].map(
    (path): Attack => [
      `the path ${path}`,
      async () => {
        const { status, body } = await raw(url, path);
        return [status >= 400 && status < 500, body.includes('root:')];
      },
      [true, false],
    ],
  ),
  ['a path with a slash in a code', async () => (await siege.as('viewer').ask('/opd/..%2f..%2fetc/mesin')).status, 404],
  ['a path with half a character', async () => (await siege.as('viewer').ask('/opd/%ff/mesin')).status, 400],
  ['a very long path', async () => (await siege.as('viewer').ask(`/clocks/${'9'.repeat(5_000)}`)).status, 414],
  ...[
    'https://jahat.example/',
    '//jahat.example',
    '/\\jahat.example',
    '/a\r\nX-Jahat: 1',
    'javascript:alert(1)',
    '/masuk/tautan?kode=x',
  ].map(
    (goTo): Attack => [
      `on to ${JSON.stringify(goTo)} after signing in`,
      async () => {
        const answer = await siege.as('viewer').ask(`/masuk?ke=${encodeURIComponent(goTo)}`);
        return [answer.goTo, answer.headers.get('x-jahat')];
      },
      ['/', null],
    ],
  ),
  [
    'a header in an address',
    async () => {
      const { headers } = await raw(url, '/clocks/%0d%0aX-Jahat:%201', { cookie: `gerbang=${siege.sessions.viewer}` });
      return headers['x-jahat'] ?? null;
    },
    null,
  ],
  [
    'a header in the name of a download',
    async () => {
      const { headers } = await siege
        .as('hr')
        .ask('/presensi.csv?opd=a%22%0d%0aX-Jahat:1&dari=2026-03-02&sampai=2026-03-02');
      return [headers.get('x-jahat'), /["\r\n].*["\r\n].*["\r\n]/.test(headers.get('content-disposition') ?? '')];
    },
    [null, false],
  ],
];

const bodies: readonly Attack[] = [
  [
    'a huge form',
    async () =>
      (
        await siege
          .as('hr')
          .ask('/keluar', { method: 'POST', body: new URLSearchParams({ login: 'x'.repeat(70_000) }) })
      ).status,
    413,
  ],
  [
    'a huge JSON',
    async () =>
      (
        await fetch(`${url}/api/v1/alerts/7/acknowledge`, {
          method: 'POST',
          body: `{"note":"${'x'.repeat(70_000)}"}`,
          headers: { ...bearer(siege.tokens.all), ...json },
        })
      ).status,
    403,
  ],
  ['JSON ten thousand deep', async () => deepJson(10_000), [422, true]],
  ['JSON that reaches for prototypes', async () => apiBody('{"__proto__":{"note":"x"}}'), 400],
  ['JSON that is none', async () => apiBody('{"note":'), 400],
  [
    'ten thousand fields',
    async () => {
      const fields = Array.from({ length: 10_000 }, (_, at) => `f${at}=1`)
        .join('&')
        .slice(0, 60_000);
      return (
        (
          await siege.as('hr').ask('/masuk', {
            method: 'POST',
            body: fields,
            headers: { 'content-type': 'application/x-www-form-urlencoded' },
          })
        ).status < 500
      );
    },
    true,
  ],
  [
    'a field many times',
    async () => {
      const who = siege.as('operator');
      const body = new URLSearchParams([
        ['_csrf', await who.formToken()],
        ['name', 'a'],
        ['name', 'b'],
        ['scopes', 'board.view'],
      ]);
      return (await who.ask('/pengaturan/token', { method: 'POST', body })).status;
    },
    422,
  ],
];

/** A body for the API from an operator with a session. */
async function apiBody(body: string): Promise<number> {
  const who = siege.as('operator');
  const headers = { ...json, 'x-csrf-token': await who.formToken() };
  return (await who.ask('/api/v1/alerts/7/acknowledge', { method: 'POST', body, headers })).status;
}

async function deepJson(depth: number): Promise<unknown> {
  const status = await apiBody(`{"note":${'['.repeat(depth)}${']'.repeat(depth)}}`);
  return [status, await staysIn(siege.as('operator'))];
}

describe.each([
  ['at the door', doors],
  ['with forms', forms],
  ['for more rights', rights],
  ['with addresses', paths],
  ['with bodies', bodies],
] as const)('%s', (_place, attacks) => {
  test.each(attacks)('%s', async (_what, attack, end) => {
    expect(await attack()).toEqual(end);
  });
});

/** Reports a machine with one file. @returns the status and whether a report was opened */
async function upload(name: string, bytes: Buffer): Promise<readonly [status: number, isOpened: boolean]> {
  const count = async (): Promise<number> =>
    (await sql<{ n: number }>`select count(*)::int as n from incident`.execute(database.db)).rows[0]?.n ?? 0;
  const before = await count();
  const who = siege.as('other');
  const body = new FormData();
  const fields = {
    opd: 'kominfo',
    mesin: script,
    jenis: 'broken',
    tanggal: '2026-03-01',
    jam: '07:00',
    cerita: script,
  };
  for (const [field, value] of Object.entries({ _csrf: await who.formToken('/lapor'), ...fields }))
    body.set(field, value);
  body.append('bukti', new Blob([new Uint8Array(bytes)]), name);
  const { status } = await who.ask('/lapor', { method: 'POST', body });
  return [status, (await count()) > before];
}

describe('an upload', () => {
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>');
  const png = Buffer.from('89504e470d0a1a0a', 'hex');
  test.each([
    ['a page called a photo', 'foto.jpg', Buffer.from('<html><script>alert(1)</script></html>')],
    ['a drawing with a script', 'foto.svg', svg],
    ['a drawing called a photo', 'foto.png', svg],
    ['a program called a letter', 'surat.pdf', Buffer.concat([Buffer.from('MZ'), Buffer.alloc(2_000, 7)])],
    ['the beginning of a photo and a script', 'foto.png', Buffer.concat([png, svg])],
    ['the beginning of a letter and nothing else', 'surat.pdf', Buffer.from('%PDF-1.7 <script>')],
    [
      'a file of nothing but its size',
      'foto.jpg',
      Buffer.concat([Buffer.from('ffd8ffe0', 'hex'), Buffer.alloc(30_000_000)]),
    ],
  ])('of %s is refused, and nothing is reported', async (_what, name, bytes) => {
    expect(await upload(name, bytes)).toEqual([422, false]);
  });

  test('with a path and a header in its name is kept under a harmless one, and is never shown as a page', async () => {
    expect(await upload('../../etc/passwd"\r\nX-Jahat: 1.pdf', Buffer.from('%PDF-1.4\n%%EOF\n'))).toEqual([303, true]);
    const { rows } = await sql<{ id: number; number: number }>`
      select proof_id as id, number from incident_proof order by proof_id desc limit 1`.execute(database.db);
    const { headers, status } = await siege.as('other').ask(`/laporan/${rows[0]?.number}/bukti/${rows[0]?.id}`);
    expect(status).toBe(200);
    expect(headers.get('content-disposition')).toMatch(
      /^(?:attachment|inline); filename="[\w. -]+"(?:; filename\*=UTF-8''[\w.%-]+)?$/,
    );
    expect(headers.get('x-jahat')).toBeNull();
    expect(headers.get('content-type')).toBe('application/pdf');
    expect(headers.get('content-security-policy')).toMatch(/sandbox|default-src 'none'/);
    expect((await siege.as('other').ask(`/laporan/${rows[0]?.number}`)).page).not.toContain(script);
  });

  test('to a report of another office is refused', async () => {
    expect((await siege.as('other').send('/laporan/1/catatan', { catatan: 'x' }, '/lapor')).status).toBe(404);
    expect((await siege.as('other').send('/laporan/1/langkah', { langkah: 'acknowledged' }, '/lapor')).status).toBe(
      404,
    );
  });
});

describe('a session', () => {
  test('is a new one after signing in, whatever was planted before, and travels guarded', async () => {
    await sql`update account set failures = 0, locked_until = null where login = 'budi'`.execute(database.db);
    const planted = newSecret();
    const victim = person(url, planted);
    victim.cookies.set('__Host-gerbang', planted);
    const page = await victim.ask('/masuk', {
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.1.1.1' },
    });
    const csrf = /name="_csrf" value="([^"]+)"/.exec(page.page)?.[1] ?? '';
    const answer = await victim.ask('/masuk', {
      method: 'POST',
      body: new URLSearchParams({ _csrf: csrf, login: 'budi', password, ke: '/' }),
      headers: { 'x-forwarded-proto': 'https', 'x-forwarded-for': '10.1.1.1' },
    });
    expect(answer.status).toBe(303);
    expect(answer.headers.getSetCookie().join('\n')).toMatch(
      /^__Host-gerbang=[\w-]{43}; Path=\/; HttpOnly; Secure; SameSite=Lax$/m,
    );
    expect(victim.cookies.get('__Host-gerbang')).not.toBe(planted);
    expect((await person(url, planted).ask('/')).status).toBe(303);
  });
});

describe('what terminals and offices are called', () => {
  test.each([
    '/',
    '/opd/kominfo/mesin',
    '/clocks',
    '/clocks/KOM1',
    '/clocks/explain/KOM1-1-0',
    '/presensi?dari=2026-03-02&sampai=2026-03-02',
    '/pengaturan/akun',
    '/?opd="><script>alert(3)</script>',
  ])('is text on %s, and nothing on it runs that is not ours', async (path) => {
    const { page, headers, status } = await siege.as('operator').ask(path);
    expect(status).toBe(200);
    expect(page).not.toContain(script);
    expect(/<img|<script(?! src="\/assets\/)|<[^>]*\son\w+=|="javascript:/i.exec(page)?.[0] ?? null).toBeNull();
    const policy = headers.get('content-security-policy') ?? '';
    for (const rule of ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "form-action 'self'"])
      expect(policy).toContain(rule);
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('cache-control')).toBe('no-store');
  });

  test('is no formula in a download', async () => {
    await sql`update terminal set name = '=HYPERLINK("http://jahat.example")' where serial = 'KOM1'`.execute(
      database.db,
    );
    const { page, status, headers } = await siege.as('hr').ask('/presensi.csv?dari=2026-03-02&sampai=2026-03-02');
    expect([status, headers.get('content-disposition')]).toEqual([
      200,
      expect.stringMatching(/^attachment; filename="[\w.-]+"$/),
    ]);
    expect(page).toContain('HYPERLINK');
    expect(page).not.toMatch(/(^|[,;\t"])[=+@]/m);
  });
});

test('no page holds a secret', async () => {
  const secrets = [...Object.values(siege.sessions), ...Object.values(siege.tokens)];
  for (const path of [
    '/',
    '/pengaturan/akun',
    '/pengaturan/akun/budi',
    '/pengaturan/token',
    '/pengaturan/jejak',
    '/api/v1/openapi.json',
    '/api/v1/me',
  ]) {
    const { page } = await siege.as('operator').ask(path);
    for (const secret of secrets) expect(page).not.toContain(secret);
    expect(page).not.toMatch(/scrypt\$|(?:token|session|link)_sha256|\bpassword_hash\b/);
  }
});
