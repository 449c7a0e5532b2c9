import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Readers } from '../../src/accounts/readers.ts';
import { silentLog } from '../../src/log.ts';
import { cursorText, keyIn, pageFrom } from '../../src/web/api/paging.ts';
import { apiRoutes } from '../../src/web/api-routes.ts';
import { readAssets } from '../../src/web/assets.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { mightySystem } from '../tools/everybody.ts';
import { addressOf, type Operation } from './tools/described.ts';

const database = await createTestDatabase();
let web: Web;

const readers: Readers = {
  ofCookie: async () => null,
  ofToken: async () => mightySystem,
  ofStranger: () => null,
  forget: () => {},
};

beforeAll(async () => {
  await putOffices(database, [{ code: 'kominfo', name: 'Dinas Kominfo', timeZone: 'Asia/Makassar' }]);
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
});
afterAll(() => web.close());

const bearer = { authorization: 'Bearer x' };
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${web.url}/api/v1${path}`, { ...init, headers: { ...bearer, ...init.headers } });

interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
}

const describedOperations = async (): Promise<{ path: string; method: string; operation: Operation }[]> => {
  const document: Document = JSON.parse(await (await ask('/openapi.json')).text());
  expect(document.openapi).toBe('3.1.0');
  return Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ path, method, operation })),
  );
};

describe('every described request', () => {
  test('is understood when it is sent as its example shows it', async () => {
    const refused: string[] = [];
    for (const { path, method, operation } of await describedOperations()) {
      const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
      // What is uploaded is tested where it is taken.
      if (type !== undefined && type !== 'application/json') continue;
      const [example] = Object.values(content?.examples ?? {});
      const body =
        example === undefined
          ? {}
          : { body: JSON.stringify(example.value), headers: { 'content-type': 'application/json' } };
      const answer = await ask(addressOf(path, operation), { method: method.toUpperCase(), ...body });
      const isUnderstood = answer.ok || [404, 409, 410].includes(answer.status);
      if (!isUnderstood) refused.push(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      else await answer.body?.cancel();
    }
    expect(refused).toEqual([]);
  });

  test('shows an answer that its schema lets through whole', async () => {
    const log = silentLog();
    const frames = { assets: await readAssets(), language: 'id', rehearsal: false } as const;
    const routes = apiRoutes({ database, frames, nowMs: Date.now, log });
    expect(routes.length).toBeGreaterThan(1);
    for (const { path, answer, examples } of routes) {
      for (const example of examples) {
        const read = answer.safeParse(example.answer);
        expect({ path, ...read }).toEqual({ path, success: true, data: example.answer });
      }
    }
  });

  test('has an answer with an example, a form for problems and a name of its own', async () => {
    const described = await describedOperations();
    const names = described.map(({ operation }) => operation.operationId);
    expect(new Set(names).size).toBe(names.length);
    for (const { path, operation } of described) {
      const contents = Object.entries(operation.responses).flatMap(([, response]) =>
        Object.entries(response.content ?? {}),
      );
      const json = contents.filter(([type]) => type === 'application/json');
      expect({ path, examples: json.every(([, { examples }]) => examples !== undefined) }).toEqual({
        path,
        examples: true,
      });
      expect({ path, problem: contents.some(([type]) => type === 'application/problem+json') }).toEqual({
        path,
        problem: true,
      });
    }
  });
});

test('a system can ask whom it is taken for, and is not told twice', async () => {
  const answer = await ask('/me');
  expect(await answer.json()).toMatchObject({ kind: 'token', actor: 'uji', role: null, office: null });
  expect(answer.headers.get('cache-control')).toBe('private, no-cache');
  const etag = answer.headers.get('etag') ?? '';
  const again = await ask('/me', { headers: { 'if-none-match': `"other", W/${etag}` } });
  expect([again.status, await again.text()]).toEqual([304, '']);
});

describe('a request that is not understood', () => {
  const problem = async (answer: Response) => {
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const body: Record<string, unknown> = JSON.parse(await answer.text());
    return { ...body, status: answer.status };
  };

  test('is told its fields and never what stood in them', async () => {
    const answer = await problem(await ask('/completeness?from=198703122009&to=2026-03-02&budi_santoso=1'));
    expect(answer).toMatchObject({
      status: 400,
      type: 'urn:gerbang:problem:bad-query',
      in: 'query',
      errors: [
        { field: 'from', message: 'a day as YYYY-MM-DD' },
        { field: 'an unknown field', message: 'is not known here' },
        { field: 'the whole', message: 'from must not be after to, and at most 366 days may be asked for' },
      ],
    });
    expect(JSON.stringify(answer)).not.toMatch(/198703122009|budi/);
  });

  test('of an address, a method or a version that is not there', async () => {
    const missing = { status: 404, type: 'urn:gerbang:problem:no-such-route' };
    expect(await problem(await ask('/nothing'))).toMatchObject(missing);
    expect(await problem(await ask('/me', { method: 'DELETE' }))).toMatchObject(missing);
    expect(await problem(await fetch(`${web.url}/api/v2/me`))).toMatchObject(missing);
  });

  test('without a token is told how to get one', async () => {
    const answer = await fetch(`${web.url}/api/v1/openapi.json`);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="gerbang"');
    expect(await problem(answer)).toMatchObject({ status: 401, type: 'urn:gerbang:problem:token-needed' });
  });

  test('too often is told when to come again', async () => {
    const answers: Response[] = [];
    // No more at once than a listening socket takes in while the machine is busy.
    while (answers.length < 1_201) answers.push(...(await Promise.all(Array.from({ length: 100 }, () => ask('/me')))));
    const last = answers.find(({ status }) => status === 429) ?? expect.fail('nobody was sent away');
    for (const answer of answers) if (answer !== last) await answer.body?.cancel();
    expect(Number(last.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await problem(last)).toMatchObject({ status: 429, type: 'urn:gerbang:problem:too-many-requests' });
  });
});

describe('a list in pages', () => {
  const rows = ['a', 'b', 'c'];
  const page = (limit: number) =>
    pageFrom(
      rows,
      { address: '/api/v1/x?office=k&limit=2', limit },
      (row) => row,
      (row) => [row, 7],
    );

  test('says where the next page begins, and nothing on the last one', () => {
    expect(page(2)).toEqual({ items: ['a', 'b'], next: '/api/v1/x?office=k&limit=2&cursor=WyJiIiw3XQ' });
    expect(page(3)).toEqual({ items: ['a', 'b', 'c'], next: null });
  });

  test('takes back only a cursor it could have given', () => {
    const shape = z.tuple([z.string(), z.int()]);
    expect(keyIn(cursorText(['b', 7]), shape)).toEqual(['b', 7]);
    expect(keyIn(undefined, shape)).toBeUndefined();
    for (const wrong of ['', '%00', 'WyJiIiw', cursorText(['b']), cursorText([7, 'b']), cursorText(['b', 7.5])])
      expect(keyIn(wrong, shape)).toBeNull();
  });
});
