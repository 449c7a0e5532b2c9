/**
 * The examples of the description, sent one after another to a database in which they are true: each is answered with the
 * status that is documented, in the form that is shown, and where nothing is left to chance with the very values.
 */
import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { addressOf, type Content, type Operation } from './tools/described.ts';
import { kominfo, nowMs, startExampleWorld } from './tools/example-world.ts';

const database = await createTestDatabase();
let world: Awaited<ReturnType<typeof startExampleWorld>>;
beforeAll(async () => {
  world = await startExampleWorld(database);
});
afterAll(() => world.close());

/** Answered in another test: with files that are really uploaded, and with a clock that is the database's too. */
const elsewhere: Readonly<Record<string, string>> = {
  'post /incidents/{number}/files': 'test/incident/a-system-reports-over-the-api.test.ts',
  'post /setup/rehearsal': 'test/setup/a-rehearsal-ends-by-itself-and-with-its-gateway.test.ts',
  'put /machines/{office}/{name}/pause': 'test/web/machines-are-found-seen-and-told-what-to-do.test.ts',
  'get /incidents/{number}/files/{id}': 'test/incident/a-system-reports-over-the-api.test.ts',
};

/** Lists in these may be empty here: what fills them takes a longer story, told where it is named. */
const sparse: Readonly<Record<string, string>> = {
  'get /clocks': 'test/web/clock-pages-show-what-was-seen.test.ts',
  'get /clocks/{serial}': 'test/web/clock-pages-show-what-was-seen.test.ts',
  'get /incidents/{number}': 'test/incident/a-system-reports-over-the-api.test.ts',
  'get /machines/{office}/{name}': 'test/web/machines-are-found-seen-and-told-what-to-do.test.ts',
  'get /outage-windows': 'test/incident/outage-windows-are-what-can-be-known.test.ts',
};

/** Nothing in these is left to chance: they are answered as they are shown, word for word. */
const exact = [
  'get /accounts',
  'get /alerts',
  'get /alerts/channels',
  'get /attendance/people',
  'get /completeness',
  'get /outages',
  'get /people',
  'get /people/{id}',
  'get /setup',
  'get /tokens',
  'post /setup/import',
  'post /setup/test-connection',
];

/** Their keys follow from what happened, not from the schema. */
const open = new Set(['facts', 'detail', 'result', 'reasons']);

/** Where an answer has another form than the example: a key more or less, another type, nothing where something is shown. */
function differences(shown: unknown, got: unknown, at = ''): string[] {
  if (shown === null || got === null) return [];
  if (Array.isArray(shown)) {
    if (!Array.isArray(got)) return [`${at}: no list`];
    if (shown.length === 0) return [];
    return got.length === 0 ? [`${at}: empty`] : differences(shown[0], got[0], `${at}[0]`);
  }
  if (typeof shown === 'object' && typeof got === 'object') {
    const [left, right] = [new Map(Object.entries(shown ?? {})), new Map(Object.entries(got ?? {}))];
    const odd = [...left.keys(), ...right.keys()].filter((key) => left.has(key) !== right.has(key));
    const deeper = [...left].flatMap(([key, value]) =>
      open.has(key) || !right.has(key) ? [] : differences(value, right.get(key), `${at}.${key}`),
    );
    return [...odd.map((key) => `${at}.${key}: on one side only`), ...deeper];
  }
  return typeof shown === typeof got ? [] : [`${at}: ${typeof got} instead of ${typeof shown}`];
}

const bearer = { authorization: 'Bearer uji' };
const ask = (path: string, init: RequestInit = {}): Promise<Response> =>
  fetch(`${world.url}/api/v1${path}`, { ...init, headers: { ...bearer, ...init.headers } });

function firstOf(content: Readonly<Record<string, Content>> | undefined): unknown {
  return Object.values(content?.['application/json']?.examples ?? {})[0]?.value;
}

