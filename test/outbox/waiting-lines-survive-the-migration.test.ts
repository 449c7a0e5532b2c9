import { readdir, readFile } from 'node:fs/promises';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { readChanges } from '../../src/store/changes.ts';
import { mqttConsumer, readConsumer } from '../../src/store/consumers.ts';
import { acquireLease } from '../../src/store/lease.ts';
import { sequenceOutbox } from '../../src/store/outbox.ts';
import { createTestDatabase } from '../tools/database.ts';

const { db } = await createTestDatabase({ empty: true });
const folder = new URL('../../migrations/', import.meta.url);
const all = (await readdir(folder)).filter((name) => name.endsWith('.sql')).sort();

async function migrate(names: readonly string[]): Promise<void> {
  for (const name of names) await sql.raw(await readFile(new URL(name, folder), 'utf8')).execute(db);
}

test('lines that waited before are given to MQTT first, and the version before publishes no more', async () => {
  const at = all.indexOf('0007_positions.sql');
  expect(at).toBeGreaterThan(0);
  await migrate(all.slice(0, at));
  // Written by the version before: two that wait, and one of no rows, which would share a place.
  await sql`insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal)
            values ('OLD1', 1, 0, 3), ('OLD1', 1, 3, 3), ('OLD2', 1, 0, 2)`.execute(db);
  const old = { key: 'mqtt-publisher', holder: 'old gateway', ttlMs: 60_000 };
  expect(await acquireLease(db, old)).toMatchObject({ fence: expect.any(Number) });
  await migrate(all.slice(at));
  // The very holder comes back for its turn and does not get it.
  expect(await acquireLease(db, old)).toEqual({ heldBy: 'retired by 0007_positions' });
  // It stores on, as it always did.
  await sql`insert into outbox (terminal_serial, epoch, from_ordinal, to_ordinal) values ('OLD1', 1, 3, 4)`.execute(db);
  await sequenceOutbox(db);
  const { rows } = await sql<{ serial: string; ends: number }>`
    select terminal_serial as serial, end_position as ends from outbox order by end_position`.execute(db);
  expect(rows).toEqual([
    { serial: 'OLD1', ends: 3 },
    { serial: 'OLD2', ends: 5 },
    { serial: 'OLD1', ends: 6 },
  ]);
  expect(await readConsumer(db, mqttConsumer)).toMatchObject({ position: 0, state: 'ok', held: null });
  expect(await readChanges(db, { from: 0, limit: 100 })).toMatchObject({
    kind: 'page',
    next: 6,
    bounds: { oldest: 0, head: 6 },
  });
});
