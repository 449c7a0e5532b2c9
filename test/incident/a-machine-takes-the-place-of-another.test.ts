/**
 * A swap at one address, with simulated terminals and real Postgres: refused until a person confirms it, read from then on;
 * what the old machine still holds is stored under its own serial, and nothing is there twice.
 */
import { sql } from 'kysely';
import { beforeAll, expect, test } from 'vitest';
import { officeStore } from '../../src/gateway/office-ports.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { confirmReplacement } from '../../src/store/replacements.ts';
import { readPin, registerOffice } from '../../src/store/terminals.ts';
import { means as ingest } from '../ingest/batches.ts';
import { byHand, createWorld, type Hand, simulate, truthOf, type World } from '../office/tools/world.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const place = { officeCode: 'kominfo', terminalName: 'Lobi' };

beforeAll(() => registerOffice(database.db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' }));

/** A world whose batches are stored at once. */
function storing(): World {
  const world = createWorld();
  const queue = {
    depth: async () => 0,
    enqueue: async (batch: Parameters<typeof applyBatch>[1]) => void (await applyBatch(database.db, batch, ingest)),
  };
  return { ...world, means: { ...world.means, queue, store: officeStore(database.db, () => true) } };
}

async function stored(serial: string): Promise<string[]> {
  const { rows } = await sql<{ raw: string }>`
    select encode(raw, 'hex') as raw from punch where terminal_serial = ${serial} order by epoch, ordinal`.execute(
    database.db,
  );
  return rows.map(({ raw }) => raw);
}

const mismatch = { code: 'TERMINAL_SERIAL_MISMATCH' };

test.each([
  ['learnt', null, 'A'],
  ['written in the configuration', 'OLD-B', 'B'],
] as const)('where the old serial was %s', async (_what, configured, mark) => {
  const [oldSerial, newSerial] = [`OLD-${mark}`, `NEW-${mark}`];
  const here = { ...place, terminalName: `Lobi ${mark}` };
  const world = storing();
  const old = await simulate({ serial: oldSerial });
  old.terminal.fillLog({ count: 12 });
  const at = (machine: Awaited<ReturnType<typeof simulate>>, name = here.terminalName): Hand =>
    byHand(world, machine, { serial: configured }, name);
  await at(old).poll();
  expect(await stored(oldSerial)).toEqual(truthOf(old));
  old.terminal.punch({ pin: '1003' });

  // Another machine answers at the same address. It takes the memory of the poller that knew the old one.
  const fresh = await simulate({ serial: newSerial, seed: 2 });
  fresh.terminal.fillLog({ count: 7 });
  const hand = at(fresh);
  await expect(hand.poll()).rejects.toMatchObject(mismatch);
  await expect(hand.poll()).rejects.toMatchObject(mismatch);
  expect(await stored(newSerial)).toEqual([]);

  const swap = { oldSerial, newSerial, number: null, by: 'operator' };
  expect(await database.db.transaction().execute((tx) => confirmReplacement(tx, here, swap))).toBeNull();
  await expect(hand.poll()).resolves.toMatchObject({ end: 'done' });
  expect(await stored(newSerial)).toEqual(truthOf(fresh));
  expect(await readPin(database.db, here)).toBe(newSerial);

  // A restart changes nothing of it, nor does a third machine get in.
  fresh.terminal.punch({ pin: '1001' });
  hand.forget();
  await hand.poll();
  expect(await stored(newSerial)).toEqual(truthOf(fresh));
  await expect(at(await simulate({ serial: `THIRD-${mark}` })).poll()).rejects.toMatchObject(mismatch);
  await expect(at(old).poll()).rejects.toMatchObject(mismatch);

  // The old one turns up in a workshop and is read there, from its beginning: only what is new is added.
  const workshop = byHand(world, old, { serial: oldSerial }, `Bengkel ${mark}`);
  await workshop.poll();
  await workshop.poll();
  expect(await stored(oldSerial)).toEqual(truthOf(old));
  expect(await stored(newSerial)).toEqual(truthOf(fresh));
});

test('a machine that stands elsewhere, or is the old one, replaces nothing', async () => {
  const confirm = (newSerial: string) =>
    database.db
      .transaction()
      .execute((tx) =>
        confirmReplacement(
          tx,
          { ...place, terminalName: 'Lobi A' },
          { oldSerial: null, newSerial, number: null, by: 'x' },
        ),
      );
  expect(await confirm('NEW-B')).toBe('stands-elsewhere');
  expect(await confirm('NEW-A')).toBe('same-machine');
});
