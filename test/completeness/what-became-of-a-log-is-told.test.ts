/** Simulated terminals, our driver and pollers, the ingest transaction and Postgres; the simulator's ledger is the truth. */
import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { serveTerminal } from '../../device-sim/server.ts';
import { createTerminal } from '../../device-sim/terminal.ts';
import { dayOf, dayRange, zoneOffsetMs } from '../../src/clock/zone.ts';
import { startCompletenessKeeper } from '../../src/completeness/keeper.ts';
import { GerbangError } from '../../src/errors.ts';
import { officeStore } from '../../src/gateway/office-ports.ts';
import { applyBatch, type IngestMeans } from '../../src/ingest/apply-batch.ts';
import { silentLog } from '../../src/log.ts';
import { trustCounterMs } from '../../src/office/read-plan.ts';
import { confirmShrinkMs } from '../../src/office/reading.ts';
import { readCompleteness } from '../../src/store/completeness.ts';
import { type GapRow, noteReached, readGaps } from '../../src/store/gaps.ts';
import { registerOffice } from '../../src/store/terminals.ts';
import { decodeRecords } from '../../src/zk/records.ts';
import { afterwards, byHand, createWorld, type Hand, type Simulated, simulate } from '../office/tools/world.ts';
import { putMachines } from '../tools/board-rows.ts';
import { createTestDatabase } from '../tools/database.ts';

const database = await createTestDatabase();
const { db } = database;
const timeZone = 'Asia/Jakarta';
const ingest: IngestMeans = {
  zoneOf: () => ({ timeZone, offsetMs: (utcMs) => zoneOffsetMs(timeZone, utcMs) }),
  decode: decodeRecords,
};

beforeAll(() => registerOffice(db, { code: 'kominfo', name: 'Kominfo', timeZone }));

/** A poller over real Postgres. `queue.away` lets it count and not read; `time.skip` lets its minutes pass. */
function pollerOf(simulated: Simulated, name = simulated.terminal.serial) {
  const world = createWorld();
  const queue = { away: false };
  const time = { skippedMs: 0 };
  const { means } = world;
  const own = {
    ...world,
    means: {
      ...means,
      time: { ...means.time, nowMs: () => performance.now() + time.skippedMs },
      store: officeStore(db, () => true),
      queue: {
        depth: async () => {
          if (queue.away) throw new GerbangError('QUEUE_UNAVAILABLE', 'The test has taken the queue away.');
          return 0;
        },
        // Twice, as a queue may: what is said of a loss must not be doubled by that.
        enqueue: async (batch: Parameters<typeof applyBatch>[1]) => {
          await applyBatch(db, batch, ingest);
          await applyBatch(db, batch, ingest);
        },
      },
    },
  };
  return { hand: byHand(own, simulated, {}, name), queue, time };
}

/** Counts, and reads nothing: the queue is away. */
async function countOnly({ hand, queue }: ReturnType<typeof pollerOf>): Promise<void> {
  queue.away = true;
  expect(await hand.poll()).toMatchObject({ end: 'waits' });
  queue.away = false;
}

/** Reads a log that lost records twice, a minute apart, as pollers do before they believe it. */
async function believeShrink({ hand, time }: ReturnType<typeof pollerOf>): Promise<void> {
  expect(await hand.poll()).toMatchObject({ end: 'failed', error: { code: 'READ_LOG_SHRANK' } });
  time.skippedMs += confirmShrinkMs;
  expect(await hand.poll()).toEqual({ end: 'done', error: null });
}

async function gapsOf(serial: string): Promise<readonly GapRow[]> {
  return (await readGaps(db)).filter((gap) => gap.serial === serial);
}

/** Punches that were made and are not stored, and how many of them the terminal still has. */
async function missingOf({ terminal }: Simulated): Promise<{ readonly unstored: number; readonly lost: number }> {
  const query = db.selectFrom('punch').select('raw').where('terminal_serial', '=', terminal.serial);
  const stored = new Set((await query.execute()).map(({ raw }) => raw.toString('hex')));
  const present = new Set(terminal.log.records().map((record) => record.toString('hex')));
  const unstored = terminal.ledger.entriesOf(terminal.serial).filter(({ recordHex }) => !stored.has(recordHex));
  return { unstored: unstored.length, lost: unstored.filter(({ recordHex }) => !present.has(recordHex)).length };
}

/** The claim holds against the ledger, and its stretch of time holds the punches that are gone. */
async function holds(simulated: Simulated, gap: GapRow | undefined): Promise<void> {
  const { lost } = await missingOf(simulated);
  if (gap === undefined) throw new Error('no gap was noted');
  expect(gap.atLeast).toBeLessThanOrEqual(lost);
  if (gap.atMost !== null) expect(lost).toBeLessThanOrEqual(gap.atMost);
}

async function readThroughOf(serial: string): Promise<number | null> {
  const query = db.selectFrom('terminal_log').select('read_through_at').where('serial', '=', serial);
  return (await query.executeTakeFirst())?.read_through_at ?? null;
}