/** What is wrong with the answer to an example. */
async function faultsOf(method: string, path: string, operation: Operation): Promise<string[]> {
  const name = `${method} ${path}`;
  const body = firstOf(operation.requestBody?.content);
  const answer = await ask(addressOf(path, operation), {
    method: method.toUpperCase(),
    ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
  });
  const documented = Object.keys(operation.responses).find((status) => status !== 'default') ?? '';
  const text = await answer.text();
  if (String(answer.status) !== documented) return [`${name}: ${answer.status} instead of ${documented}: ${text}`];
  const shown = firstOf(operation.responses[documented]?.content);
  if (shown === undefined) return [];
  const got: unknown = JSON.parse(text);
  if (exact.includes(name) && !isDeepStrictEqual(got, shown))
    return [`${name}: ${text} instead of ${JSON.stringify(shown)}`];
  return differences(shown, got)
    .filter((fault) => !(fault.endsWith(': empty') && sparse[name] !== undefined))
    .map((fault) => `${name}${fault}`);
}

test('every example is answered as it is shown', { timeout: 120_000 }, async () => {
  const document: { paths: Record<string, Record<string, Operation>> } = JSON.parse(
    await (await ask('/openapi.json')).text(),
  );
  const all = Object.entries(document.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) => ({ method, path, operation })),
  );
  const names = all.map(({ method, path }) => `${method} ${path}`);
  expect(names.length).toBeGreaterThan(60);
  expect([...exact, ...Object.keys(elsewhere), ...Object.keys(sparse)].filter((name) => !names.includes(name))).toEqual(
    [],
  );
  const asked = all.filter(({ method, path }) => elsewhere[`${method} ${path}`] === undefined);
  const faults: string[] = [];
  // What is only read first: what is changed then is no longer as the examples show it.
  for (const { method, path, operation } of asked.filter((one) => one.method === 'get'))
    faults.push(...(await faultsOf(method, path, operation)));
  for (const { method, path, operation } of asked.filter((one) => one.method !== 'get'))
    faults.push(...(await faultsOf(method, path, operation)));
  expect(faults).toEqual([]);
});

test('a count of attendance is the one of the page: past ten thousand it is only said to be more', async () => {
  const punches = Array.from({ length: 10_001 }, (_, at) => ({
    atMs: Date.parse('2025-06-02T00:00:00Z') + at,
    pin: '1023',
  }));
  const day = '2025-06-02';
  const place = { office: kominfo, serial: 'CKJ1', terminalName: 'Lobi' };
  const told = async (): Promise<unknown> =>
    await (await ask(`/attendance?from=${day}&to=${day}&office=kominfo&limit=1&count=true`)).json();
  const shown = async (): Promise<string> =>
    await (
      await fetch(`${world.url}/presensi?dari=${day}&sampai=${day}&opd=kominfo&lang=id`, { headers: bearer })
    ).text();
  await putPunches(database, place, punches.slice(1), nowMs);
  expect(await told()).toMatchObject({ total: { rows: 10_000, more: false } });
  expect(await shown()).toContain('<b>10.000 catatan</b>');
  await putPunches(database, place, punches.slice(0, 1), nowMs);
  expect(await told()).toMatchObject({ total: { rows: 10_000, more: true } });
  expect(await shown()).toContain('<b>lebih dari 10.000 catatan</b>');
});

test('another form is noticed', () => {
  const shown = { items: [{ id: 7, at: 'x', facts: { a: 1 } }], next: null };
  expect(differences(shown, { items: [{ id: 8, at: 'y', facts: {} }], next: '/more' })).toEqual([]);
  expect(differences(shown, { items: [], next: null })).toEqual(['.items: empty']);
  expect(differences(shown, { items: [{ id: '8', at: 'y', facts: {} }] })).toEqual([
    '.next: on one side only',
    '.items[0].id: string instead of number',
  ]);
});
