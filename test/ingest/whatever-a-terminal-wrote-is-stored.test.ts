import fc from 'fast-check';
import { expect, test } from 'vitest';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { readStoredImage } from '../../src/store/cursor.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { batchOf, means, record } from './batches.ts';

const { db } = await createTestDatabase();

test('an impossible date has no device time, and keeps its bytes, its place and its number', async () => {
  const log = [record('2026-02-31 07:30:00', '5'), record('2026-03-02 07:30:00', '6')];
  await applyBatch(db, batchOf('IMPOSSIBLE1', log), means);
  const rows = await db
    .selectFrom('attendance')
    .selectAll()
    .where('terminal_serial', '=', 'IMPOSSIBLE1')
    .orderBy('ordinal')
    .execute();
  expect(rows.map((row) => [row.pin, row.device_time])).toEqual([
    ['5', null],
    ['6', '2026-03-02 07:30:00'],
  ]);
  expect(rows[0]).toMatchObject({ time_status: 'uncorrectable', earliest: Number.NEGATIVE_INFINITY });
  const punch = await db
    .selectFrom('punch')
    .selectAll()
    .where('punch_id', '=', 'IMPOSSIBLE1-1-0')
    .executeTakeFirstOrThrow();
  // (26 × 372 + 1 × 31 + 30) × 86,400 + 27,000
  expect(punch.device_time_raw).toBe(840_958_200);
});

test('text that would break an array, a string or the encoding is stored as text', async () => {
  const pins = [
    '"',
    '\\',
    '{NULL}',
    'NULL',
    "';drop",
    'a,b',
    '',
    ' ',
    'é',
    Buffer.from([0x31, 0, 0x32]),
    Buffer.from([0xff, 0xfe, 0xc3]),
  ];
  const odd = ['\u0000x', '\ud800', 'a"b\\c{,}'];
  const log = pins.map((pin) => record('2026-03-02 07:30:00', pin));
  await applyBatch(db, batchOf('TEXT1', log), means);
  // A decoder that cleans nothing: the database's door has to.
  const uncleaned = {
    ...means,
    decode: (...all: Parameters<typeof means.decode>) =>
      [...means.decode(...all)].map((r, n) => ({ ...r, pin: odd[n % odd.length] ?? '' })),
  };
  await applyBatch(db, batchOf('TEXT2', log), uncleaned);
  const rows = await db
    .selectFrom('punch')
    .select('pin')
    .where('terminal_serial', '=', 'TEXT2')
    .orderBy('ordinal')
    .limit(3)
    .execute();
  expect(rows.map((row) => row.pin)).toEqual(['\ufffdx', '\ufffd', 'a"b\\c{,}']);
});

test('any bytes at all come back as they are', judged, async () => {
  let serials = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ minLength: 40, maxLength: 40 }), { minLength: 1, maxLength: 40 }),
      async (log) => {
        serials += 1;
        const serial = `BYTES${serials}`;
        await applyBatch(
          db,
          batchOf(
            serial,
            log.map((bytes) => Buffer.from(bytes)),
          ),
          means,
        );
        const stored = await readStoredImage(db, serial, 1, 0, log.length);
        expect(Buffer.compare(stored, Buffer.concat(log))).toBe(0);
      },
    ),
    { numRuns: 25 },
  );
});

test('a batch of 5,000 records is a few statements', async () => {
  const log = Array.from({ length: 5_000 }, (_, n) => record('2026-03-02 07:30:00', String(n)));
  expect(await applyBatch(db, batchOf('LARGE1', log), means)).toMatchObject({ stored: 5_000 });
  const stored = await readStoredImage(db, 'LARGE1', 1, 4_990, 5_000);
  expect(Buffer.compare(stored, Buffer.concat(log.slice(4_990)))).toBe(0);
});