function punches({ terminal }: Simulated, count: number): void {
  for (let n = 0; n < count; n += 1) terminal.punch({ pin: String(1001 + (n % 20)), workCode: n });
}

test('cleared with 37 unread that its counter had shown: at least 37 are gone, and when', async () => {
  const simulated = await simulate({ serial: 'CLEARED' });
  simulated.terminal.fillLog({ count: 463 });
  const poller = pollerOf(simulated);
  await poller.hand.poll();
  const readMs = Date.now();
  punches(simulated, 37);
  await countOnly(poller);
  simulated.terminal.clearLog();
  await believeShrink(poller);
  const [gap] = await gapsOf('CLEARED');
  expect(gap).toMatchObject({ kind: 'cleared', atLeast: 37, atMost: null, epoch: 2, stored: 463, counted: 37 });
  expect((await missingOf(simulated)).lost).toBe(37);
  await holds(simulated, gap);
  expect(gap?.sinceMs).toBeLessThanOrEqual(readMs);
  expect(gap?.untilMs).toBeGreaterThanOrEqual(readMs);
  expect(await gapsOf('CLEARED')).toHaveLength(1);
});

test('cleared with nothing unread: nothing is claimed', async () => {
  const simulated = await simulate({ serial: 'TIDY' });
  simulated.terminal.fillLog({ count: 20 });
  const poller = pollerOf(simulated);
  await poller.hand.poll();
  simulated.terminal.clearLog();
  await believeShrink(poller);
  expect(await gapsOf('TIDY')).toMatchObject([{ kind: 'cleared', atLeast: 0, atMost: null, ground: 'unwatched' }]);
  expect((await missingOf(simulated)).lost).toBe(0);
});

test('a full ring that went round more than once: the missing running numbers are gone', async () => {
  const simulated = await simulate({ serial: 'RING', profile: 'ring-log', recordCapacity: 50 });
  simulated.terminal.fillLog({ count: 50 });
  const { hand, time } = pollerOf(simulated);
  await hand.poll();
  punches(simulated, 80);
  time.skippedMs += trustCounterMs;
  await hand.poll();
  const [gap] = await gapsOf('RING');
  expect(gap).toMatchObject({ kind: 'wrapped', atLeast: 30, ground: 'numbered' });
  expect((await missingOf(simulated)).lost).toBe(30);
});

test('a full ring that overwrote only what was stored: nothing is lost, provably', async () => {
  const simulated = await simulate({ serial: 'RING-2', profile: 'ring-log', recordCapacity: 50 });
  simulated.terminal.fillLog({ count: 50 });
  const { hand, time } = pollerOf(simulated);
  await hand.poll();
  const readThroughMs = await readThroughOf('RING-2');
  punches(simulated, 20);
  // Its counter stands still, so a poll that only counts has not seen where the log ends.
  await hand.poll();
  expect(await readThroughOf('RING-2')).toBe(readThroughMs);
  expect(hand.memory.endSeen).toBeNull();
  time.skippedMs += trustCounterMs;
  await hand.poll();
  expect(await gapsOf('RING-2')).toMatchObject([{ kind: 'wrapped', atLeast: 0, atMost: 0, ground: 'in-place' }]);
  expect(await missingOf(simulated)).toEqual({ unstored: 0, lost: 0 });
});

test('a full log that dropped its oldest until nothing stored was left: it wrapped, and nothing is ruled out', async () => {
  const simulated = await simulate({
    serial: 'DROPS',
    recordCapacity: 60,
    whenFull: { kind: 'drop-oldest', records: 10 },
  });
  simulated.terminal.fillLog({ count: 60 });
  const { hand } = pollerOf(simulated);
  await hand.poll();
  punches(simulated, 100);
  await hand.poll();
  const [gap] = await gapsOf('DROPS');
  expect(gap).toMatchObject({ kind: 'wrapped', atLeast: 0, atMost: null });
  expect((await missingOf(simulated)).lost).toBe(40);
});

test('a record altered in place: rewritten, and nothing is lost, provably', async () => {
  const simulated = await simulate({ serial: 'SPOILT' });
  simulated.terminal.fillLog({ count: 60 });
  const { hand } = pollerOf(simulated);
  await hand.poll();
  simulated.terminal.log.spoil(0, 2);
  hand.memory.read = { ...hand.memory.read, owed: 'daily' };
  await hand.poll();
  expect(await gapsOf('SPOILT')).toMatchObject([{ kind: 'rewritten', atLeast: 0, atMost: 0, ground: 'in-place' }]);
});

test('flash that forgot its newest records: the log shrank, and what was counted is gone', async () => {
  const simulated = await simulate({ serial: 'SHRANK' });
  simulated.terminal.fillLog({ count: 60 });
  const poller = pollerOf(simulated);
  await poller.hand.poll();
  punches(simulated, 7);
  await countOnly(poller);
  const kept = simulated.terminal.log
    .records()
    .slice(0, 40)
    .map((record) => Buffer.from(record));
  simulated.terminal.log.clear();
  for (const record of kept) simulated.terminal.log.restore(record);
  await believeShrink(poller);
  const [gap] = await gapsOf('SHRANK');
  expect(gap).toMatchObject({ kind: 'shrank', atLeast: 7, atMost: null, found: 40 });
  await holds(simulated, gap);
});

