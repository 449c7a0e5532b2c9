import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Kysely, sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type VerifyOptions, verifyEvidence, verifyIn } from '../../src/evidence/verify.ts';
import { applyBatch } from '../../src/ingest/apply-batch.ts';
import { silentLog } from '../../src/log.ts';
import { startPublisher } from '../../src/mqtt/publisher.ts';
import { digestText, parseDigests } from '../../src/store/digest-text.ts';
import { sealDays } from '../../src/store/evidence-days.ts';
import {
  contentOf,
  dayLine,
  headerLine,
  headOf,
  lastHeadLine,
  noHead,
  type PunchRow,
  punchLine,
} from '../../src/store/evidence-lines.ts';
import type { Tables } from '../../src/store/tables.ts';
import { inProcess } from '../cli/in-process.ts';
import { batchOf, means, morning } from '../ingest/batches.ts';
import { consume } from '../mqtt/tools/consumer.ts';
import { createTestDatabase } from '../tools/database.ts';
import { storeHistory, withSetClock } from './history.ts';

const database = await createTestDatabase();
const { db } = database;
const env = { DATABASE_URL: database.url };
const folder = await mkdtemp(join(tmpdir(), 'gerbang-digest-'));
afterAll(() => rm(folder, { recursive: true, force: true }));
const everything: VerifyOptions = { fromDay: null, toDay: null, serial: null, kept: [] };
const days = ['2026-03-02', '2026-03-03', '2026-03-04'] as const;
/** What somebody was mailed each morning. */
const kept: string[] = [];

beforeAll(() =>
  withSetClock(database, async (timed, setClock) => {
    await storeHistory(timed, setClock);
    for (const day of days) {
      const { code, stdout } = await inProcess(['digest', '--day', day, '--lang', 'en'], env);
      expect(code).toBe(0);
      kept.push(stdout);
    }
    // The fifth of March has not ended.
    expect(await inProcess(['digest', '--day', '2026-03-05'], env)).toMatchObject({ code: 2 });
  }),
);

interface Rewritten {
  seq: number;
  epoch: number;
  from: number;
  to: number;
  samples: number;
  events: number;
  opens: boolean;
  storedAtMs: number;
}

/** What an owner of the database can do: change a record of BBB on the third day and make every head and day fit it again. */
async function rewriteHistory(tx: Kysely<Tables>, thenDays: boolean): Promise<void> {
  await sql`set local session_replication_role = replica`.execute(tx);
  await sql`update punch set pin = '4711' where terminal_serial = 'BBB' and ordinal = 7`.execute(tx);
  const { rows: punches } = await sql<PunchRow>`
    select ordinal, pin, device_time as "deviceTime", device_time_raw as "deviceTimeRaw", verify_mode as "verifyMode",
           punch_state as "punchState", work_code as "workCode", raw, source, received_at as "receivedAtMs",
           absent_at as "absentAtMs" from punch where terminal_serial = 'BBB' and ordinal >= 6 order by ordinal`.execute(
    tx,
  );
  const content = contentOf(punches.map(punchLine));
  const { rows: heads } = await sql<{ head: Buffer }>`
    select head from evidence_batch where terminal_serial = 'BBB' and seq = 1`.execute(tx);
  const { rows: batches } = await sql<Rewritten>`
    select seq, epoch, from_ordinal as "from", to_ordinal as "to", samples, events, opens, stored_at as "storedAtMs"
    from evidence_batch where terminal_serial = 'BBB' and seq = 2`.execute(tx);
  for (const batch of batches) {
    const head = headOf(heads[0]?.head ?? noHead, headerLine({ serial: 'BBB', ...batch }), content);
    await sql`update evidence_batch set content = ${content.digest}, row_marks = ${content.marks}, head = ${head}
              where terminal_serial = 'BBB' and seq = 2`.execute(tx);
  }
  if (thenDays) await rewriteLastDay(tx);
}

async function rewriteLastDay(tx: Kysely<Tables>): Promise<void> {
  const { rows } = await sql<{ serial: string; seq: number; head: Buffer }>`
    select distinct on (terminal_serial) terminal_serial as serial, seq, head from evidence_batch
    where stored_at >= '2026-03-04Z' order by terminal_serial, seq desc`.execute(tx);
  const content = contentOf(rows.map(({ serial, seq, head }) => lastHeadLine(serial, seq, head)));
  const { rows: before } = await sql<{
    digest: Buffer;
  }>`select digest from evidence_day where day = '2026-03-03'`.execute(tx);
  const digest = headOf(before[0]?.digest ?? noHead, dayLine('2026-03-04', 2, 2), content);
  await sql`update evidence_day set content = ${content.digest}, row_marks = ${content.marks}, digest = ${digest}
            where day = '2026-03-04'`.execute(tx);
}

async function inRewritten<T>(thenDays: boolean, look: (tx: Kysely<Tables>) => Promise<T>): Promise<T> {
  const undo = new Error('undo');
  let seen: { value: T } | null = null;
  const work = async (tx: Kysely<Tables>): Promise<void> => {
    await rewriteHistory(tx, thenDays);
    seen = { value: await look(tx) };
    throw undo;
  };
  await expect(db.transaction().execute(work)).rejects.toBe(undo);
  if (seen === null) throw new Error('nothing was seen');
  return (seen as { value: T }).value;
}

