import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hashPassword } from '../../src/accounts/password.ts';
import { createReaders } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { readAuditLog } from '../../src/store/audit-log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { inProcess } from '../cli/in-process.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { type Person, person, signedIn } from './tools.ts';

const database = await createTestDatabase();
const env = { DATABASE_URL: database.url };
const password = 'kuda putih lari pagi';
let web: Web;
let operator: Person;

beforeAll(async () => {
  await putOffices(database, [{ code: 'dinkes', name: 'Dinas Kesehatan', timeZone: 'Asia/Makassar' }]);
  web = await startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: createReaders(database, [], () => performance.now()),
    nowMs: Date.now,
  });
  operator = person(web.url, await signedIn(database, 'budi', 'operator'));
  await sql`update account set password_hash = ${await hashPassword(password)} where login = 'budi'`.execute(
    database.db,
  );
});
afterAll(() => web.close());

const once = (page: string): string => /<code class="once">([^<]+)</.exec(page)?.[1] ?? '';

describe('an operator', () => {
  test('makes an account for one office, whose link is shown once and works', async () => {
    const wrong = await operator.send('/pengaturan/akun', {
      login: 'Siti!',
      name: '',
      role: 'raja',
      office: 'nowhere',
    });
    expect(wrong.status).toBe(422);
    for (const text of ['Pakai 2–60 huruf', 'Wajib diisi', 'Pilih satu peran', 'Pilih OPD yang ada', 'value="Siti!"'])
      expect(wrong.page).toContain(text);
    const made = await operator.send('/pengaturan/akun', { login: 'siti', name: 'Siti', role: 'hr', office: 'dinkes' });
    const link = once(made.page);
    expect(link).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/masuk\/tautan\?kode=[\w-]{43}$/);
    expect((await operator.ask('/pengaturan/akun')).page).toContain('Belum memilih kata sandi');
    const door = await person(web.url).ask(link.slice(web.url.length));
    expect([door.status, door.page.includes('<b>siti</b>')]).toEqual([200, true]);
    expect(
      (await operator.send('/pengaturan/akun', { login: 'siti', name: 'x', role: 'hr', office: '' })).page,
    ).toContain('sudah dipakai');
    const renewed = await operator.send('/pengaturan/akun/siti/tautan', {});
    expect(once(renewed.page)).not.toBe(link);
    expect((await person(web.url).ask(link.slice(web.url.length))).status).toBe(410);
  });

  test('is always for all offices, and cannot lock the last operator out, by page or command', async () => {
    const limited = await operator.send('/pengaturan/akun/budi', {
      name: 'Budi',
      role: 'operator',
      office: 'dinkes',
      keadaan: 'aktif',
    });
    expect([limited.status, limited.page.includes('untuk semua OPD')]).toEqual([422, true]);
    // Another operator without a password cannot come in.
    await signedIn(database, 'rina', 'operator');
    for (const change of [
      { role: 'operator', keadaan: 'nonaktif' },
      { role: 'viewer', keadaan: 'aktif' },
    ]) {
      const refused = await operator.send('/pengaturan/akun/budi', { name: 'Budi', office: '', ...change });
      expect([refused.status, refused.page.includes('satu-satunya operator')]).toEqual([422, true]);
    }
    expect(await inProcess(['account', 'disable', 'budi', '--lang', 'en'], env)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('the only operator'),
    });
    expect((await operator.ask('/')).status).toBe(200);
  });

  test('disables an account, whose browser is out', async () => {
    const secret = await signedIn(database, 'tono', 'viewer');
    expect(
      (await operator.send('/pengaturan/akun/tono', { name: 'Tono', role: 'viewer', office: '', keadaan: 'nonaktif' }))
        .status,
    ).toBe(303);
    expect((await person(web.url, secret).ask('/')).status).toBe(303);
    expect((await operator.send('/pengaturan/akun/tono/tautan', {})).status).toBe(404);
  });

  test('makes a token that is shown once and does what its scopes say, until it is revoked', async () => {
    expect((await operator.send('/pengaturan/token', { name: 'E Kinerja', berlaku: '30', office: '' })).status).toBe(
      422,
    );
    const made = await operator.send('/pengaturan/token', {
      name: 'e-kinerja',
      scopes: 'board.view',
      office: 'dinkes',
      berlaku: '30',
    });
    const token = once(made.page);
    expect(token).toMatch(/^[\w-]{43}$/);
    const ask = (path: string) => fetch(`${web.url}/api/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
    expect(await (await ask('/me')).json()).toMatchObject({
      actor: 'e-kinerja',
      office: 'dinkes',
      permissions: ['board.view'],
    });
    expect((await ask('/changes?cursor=now')).status).toBe(403);
    const { page } = await operator.ask('/pengaturan/token');
    expect(page).not.toContain(token);
    const revoke = /action="(\/pengaturan\/token\/[\w-]+\/cabut)"/.exec(page)?.[1] ?? '';
    expect((await operator.send(revoke, {})).status).toBe(303);
    await expect.poll(async () => (await ask('/me')).status, { timeout: 15_000 }).toBe(401);
  });

  test('reads who did what, filtered, and checks that nothing is missing', async () => {
    const { page } = await operator.ask('/pengaturan/jejak?action=token&actor=budi');
    expect(page).toContain('token.revoke');
    expect(page).not.toContain('account.create');
    expect((await operator.ask('/pengaturan/jejak?periksa=1')).page).toContain('Rantai utuh');
    expect((await operator.ask('/pengaturan/jejak?action=nothing')).page).toContain('Tidak ada catatan yang cocok');
  });

  test('changes the own password with the present one, and every browser is out', async () => {
    const next = 'gajah hitam tidur siang';
    const form = { password: next, again: next };
    const wrong = await operator.send('/pengaturan/sandi', { current: 'tebakan saja ini', ...form });
    expect([wrong.status, wrong.page.includes('tidak cocok')]).toEqual([422, true]);
    const done = await operator.send('/pengaturan/sandi', { current: password, ...form });
    expect([done.status, done.goTo]).toEqual([303, '/masuk?selesai=1']);
    expect((await operator.ask('/')).status).toBe(303);
  });
});

test('whoever has the machine lists accounts, makes one, lets one in again and verifies the log', async () => {
  const made = await inProcess(
    ['account', 'create', 'wati', '--name', 'Wati', '--role', 'viewer', '--lang', 'en'],
    env,
  );
  expect(made.stdout).toMatch(/Shown once.*\nhttp:\/\/127\.0\.0\.1:8080\/masuk\/tautan\?kode=[\w-]{43}\n/);
  await sql`update account set failures = 9, locked_until = now() + interval '1 hour' where login = 'budi'`.execute(
    database.db,
  );
  const again = await inProcess(['account', 'link', 'budi', '--url', 'https://gerbang.example.go.id/'], env);
  expect(again.stdout).toMatch(/https:\/\/gerbang\.example\.go\.id\/masuk\/tautan\?kode=[\w-]{43}/);
  const { rows } = await sql`select locked_until from account where login = 'budi'`.execute(database.db);
  expect(rows).toEqual([{ locked_until: null }]);
  expect((await inProcess(['account', 'list'], env)).stdout).toMatch(/wati +Wati +viewer +\* +invited/);
  expect(await inProcess(['account', 'link', 'nobody'], env)).toMatchObject({ code: 2 });
  const entries = await readAuditLog(database.db, { beforeId: null, limit: 1, action: 'account.link' });
  expect(entries[0]).toMatchObject({ actorKind: 'command', subject: 'budi' });

  expect(await inProcess(['verify', '--lang', 'en'], env)).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('The audit log is in order'),
  });
  await sql`alter table audit_entry disable trigger never_changed`.execute(database.db);
  await sql`update audit_entry set actor = 'orang lain' where audit_id = 2`.execute(database.db);
  expect(await inProcess(['verify', '--lang', 'en'], env)).toMatchObject({
    code: 1,
    stdout: expect.stringContaining('NOT in order from row: 2'),
  });
});
