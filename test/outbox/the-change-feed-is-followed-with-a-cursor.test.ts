import { once } from 'node:events';
import { connect } from 'node:net';
import fastify, { type FastifyReply } from 'fastify';
import { sql } from 'kysely';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createReaders } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { openDatabase } from '../../src/store/database.ts';
import { guardRoutes } from '../../src/web/access/guard-routes.ts';
import { addApi } from '../../src/web/api/plugin.ts';
import { startChangeFeed } from '../../src/web/change-feed.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { dinkes, idsOf, kominfo, morningMs, openRows, storeRows } from './tools/rows.ts';

// A busy machine is no failure.
vi.setConfig({ testTimeout: 120_000 });
const database = await createTestDatabase();

/** `printf %s open-sesame-open-sesame | sha256sum` */
const tokenHash = '402ea51cd0fd3ab5140c27f5bdc85e0d2236a65cb62d7d2040fc8b61f124e0dd';
let web: Web;
let serial = '';
let serials = 0;

const start = (more: object = {}): Promise<Web> =>
  startWeb({
    host: '127.0.0.1',
    port: 0,
    database,
    log: silentLog(),
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs: () => morningMs,
    ...more,
  });

beforeAll(async () => {
  await putOffices(database, [dinkes, kominfo]);
  web = await start();
});
afterAll(() => web.close());
beforeEach(() => {
  serials += 1;
  serial = `FE${serials}`;
});

interface Page {
  readonly rows: readonly { readonly id: string; readonly explain: string; readonly office: string }[];
  readonly cursor: string;
  readonly more: boolean;
}

interface Answer extends Page {
  readonly status: number;
  readonly type?: string;
  readonly detail?: string;
  readonly oldest?: string;
  readonly needs?: string;
}

async function ask(
  query: string,
  headers: Record<string, string> = {},
  at: { readonly url: string } = web,
): Promise<Answer> {
  const response = await fetch(`${at.url}/api/v1/changes?${query}`, { headers });
  const kind = response.headers.get('content-type');
  const body: Page = JSON.parse(await response.text());
  expect(kind).toBe(response.ok ? 'application/json; charset=utf-8' : 'application/problem+json; charset=utf-8');
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { ...body, status: response.status };
}

const idsIn = (...pages: readonly Page[]): readonly string[] => pages.flatMap(({ rows }) => rows.map(({ id }) => id));
const now = async (): Promise<string> => (await ask('cursor=now')).cursor;

test('rows come as MQTT has them, with a way to their explanation, in pages', async () => {
  const cursor = await now();
  await storeRows(database, serial, 5);
  const first = await ask(`cursor=${cursor}&limit=2`);
  expect(first).toMatchObject({ status: 200, more: true });
  expect(first.rows[0]).toMatchObject({
    id: `${serial}-1-0`,
    revision: 1,
    office: 'dinkes',
    terminal: serial,
    pin: '0',
    occurredAt: '2026-03-02T00:31:04.000Z',
    earliest: '2026-03-02T00:31:03.400Z',
    latest: '2026-03-02T00:31:04.600Z',
    timeStatus: 'final',
    explain: `/clocks/explain/${serial}-1-0`,
  });
  const second = await ask(`cursor=${first.cursor}&limit=2`);
  const third = await ask(`cursor=${second.cursor}&limit=2`);
  expect(third.more).toBe(false);
  expect(idsIn(first, second, third)).toEqual(idsOf(serial, 5));
  expect(await ask(`cursor=${third.cursor}`)).toMatchObject({ rows: [], more: false, cursor: third.cursor });
  // The same cursor again gives the same page: whoever died with it unread has lost nothing.
  expect(await ask(`cursor=${first.cursor}&limit=2`)).toEqual(second);
  const all = await ask('cursor=start&limit=1000');
  expect(idsIn(all)).toEqual(expect.arrayContaining([...idsOf(serial, 5)]));
});

