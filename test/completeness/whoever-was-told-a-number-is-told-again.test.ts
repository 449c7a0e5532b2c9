import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Keeper, startCompletenessKeeper } from '../../src/completeness/keeper.ts';
import { createLog, silentLog } from '../../src/log.ts';
import { type Publisher, startPublisher } from '../../src/mqtt/publisher.ts';
import { noteGap } from '../../src/store/gaps.ts';
import { createMetrics } from '../../src/web/metrics.ts';
import { startWeb, type Web } from '../../src/web/server.ts';
import { inProcess } from '../cli/in-process.ts';
import { type Consumer, consume } from '../mqtt/tools/consumer.ts';
import { putMachines, putOffices, putPunches } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';
import { everybodyIs } from '../tools/everybody.ts';
import { hourMs, midnightMs, nextMidnightMs } from './facts.ts';

const database = await createTestDatabase();
const office = { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' };
const lobby = { office, serial: 'ABC123', terminalName: 'Lobi' };
const at = (hour: number): number => midnightMs + hour * hourMs;
const nowMs = (): number => nextMidnightMs + 2 * hourMs;
const complaints: unknown[] = [];
const log = createLog({ level: 'error', destination: { write: (line) => complaints.push(JSON.parse(line)) } });
let keeper: Keeper;
let publisher: Publisher;
let consumer: Consumer;
let web: Web;

const patience = { timeout: 20_000, interval: 50 };
const topic = 'gerbang/kominfo/completeness/2026-03-02';
/** What the topic holds now, as far as it was told. */
const told = (of = topic) => {
  const last = consumer.received.findLast((message) => message.topic === of);
  return last === undefined || last.text === '' ? null : JSON.parse(last.text);
};
const ask = (path: string, headers: Record<string, string> = {}) => fetch(`${web.url}${path}`, { headers });
const day = '/api/v1/completeness?from=2026-03-02&to=2026-03-02';

beforeAll(async () => {
  await putOffices(database, [office]);
  await putMachines(database, [{ officeCode: 'kominfo', terminalName: 'Lobi', serial: 'ABC123' }], nowMs());
  await sql`insert into terminal_stay (office_code, terminal_name, serial, from_at)
            values ('kominfo', 'Lobi', 'ABC123', '2026-02-01')`.execute(database.db);
  await putPunches(database, lobby, [{ atMs: at(8), pin: '1' }], nowMs());
  // A day of long ago, which an earlier gateway told the broker.
  await sql`insert into completeness (office_code, day, state, reasons, terminals, terminals_read, records, not_final, gaps,
                                      after_close, content, change, computed_at)
            values ('kominfo', '2026-01-20', 'complete', '[]', 1, 1, 1, 0, 0, 0, 1, nextval('completeness_change'), now())`.execute(
    database.db,
  );
  const offices = [{ code: 'kominfo', relevantUntilMinute: null }];
  keeper = startCompletenessKeeper({
    database,
    log,
    nowMs,
    offices: () => offices,
    everyMs: 20,
    machinesEveryMs: 20,
    settleMs: 0,
  });
  publisher = await startPublisher({ database, log: silentLog(), nowMs, sweepEveryMs: 200 });
  consumer = await consume(publisher.state().url, 'gerbang/#');
  const options = {
    host: '127.0.0.1',
    port: 0,
    database,
    log,
    metrics: createMetrics(),
    readers: everybodyIs('operator'),
    nowMs,
  };
  web = await startWeb(options);
});

afterAll(async () => {
  await consumer?.close();
  await web?.close();
  await publisher?.close();
  await keeper?.close();
  expect(complaints).toEqual([]);
});

test('a number, then late data: MQTT, the API and its ETag say so, and a new subscriber is told at once', async () => {
  await expect.poll(() => told(), patience).toMatchObject({ state: 'complete', records: 1, reasons: [] });
  const first = told();
  const answer = await ask(day);
  expect(answer.headers.get('content-type')).toBe('application/json; charset=utf-8');
  const body = await answer.json();
  expect(body).toEqual({
    from: '2026-03-02',
    to: '2026-03-02',
    days: [
      {
        office: 'kominfo',
        day: '2026-03-02',
        state: 'complete',
        words: { id: 'Lengkap', en: 'Complete' },
        reasons: [],
        records: 1,
        notFinal: 0,
        afterClose: 0,
        terminals: 1,
        terminalsRead: 1,
        gaps: 0,
        revision: first.revision,
        computedAt: first.computedAt,
      },
    ],
  });
  const etag = answer.headers.get('etag') ?? '';
  expect(etag).toMatch(/^"[\w-]+"$/);
  expect((await ask(day, { 'if-none-match': `"other", W/${etag}` })).status).toBe(304);

  await putPunches(database, lobby, [{ atMs: at(9), pin: '2', status: 'ambiguous' }], nowMs() + 3 * 24 * hourMs);
  await expect
    .poll(() => told(), patience)
    .toMatchObject({
      state: 'complete-except',
      records: 2,
      notFinal: 1,
      reasons: [{ kind: 'not-final', rows: 1 }],
    });
  expect(told().revision).toBeGreaterThan(first.revision);
  const later = await ask(day, { 'if-none-match': etag });
  expect([later.status, JSON.parse(await later.text()).days[0].reasons[0].words]).toEqual([
    200,
    { id: '1 catatan belum pasti waktunya', en: 'the time of 1 punches is not certain' },
  ]);
  const newcomer = await consume(publisher.state().url, 'gerbang/+/completeness/+');
  await expect.poll(() => newcomer.received.find((message) => message.topic === topic)?.retain, patience).toBe(true);
  await newcomer.close();
});

test('days of long ago are taken away from the broker', async () => {
  const cleared = () =>
    consumer.received.find((message) => message.topic === 'gerbang/kominfo/completeness/2026-01-20');
  await expect.poll(() => cleared()?.text, patience).toBe('');
});

test('a gap is published per machine, told by the API and by the command line', async () => {
  await noteGap(
    database.db,
    { serial: 'ABC123', epoch: 2, officeCode: 'kominfo', terminalName: 'Lobi' },
    {
      kind: 'cleared',
      atLeast: 37,
      atMost: null,
      ground: 'unwatched',
      sinceMs: at(10),
      untilMs: at(11),
      stored: 463,
      counted: 37,
      found: 0,
    },
  );
  await sql`update log_gap set found_at = ${new Date(at(11)).toISOString()}`.execute(database.db);
  await expect
    .poll(() => told('gerbang/kominfo/ABC123/gap'), patience)
    .toEqual({
      office: 'kominfo',
      terminal: 'ABC123',
      terminalName: 'Lobi',
      gaps: [
        {
          kind: 'cleared',
          atLeast: 37,
          atMost: null,
          ground: 'unwatched',
          since: '2026-03-02T03:00:00.000Z',
          until: '2026-03-02T04:00:00.000Z',
          stored: 463,
          counted: 37,
          found: 0,
          foundAt: '2026-03-02T04:00:00.000Z',
          reachedAt: null,
        },
      ],
    });
  await expect.poll(() => told(), patience).toMatchObject({ gaps: 1 });
  const { days } = JSON.parse(await (await ask(`${day}&office=kominfo`)).text());
  expect(days[0].reasons[0].words.en).toBe(
    'Lobi: the log was cleared, at least 37 records gone between 2026-03-02 10:00:00 WIB and 2026-03-02 11:00:00 WIB',
  );

  // A board is shared for a moment, so it may still be the one before.
  const page = async () => (await ask('/')).text();
  await expect.poll(page, patience).toMatch(/kemarin: <span class="partial" title="[^"]*sedikitnya 37 catatan hilang/);

  const env = { DATABASE_URL: database.url };
  const { code, stdout } = await inProcess(['completeness', '--day', '2026-03-02', '--lang', 'id'], env);
  expect(code).toBe(0);
  expect(stdout).toContain('Lengkap, kecuali …');
  expect(stdout).toContain('sedikitnya 37 catatan hilang antara 2026-03-02 10:00:00 WIB dan 2026-03-02 11:00:00 WIB');
  const json = await inProcess(['completeness', '--day', '2026-03-02', '--office', 'kominfo', '--json'], env);
  expect(JSON.parse(json.stdout)).toMatchObject([{ officeCode: 'kominfo', state: 'complete-except', gaps: 1 }]);
  await sql`update log_gap set found_at = now()`.execute(database.db);
  const status = await inProcess(['status', '--json'], env);
  expect(JSON.parse(status.stdout).gaps).toMatchObject([{ terminal: 'Lobi', kind: 'cleared', atLeast: 37 }]);
  expect((await inProcess(['status', '--lang', 'en'], env)).stdout).toContain('at least 37 records gone between');
});