test('another machine in its place: said once, out of reach, and over when the old one is read again', async () => {
  const simulated = await simulate({ serial: 'OLD-1' });
  simulated.terminal.fillLog({ count: 20 });
  const poller = pollerOf(simulated, 'Pintu');
  const { hand }: { hand: Hand } = poller;
  await hand.poll();
  punches(simulated, 5);
  await countOnly(poller);
  await simulated.server.stop();
  const impostor = createTerminal({ serial: 'NEW-1', users: [{ pin: '1' }], seed: 2 });
  const { host, port } = simulated.server;
  const other = await serveTerminal(impostor, { host, port });
  afterwards(() => other.stop());
  for (let tries = 0; tries < 2; tries += 1) {
    await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_MISMATCH' });
  }
  hand.forget();
  await expect(hand.poll()).rejects.toMatchObject({ code: 'TERMINAL_SERIAL_MISMATCH' });
  expect(await gapsOf('OLD-1')).toMatchObject([{ kind: 'swapped', atLeast: 5, ground: 'out-of-reach', found: null }]);
  expect(await gapsOf('NEW-1')).toEqual([]);
  expect((await missingOf(simulated)).unstored).toBe(5);
  expect(await noteReached(db)).toEqual([]);

  await other.stop();
  const back = await serveTerminal(simulated.terminal, { host, port });
  afterwards(() => back.stop());
  await hand.poll();
  expect(await missingOf(simulated)).toEqual({ unstored: 0, lost: 0 });
  expect(await noteReached(db)).toEqual(['kominfo']);
  const [gap] = await gapsOf('OLD-1');
  expect(gap?.reachedAtMs).not.toBeNull();
});

test('three days late: each punch lands on its day, and no day was called complete before', async () => {
  const simulated = await simulate({ serial: 'LATE' });
  await registerOffice(db, { code: 'distrik', name: 'Distrik', timeZone });
  const machine = { officeCode: 'distrik', terminalName: 'Balai', serial: 'LATE', state: 'waiting' as const };
  await putMachines(database, [machine], Date.now() - 4 * 86_400_000);
  const watchedMs = Date.now() - 6 * 86_400_000;
  await sql`insert into terminal_stay (office_code, terminal_name, serial, from_at)
            values ('distrik', 'Balai', 'LATE', ${new Date(watchedMs).toISOString()})`.execute(db);
  // Every ten minutes for three days, the last one just now.
  simulated.terminal.fillLog({ count: 3 * 144, everyMs: 600_000 });
  const offices = [{ code: 'distrik', relevantUntilMinute: null }];
  const own = {
    database,
    log: silentLog(),
    nowMs: Date.now,
    offices: () => offices,
    everyMs: 30,
    machinesEveryMs: 30,
    settleMs: 0,
  };
  const keeper = startCompletenessKeeper(own);
  const days = async () => readCompleteness(db, { officeCodes: ['distrik'], limit: 10 });
  const today = dayOf(timeZone, Date.now());
  try {
    await expect.poll(days, { timeout: 20_000, interval: 100 }).not.toEqual([]);
    expect((await days()).map(({ state }) => state)).not.toContain('complete');

    const world = createWorld();
    const means = {
      ...world.means,
      store: officeStore(db, () => true),
      queue: {
        depth: async () => 0,
        enqueue: async (batch: Parameters<typeof applyBatch>[1]) => void (await applyBatch(db, batch, ingest)),
      },
    };
    const place = { officeCode: 'distrik', terminalName: 'Balai' };
    await byHand({ ...world, means }, simulated, { place }, 'Balai').poll();

    const truth = new Map<string, number>();
    for (const { trueAtMs } of simulated.terminal.ledger.entriesOf('LATE')) {
      const day = dayOf(timeZone, trueAtMs);
      truth.set(day, (truth.get(day) ?? 0) + 1);
    }
    const told = async () => Object.fromEntries((await days()).map(({ day, records }) => [day, records]));
    await expect.poll(told, { timeout: 20_000, interval: 100 }).toMatchObject(Object.fromEntries(truth));
    await expect
      .poll(async () => (await days()).filter(({ day, state }) => day < today && state === 'not-yet'), {
        timeout: 20_000,
        interval: 100,
      })
      .toEqual([]);
    for (const { day, state, records, terminalsRead } of await days()) {
      if (day === today) expect(state).toBe('not-yet');
      else expect({ day, terminalsRead }).toEqual({ day, terminalsRead: 1 });
      expect({ day, records }).toEqual({ day, records: truth.get(day) ?? 0 });
      expect(dayRange(timeZone, day).fromMs).toBeLessThan(Date.now());
    }
  } finally {
    await keeper.close();
  }
});

afterAll(async () => {
  const { rows } = await sql`select at_least from log_gap where at_most < at_least`.execute(db);
  expect(rows).toEqual([]);
});