test('rows of some offices only, however many others lie between', async () => {
  const cursor = await now();
  await storeRows(database, serial, 6_000);
  await storeRows(database, `${serial}K`, 2, kominfo);
  const first = await ask(`cursor=${cursor}&office=kominfo&limit=10`);
  // Nothing yet, and yet further on: one page looks at so many rows and no more.
  expect(first).toMatchObject({ rows: [], more: true });
  const second = await ask(`cursor=${first.cursor}&office=kominfo&limit=10`);
  expect(idsIn(second)).toEqual(idsOf(`${serial}K`, 2));
  expect(second.more).toBe(false);
  // Waiting means rows: all of it in one request.
  const waited = await ask(`cursor=${cursor}&office=kominfo,nobody&limit=10&wait=30`);
  expect(idsIn(waited)).toEqual(idsOf(`${serial}K`, 2));
});

test('a reader that waits is answered when something is committed, late commits too', async () => {
  const cursor = await now();
  const late = await openRows(database, `${serial}L`, 2);
  const first = ask(`cursor=${cursor}&wait=30`);
  await storeRows(database, serial, 1);
  const page = await first;
  expect(idsIn(page)).toEqual(idsOf(serial, 1));
  const second = ask(`cursor=${page.cursor}&wait=30`);
  await late.commit();
  expect(idsIn(await second)).toEqual(idsOf(`${serial}L`, 2));
});

test('a reader that waits in vain is sent away with its cursor', async () => {
  const cursor = await now();
  expect(await ask(`cursor=${cursor}&wait=1`)).toMatchObject({ status: 200, rows: [], cursor, more: false });
});

test('what was rolled back is told to nobody', async () => {
  const cursor = await now();
  const undone = await openRows(database, serial, 3);
  await undone.rollback();
  await storeRows(database, `${serial}B`, 1);
  expect(idsIn(await ask(`cursor=${cursor}&wait=30`))).toEqual(idsOf(`${serial}B`, 1));
});

