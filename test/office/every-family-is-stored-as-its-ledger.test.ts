import { expect, test } from 'vitest';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { officeStore } from '../../src/gateway/office-ports.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { batchToJobData, parseBatch } from '../../src/queue/batch-json.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { createTestDatabase } from '../tools/database.ts';
import { judged } from '../tools/judged.ts';
import { byHand, createWorld, type Simulated, simulate, type World } from './tools/world.ts';

const { db } = await createTestDatabase();
await registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone: 'Asia/Jakarta' });
const zone = { timeZone: 'Asia/Jakarta', offsetMs: (utcMs: number) => zoneOffsetMs('Asia/Jakarta', utcMs) };

/** A world in front of the real database; every batch becomes the text of a job and is read back from it. */
function worldOnPostgres(): World {
  const world = createWorld({ recordsPerBatch: 50 });
  const queue = {
    depth: async () => 0,
    async enqueue(batch: Parameters<World['means']['queue']['enqueue']>[0]) {
      const job = parseBatch(JSON.parse(JSON.stringify(batchToJobData(batch))));
      await applyBatch(db, job, { zoneOf: () => zone, decode: decodeRecords });
    },
  };
  return { ...world, means: { ...world.means, queue, store: officeStore(db, () => true) } };
}

async function storedOf(serial: string) {
  return db
    .selectFrom('attendance')
    .select(['pin', 'suspect'])
    .where('terminal_serial', '=', serial)
    .orderBy('epoch')
    .orderBy('ordinal')
    .execute();
}

const pinsOf = ({ terminal }: Simulated): string[] => terminal.ledger.entries.map((entry) => entry.pin);

// Ids that are no user index, so that an unresolved one cannot pass for the right one.
const users = Array.from({ length: 40 }, (_, index) => ({ pin: String(7001 + 13 * index) }));

test.each(['bw-8', 'bw-8-short', 'bw-16', 'tft-40', 'vl-49', 'udp-only'])(
  '%s: the pins of the ledger, after a whole read and after tails',
  judged,
  async (profile) => {
    const simulated = await simulate({ serial: `FAM-${profile}`, profile, users });
    simulated.terminal.fillLog({ count: 120 });
    const world = worldOnPostgres();
    const { host, port } = simulated.server;
    const hand = byHand(
      world,
      simulated,
      { target: { host, port, transport: 'auto', replyTimeoutMs: 2_000 } },
      profile,
    );
    for (const round of [1, 2, 3]) {
      expect(await hand.poll()).toEqual({ end: 'done', error: null });
      const stored = await storedOf(simulated.terminal.serial);
      expect(stored.map((row) => row.pin)).toEqual(pinsOf(simulated));
      expect(stored.filter((row) => row.suspect !== null)).toEqual([]);
      for (let punches = 0; punches < round; punches += 1) simulated.terminal.punch({ pin: '7014' });
    }
  },
);

test(
  'a deleted user leaves a flagged index, and whoever gets that index later changes nothing stored',
  judged,
  async () => {
    const simulated = await simulate({ serial: 'FAM-DEL', profile: 'bw-8', users: [{ pin: '7001', uid: 1 }] });
    const { terminal } = simulated;
    const hand = byHand(worldOnPostgres(), simulated, {}, 'FAM-DEL');
    terminal.punch({ pin: '7001' });
    await hand.poll();
    terminal.users.remove('7001');
    terminal.users.enrol({ pin: '7555', uid: 1 });
    terminal.punch({ pin: '7555' });
    await hand.poll();
    terminal.punch({ pin: '7555' });
    terminal.users.remove('7555');
    await hand.poll();
    expect(await storedOf('FAM-DEL')).toEqual([
      { pin: '7001', suspect: null },
      { pin: '7555', suspect: null },
      { pin: '1', suspect: 'pin-unresolved' },
    ]);
  },
);