describe('a question that cannot be answered', () => {
  test.each([
    ['without days', '/api/v1/completeness', 400, 'bad-query'],
    ['with a day that does not exist', '/api/v1/completeness?from=2026-02-30&to=2026-03-02', 400, 'bad-query'],
    ['with days in the wrong order', '/api/v1/completeness?from=2026-03-03&to=2026-03-02', 400, 'bad-query'],
    ['with more than a year', '/api/v1/completeness?from=2025-01-01&to=2026-03-02', 400, 'bad-query'],
    ['with a parameter nobody knows', `${day}&ofice=kominfo`, 400, 'bad-query'],
    ['for an office nobody knows', `${day}&office=nowhere`, 404, 'no-such-office'],
  ])('%s', async (_what, path, status, type) => {
    const answer = await ask(path);
    expect(answer.headers.get('content-type')).toBe('application/problem+json; charset=utf-8');
    expect(await answer.json()).toMatchObject({ type: `urn:gerbang:problem:${type}`, status });
    expect(answer.status).toBe(status);
  });

  test('on the command line', async () => {
    const env = { DATABASE_URL: database.url };
    expect((await inProcess(['completeness', '--day', '2026-02-30'], env)).code).toBe(2);
    expect((await inProcess(['completeness', '--office', 'nowhere'], env)).code).toBe(2);
  });
});
