import { sql } from 'kysely';
import { beforeAll, describe, expect, test, vi } from 'vitest';
import { createTestDatabase } from '../tools/database.ts';
import { handPolled } from '../versions/terminal.ts';
import { inProcess } from './in-process.ts';

vi.setConfig({ testTimeout: 120_000 });

const { db, url } = await createTestDatabase();
const env = { DATABASE_URL: url };
/** 07:30 on 2 March 2026 in UTC+7. */
const startMs = Date.UTC(2026, 2, 2, 0, 30);
const second = 1_000;

beforeAll(async () => {
  const terminal = handPolled(db, 'CLI1');
  await terminal.read(startMs, [], 0, startMs - second);
  await terminal.read(startMs + 60 * second, [startMs + 20 * second, startMs + 40 * second], 0, startMs + 59 * second);
});

describe('recompute', () => {
  test('says in JSON and in words what came of it, and in what order to go on', async () => {
    const { code, stdout } = await inProcess(['recompute', '--json'], env);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toEqual({
      ...{ rows: 2, changed: 0, told: 0, adjusted: 0, alarms: 0 },
      ...{ terminals: 1, doneThrough: 'CLI1', complete: true, dryRun: false, seconds: expect.any(Number) },
    });
    const words = await inProcess(['recompute', '--dry-run', '--terminal', 'CLI1', '--lang', 'en'], env);
    expect(words.stdout).toBe(
      '1 terminals · 2 rows worked out again\n' +
        '0 would change · 0 told to consumers · 0 in closed months, noted beside them\n' +
        'Nothing was written (--dry-run).\n',
    );
    const after = await inProcess(['recompute', '--after', 'CLI1', '--json'], env);
    expect(JSON.parse(after.stdout)).toMatchObject({ terminals: 0, rows: 0 });
  });
});

describe('close-period', () => {
  test('refuses a month that is not over, an office nobody knows, and what is no month', async () => {
    const early = await inProcess(['close-period', '2999-12', '--lang', 'en'], env);
    expect(early.code).toBe(1);
    expect(early.stderr).toContain('[PERIOD_NOT_OVER]');
    expect((await inProcess(['close-period', '2026-03', '--office', 'nobody'], env)).code).toBe(2);
    expect((await inProcess(['close-period', '2026-13'], env)).code).toBe(2);
    const { rows } = await sql`select from closed_period`.execute(db);
    expect(rows).toEqual([]);
  });

  test('closes once, says the same afterwards, and notices rows that were altered', async () => {
    const first = await inProcess(['close-period', '2026-03', '--by', 'bendahara', '--json'], env);
    expect(first).toMatchObject({ code: 0, stderr: '' });
    const { offices } = JSON.parse(first.stdout);
    expect(offices).toEqual([
      {
        office: 'kominfo',
        timeZone: 'Asia/Jakarta',
        from: '2026-02-28T17:00:00.000Z',
        to: '2026-03-31T17:00:00.000Z',
        closedAt: expect.stringMatching(/Z$/),
        closedBy: 'bendahara',
        rows: 2,
        notFinal: 0,
        digest: expect.stringMatching(/^[0-9a-f]{64}$/),
        isNew: true,
        isIntact: true,
      },
    ]);
    const again = await inProcess(['close-period', '2026-03', '--json'], env);
    expect(JSON.parse(again.stdout).offices).toEqual([{ ...offices[0], isNew: false }]);

    await sql`update attendance_time set occurred_at = occurred_at + interval '1 s' where ordinal = 1`.execute(db);
    const altered = await inProcess(['close-period', '2026-03', '--lang', 'en'], env);
    expect(altered.code).toBe(1);
    expect(altered.stdout).toMatch(
      /^kominfo 2026-03: closed before \(\d{4}-\d\d-\d\d, bendahara\) · 2 rows\n {2}fingerprint [0-9a-f]{64}\n$/,
    );
    expect(altered.stderr).toContain('NOT those it was closed with');
  });
});
