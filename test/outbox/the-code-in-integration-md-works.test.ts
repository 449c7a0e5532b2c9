import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { configReference } from '../../src/config.ts';
import { silentLog } from '../../src/log.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { signatureOf } from '../../src/webhooks/signature.ts';
import { putOffices } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { dinkes, idsOf, morningMs, storeRows } from './tools/rows.ts';

const database = await createTestDatabase();
const page = await readFile(new URL('../../docs/integration.md', import.meta.url), 'utf8');
const codeOf = (language: string, holding: string): string => {
  const blocks = [...page.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(([, code = '']) => code);
  return blocks.find((code) => code.includes(holding)) ?? '';
};

/** The public test vector of Standard Webhooks. */
const vector = {
  secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw',
  id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
  at: 1_614_265_330,
  body: '{"test": 2432232314}',
  signature: 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
} as const;
const headers = {
  'webhook-id': vector.id,
  'webhook-timestamp': String(vector.at),
  'webhook-signature': vector.signature,
};
const otherMac = 'v1,AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=';
/** What a check is asked, and what it must say. */
const questions = [
  { headers, body: vector.body, now: vector.at, ok: true },
  { headers, body: vector.body, now: vector.at + 300, ok: true },
  { headers, body: vector.body, now: vector.at - 300, ok: true },
  {
    headers: { ...headers, 'webhook-signature': `${otherMac} ${vector.signature}` },
    body: vector.body,
    now: vector.at,
    ok: true,
  },
  { headers, body: vector.body, now: vector.at + 301, ok: false },
  { headers, body: vector.body, now: vector.at - 301, ok: false },
  { headers, body: `${vector.body} `, now: vector.at, ok: false },
  { headers: { ...headers, 'webhook-id': 'msg_other' }, body: vector.body, now: vector.at, ok: false },
  { headers: { ...headers, 'webhook-timestamp': String(vector.at + 1) }, body: vector.body, now: vector.at, ok: false },
  { headers: { ...headers, 'webhook-timestamp': 'soon' }, body: vector.body, now: vector.at, ok: false },
  { headers: { ...headers, 'webhook-signature': otherMac }, body: vector.body, now: vector.at, ok: false },
  { headers: { ...headers, 'webhook-signature': 'v1,' }, body: vector.body, now: vector.at, ok: false },
  { headers: {}, body: vector.body, now: vector.at, ok: false },
] as const;
let folder = '';

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gerbang-integration-'));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function moduleOf(name: string, code: string): Promise<Record<string, (...args: readonly unknown[]) => unknown>> {
  const file = join(folder, `${name}.mjs`);
  await writeFile(file, code);
  return import(pathToFileURL(file).href);
}

describe('the signature', () => {
  test('of Gerbang is that of the public test vector, which the page shows', () => {
    expect(signatureOf(vector.secret, vector.id, vector.at, Buffer.from(vector.body))).toBe(vector.signature);
    for (const value of Object.values(vector)) expect(page).toContain(`| \`${value}\` |`);
  });

  test('is checked as the JavaScript on the page does it', async () => {
    const { isFromGerbang } = await moduleOf('check', codeOf('js', 'isFromGerbang'));
    const answers = questions.map(({ headers: of, body, now }) => isFromGerbang?.(of, body, vector.secret, now));
    expect(answers).toEqual(questions.map(({ ok }) => ok));
  });

  test('is checked as the Python on the page does it', async (context) => {
    const run = promisify(execFile);
    const python = await run('python3', ['--version']).catch(() => null);
    if (python === null) return context.skip('needs python3');
    const file = join(folder, 'check.py');
    const asked = JSON.stringify(questions.map(({ headers: of, body, now }) => [of, body, vector.secret, now]));
    const tail =
      'import json, sys\nprint(json.dumps([is_from_gerbang(h, b.encode(), s, n) for h, b, s, n in json.loads(sys.argv[1])]))';
    await writeFile(file, `${codeOf('python', 'is_from_gerbang')}\n${tail}\n`);
    const { stdout } = await run('python3', [file, asked]);
    expect(JSON.parse(stdout)).toEqual(questions.map(({ ok }) => ok));
  });
});

describe('the feed', () => {
  let web: Web;
  beforeAll(async () => {
    await putOffices(database, [dinkes]);
    const nowMs = (): number => morningMs;
    web = await startWeb({
      host: '127.0.0.1',
      port: 0,
      database,
      log: silentLog(),
      metrics: createMetrics(),
      readers: everybodyIs('operator'),
      nowMs,
    });
  });
  afterAll(() => web.close());

  test('is followed as the JavaScript on the page does it', async () => {
    const { follow } = await moduleOf('follow', codeOf('js', 'function* follow'));
    await storeRows(database, 'DOC1', 3);
    const pages = follow?.(web.url, 'start') as AsyncGenerator<{ rows: { id: string }[]; cursor: string }>;
    const first = await pages.next();
    expect(first.value.rows.map(({ id }: { id: string }) => id)).toEqual(idsOf('DOC1', 3));
    const second = pages.next();
    await storeRows(database, 'DOC1', 2);
    expect((await second).value.rows.map(({ id }: { id: string }) => id)).toEqual(idsOf('DOC1', 2, 3));
    await pages.return(undefined);
    const lost = follow?.(web.url, 'nonsense') as AsyncGenerator;
    await expect(lost.next()).rejects.toThrow('This is no cursor: Send the cursor of the last page');
  });
});

test('every key of the configuration on the page exists', () => {
  const reference = configReference();
  const keys = [...page.matchAll(/```yaml\n(.*?)```/gs)].flatMap(([, yaml = '']) => [
    ...yaml.matchAll(/^[ -]*(\w+):/gm),
  ]);
  expect(keys.length).toBeGreaterThan(8);
  for (const [, key] of keys) expect(reference).toMatch(new RegExp(`\`(?:\\w+(?:\\[\\])?\\.)*${key}(?:\\[\\])?\``));
});