test('readers that wait are answered at once when the server stops, and those that hung up wait no more', async () => {
  const app = fastify({ forceCloseConnections: true });
  const nobody = (_request: unknown, reply: FastifyReply): FastifyReply => reply.code(403).send();
  await guardRoutes(app, everybodyIs('operator'), { forbidden: nobody, away: nobody, signedOut: nobody });
  const feed = startChangeFeed({ database, log: silentLog(), maxWaiting: 6 });
  await addApi(app, silentLog(), feed.routes);
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  const cursor = await now();
  const waits = (count: number) => expect.poll(() => feed.waiting(), { timeout: 60_000 }).toBe(count);
  const hungUp = connect(Number(new URL(url).port), '127.0.0.1');
  await once(hungUp, 'connect');
  hungUp.write(`GET /api/v1/changes?cursor=${cursor}&wait=30 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
  const settled = Promise.all(Array.from({ length: 5 }, () => ask(`cursor=${cursor}&wait=30`, {}, { url })));
  await waits(6);
  expect(await ask(`cursor=${cursor}&wait=30`, {}, { url })).toMatchObject({
    status: 503,
    type: 'urn:gerbang:problem:too-many-waiting',
  });
  hungUp.destroy();
  await waits(5);
  await feed.close();
  for (const answer of await settled) expect(answer).toMatchObject({ status: 200, rows: [], cursor, more: false });
  await app.close();
});

describe('a cursor', () => {
  test.each([
    ['of nonsense', 'cursor=hello', 400, 'bad-cursor'],
    ['of another encoding', 'cursor=%00', 400, 'bad-cursor'],
    ['that is missing', '', 400, 'bad-query'],
    ['with a limit of zero', 'cursor=now&limit=0', 400, 'bad-query'],
    ['with a limit too large', 'cursor=now&limit=1001', 400, 'bad-query'],
    ['with a wait too long', 'cursor=now&wait=31', 400, 'bad-query'],
    ['with a misspelled parameter', 'cursor=now&offices=dinkes', 400, 'bad-query'],
    ['twice', 'cursor=now&cursor=start', 400, 'bad-query'],
    ['with half an office', 'cursor=now&office=a,', 400, 'bad-query'],
  ])('%s is refused with what to do', async (_what, query, status, type) => {
    const answer = await ask(query);
    expect(answer).toMatchObject({ status, type: `urn:gerbang:problem:${type}` });
    expect(answer.detail).toContain('cursor');
  });

  test('from before a restored backup is told so, with where to begin', async () => {
    const cursor = await now();
    await sql`insert into store_generation (reason) values ('restored')`.execute(database.db);
    const answer = await ask(`cursor=${cursor}&wait=30`);
    expect(answer).toMatchObject({ status: 410, type: 'urn:gerbang:problem:restored' });
    expect(await ask(`cursor=${answer.oldest}&limit=1`)).toMatchObject({ status: 200 });
    expect(await ask(`cursor=${await now()}`)).toMatchObject({ status: 200, rows: [] });
  });

  test('that lags behind what is kept is told so, and never led past the hole', async () => {
    const cursor = await now();
    await storeRows(database, serial, 4);
    const middle = await ask(`cursor=${cursor}&limit=1`);
    await storeRows(database, serial, 1);
    await ask('cursor=now');
    await sql`delete from outbox where terminal_serial = ${serial} and from_ordinal = 0`.execute(database.db);
    for (const old of [cursor, middle.cursor]) {
      const answer = await ask(`cursor=${old}`);
      expect(answer).toMatchObject({ status: 410, type: 'urn:gerbang:problem:too-late' });
      expect(answer.detail).toContain('attendance view');
    }
  });
});

describe('access', () => {
  const bearing = (...tokens: readonly { readonly name: string; readonly sha256: string }[]): Promise<Web> =>
    start({ readers: createReaders(database, tokens, () => performance.now()) });

  test('is for those who know a token, and not for this machine as such', async () => {
    const own = await bearing({ name: 'other', sha256: 'f'.repeat(64) }, { name: 'payroll', sha256: tokenHash });
    const open = { authorization: 'Bearer open-sesame-open-sesame' };
    expect(await ask('cursor=now', open, own)).toMatchObject({ status: 200 });
    const refused: readonly (readonly [headers: Record<string, string>, type: string])[] = [
      [{}, 'token-needed'],
      [{ authorization: 'Bearer open-sesame-open-sesamE' }, 'token-unknown'],
      [{ authorization: 'Bearer ' }, 'token-needed'],
      [{ authorization: `Bearer ${tokenHash}` }, 'token-unknown'],
      [{ authorization: 'Basic open-sesame-open-sesame' }, 'token-needed'],
    ];
    for (const [headers, type] of refused) {
      expect(await ask('cursor=now', headers, own)).toMatchObject({
        status: 401,
        type: `urn:gerbang:problem:${type}`,
      });
    }
    await own.close();
  });

  test('an empty token is not a token, whatever its hash', async () => {
    // SHA-256 of nothing, as everybody knows it.
    const sha256 = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const own = await bearing({ name: 'empty', sha256 });
    expect(await ask('cursor=now', {}, own)).toMatchObject({ status: 401 });
    await own.close();
  });

  test('an account of one office is told of that office, and of no other', async () => {
    const own = await start({ readers: everybodyIs('hr', 'kominfo') });
    const cursor = await now();
    await storeRows(database, serial, 3);
    await storeRows(database, `${serial}K`, 2, kominfo);
    expect(idsIn(await ask(`cursor=${cursor}`, {}, own))).toEqual(idsOf(`${serial}K`, 2));
    expect(await ask(`cursor=${cursor}&office=dinkes`, {}, own)).toMatchObject({
      status: 404,
      type: 'urn:gerbang:problem:no-such-office',
    });
    await own.close();
  });

  test('an account that may not see punches is told none', async () => {
    const own = await start({ readers: everybodyIs('viewer') });
    expect(await ask('cursor=now', {}, own)).toMatchObject({ status: 403, needs: 'attendance.view' });
    await own.close();
  });
});

test('a database that is away, or not as it should be, is said in the same form, and the cursor still holds', async () => {
  const cursor = await now();
  const away = openDatabase('postgres://nobody@127.0.0.1:1/nothing');
  const own = await start({ database: away });
  expect(await ask(`cursor=${cursor}`, {}, own)).toMatchObject({ status: 503, type: 'urn:gerbang:problem:store-away' });
  await own.close();
  await away.close();
  await database.pool.query('alter table outbox_head rename to outbox_head_gone');
  expect(await ask(`cursor=${cursor}`)).toMatchObject({ status: 500, type: 'urn:gerbang:problem:internal' });
  await database.pool.query('alter table outbox_head_gone rename to outbox_head');
  expect(await ask(`cursor=${cursor}`)).toMatchObject({ status: 200 });
});
