import { sql } from 'kysely';
import { describe, expect, test } from 'vitest';
import { instantText } from '../../src/store/pg-types.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();

async function read(expression: string): Promise<unknown> {
  const { rows } = await sql<{ value: unknown }>`select ${sql.raw(expression)} as value`.execute(database.db);
  return rows[0]?.value;
}

describe('an instant written to Postgres', () => {
  test('comes back as it was, to the microsecond', async () => {
    const instants = [
      0,
      -1,
      946_684_799_999.5,
      1_772_323_200_123.456,
      Number.NEGATIVE_INFINITY,
      Number.POSITIVE_INFINITY,
    ];
    for (const ms of instants) expect(await read(`timestamptz '${instantText(ms)}'`), `${ms}`).toBe(ms);
  });
});

describe('a value read from Postgres', () => {
  test('bigint is a number while it is exact, and an error when it is not', async () => {
    expect(await read('9007199254740991::bigint')).toBe(9007199254740991);
    expect(await read('-42::bigint')).toBe(-42);
    await expect(read('9007199254740993::bigint')).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('an instant is milliseconds UTC, whatever zone the session shows', async () => {
    const instant = 1_772_323_200_123;
    expect(await read(`timestamptz '2026-03-01 00:00:00.123+00'`)).toBe(instant);
    // Cutting microseconds off would make the bounds of an interval wrong.
    expect(await read(`timestamptz '2026-03-01 00:00:00.123456+00'`)).toBe(1_772_323_200_123.456);
    await database.db.connection().execute(async (connection) => {
      for (const zone of ['Asia/Jayapura', 'Asia/Kolkata', 'America/New_York']) {
        await sql`select set_config('timezone', ${zone}, false)`.execute(connection);
        const { rows } = await sql<{ value: number }>`
          select timestamptz '2026-03-01 00:00:00.123+00' as value`.execute(connection);
        expect(rows[0]?.value, zone).toBe(instant);
      }
      await sql`set timezone = 'UTC'`.execute(connection);
    });
    expect(await read(`timestamptz '1999-12-31 23:59:59.999+00'`)).toBe(946_684_799_999);
    const farAhead = `timestamptz '12026-03-01 00:00:00+00'`;
    expect(await read(farAhead)).toBe(await read(`(extract(epoch from ${farAhead}) * 1000)::float8`));
    expect(await read(`timestamptz '-infinity'`)).toBe(Number.NEGATIVE_INFINITY);
    expect(await read(`timestamptz 'infinity'`)).toBe(Number.POSITIVE_INFINITY);
    await expect(read(`timestamptz '0044-03-15 12:00:00+00 BC'`)).rejects.toMatchObject({ code: 'INTERNAL' });
  });

  test('a time without zone and a date stay the text they are', async () => {
    expect(await read(`timestamp '2026-02-28 07:30:00'`)).toBe('2026-02-28 07:30:00');
    expect(await read(`date '2026-02-28'`)).toBe('2026-02-28');
  });

  test('the session is in UTC and no statement runs for ever', async () => {
    expect(await read(`current_setting('timezone')`)).toBe('UTC');
    expect(await read(`current_setting('statement_timeout')`)).toBe('1min');
  });
});