describe('an owner who changes a record and recomputes the chain of its terminal', () => {
  test('is betrayed by the sealed day, which names the terminal', async () => {
    const found = await inRewritten(false, (tx) => verifyIn(tx, everything));
    expect(found.findings).toEqual([
      expect.objectContaining({ table: 'evidence_batch', what: 'rewritten', serial: 'BBB', day: '2026-03-04' }),
    ]);
  });

  test('and the days too is betrayed by the digests others keep, which tell from which day on', async () => {
    const digests = parseDigests(kept.join('\n')) ?? [];
    const found = await inRewritten(true, (tx) => verifyIn(tx, { ...everything, kept: digests }));
    expect(found.findings).toEqual([]);
    expect(found.comparison).toEqual({
      same: ['2026-03-02', '2026-03-03'],
      different: ['2026-03-04'],
      unknown: [],
      agreesThrough: '2026-03-03',
      differsFrom: '2026-03-04',
    });
  });
});

describe('the command line', () => {
  test('prints a digest that it takes back, from a mail as a whole or from its line', async () => {
    const mail = join(folder, 'mail.txt');
    await writeFile(mail, `Selamat pagi,\n\n> ${kept.join('\n> ').replaceAll('\n', '\r\n')}\n`);
    const [line = ''] = /^2026-03-03 .*$/m.exec(kept[1] ?? '') ?? [];
    for (const given of [mail, line, line.toUpperCase().replaceAll('-', ' ').replace('2026 03 03', '2026-03-03')]) {
      const { code, stdout } = await inProcess(['verify', '--against', given, '--lang', 'en'], env);
      expect(stdout).toContain('Same as the kept digest of 2026-03-03.');
      expect(stdout).toContain('All evidence is in order.');
      expect(code).toBe(0);
    }
  });

  test('takes back what is retained at the broker', async () => {
    const publisher = await startPublisher({ database, log: silentLog(), nowMs: () => Date.now() });
    const consumer = await consume(publisher.state().url, 'gerbang/gateway/evidence');
    await expect.poll(() => consumer.received.length, { timeout: 30_000 }).toBeGreaterThan(0);
    const { day, digest } = JSON.parse(consumer.received.at(-1)?.text ?? '');
    await consumer.close();
    await publisher.close();
    expect(day).toBe('2026-03-04');
    const { code, stdout } = await inProcess(['verify', '--against', digest, '--lang', 'en'], env);
    expect([code, stdout]).toEqual([0, expect.stringContaining('Same as the kept digest of 2026-03-04.')]);
  });

  test('fails where history differs, and says up to when it does not', async () => {
    const file = join(folder, 'different.txt');
    await writeFile(file, `${kept[0]}\n${digestText({ day: '2026-03-04', digest: Buffer.alloc(32) })}\n`);
    const { code, stdout } = await inProcess(['verify', '--against', file, '--lang', 'en'], env);
    expect(code).toBe(1);
    expect(stdout).toContain('The stored rows fit each other');
    expect(stdout).toContain('had been stored by 2026-03-04 (up to this day it is the same: 2026-03-02)');
  });

  test('refuses a digest with a slip of the pen rather than call it different', async () => {
    const [line = ''] = /^2026-03-03 .*$/m.exec(kept[1] ?? '') ?? [];
    const slipped = line.replace(/ ./, (start) => (start === ' 0' ? ' 1' : ' 0'));
    expect(await inProcess(['verify', '--against', slipped], env)).toMatchObject({ code: 2 });
    expect(await inProcess(['verify', '--from', '2026-02-30'], env)).toMatchObject({ code: 2 });
  });

  test('names what is wrong in words and as JSON, and exits with 1', async () => {
    await sql`set session_replication_role = replica; update punch set pin = '1' where terminal_serial = 'AAA' and epoch = 1 and ordinal in (3, 4); set session_replication_role = origin`.execute(
      db,
    );
    const said = await inProcess(['verify', '--terminal', 'AAA', '--lang', 'en'], env);
    expect(said).toMatchObject({ code: 1 });
    expect(said.stdout).toContain('punch: altered: AAA · epoch 1 · ordinal 3–4 · 2 rows');
    const data = await inProcess(['verify', '--json'], env);
    expect(JSON.parse(data.stdout)).toMatchObject({ count: 2, findings: [{ table: 'punch', ordinals: [3, 4] }] });
  });
});

test('a day is sealed once, whoever does it, and takes no more batches', async () => {
  const other = await createTestDatabase();
  await withSetClock(other, async (timed, setClock) => {
    await storeHistory(timed, setClock);
    // Ten minutes into the next day the day may still get a batch.
    await setClock('2026-03-06 00:10:00+00');
    expect(await sealDays(timed)).toEqual([]);
    await setClock('2026-03-09 12:00:00+00');
    const sealed = await Promise.all([sealDays(timed), sealDays(timed)]);
    expect(
      sealed
        .flat()
        .map(({ day, terminals }) => [day, terminals])
        .sort(),
    ).toEqual(['05', '06', '07', '08'].map((day) => [`2026-03-${day}`, 0]));
    // The database's clock goes back: what comes now counts for the first day that is not sealed.
    await setClock('2026-03-03 12:00:00+00');
    await applyBatch(timed, batchOf('BBB', morning(40), { from: 9, to: 12 }), means);
    const { rows } = await sql<{ at: string }>`
      select stored_at::text as at from evidence_batch order by stored_at desc limit 1`.execute(timed);
    expect(rows).toEqual([{ at: '2026-03-09 00:00:00+00' }]);
    expect((await verifyEvidence(timed, everything)).findings).toEqual([]);
  });
});
