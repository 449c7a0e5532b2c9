/** An empty database and terminals full of records; and offices that come back after days without a network. */
import { pipeline } from 'node:stream/promises';
import pgCopy from 'pg-copy-streams';
import { type Database, openDatabase } from '../../src/store/database.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { whole } from '../report.ts';
import { configOf, freshDatabase, untilStored } from './ground.ts';
import { startFarFleet, startFarGateway } from './processes.ts';
import type { Size } from './size.ts';

const aimPerSecond = 15_000;
/** 300 terminals of 70,000 records. */
const wholeFleet = 21_000_000;
const daysAway = 3;
const punchesPerDay = 200;

const copied = {
  punch:
    'terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state, work_code, raw, source, received_at, absent_at',
  attendance_time:
    'terminal_serial, epoch, ordinal, office_code, person_id, occurred_at, earliest, latest, time_status, suspect, revision',
} as const;

/** A million records read from terminals into an empty database, beside COPY of the same rows. */
export async function measureRebuild(postgres: EmbeddedPostgres, { rebuild }: Size): Promise<string[][]> {
  const { terminals, records } = rebuild;
  const rows = terminals * records;
  const fleet = await startFarFleet(terminals, records);
  const database = await freshDatabase(postgres, 'rebuild');
  const startedMs = performance.now();
  const gateway = await startFarGateway({ config: configOf(fleet.ports, 20), databaseUrl: database.url });
  try {
    await untilStored(database, rows, 20 * 60_000);
    const seconds = (performance.now() - startedMs) / 1_000;
    const { peakBytes } = gateway.memory();
    const ownSeconds = gateway.cpuMs() / 1_000;
    await gateway.stop();
    const copySeconds = await copySecondsOf(postgres, database);
    const line = (way: string, took: number): string[] => [
      way,
      whole(rows / took),
      took.toFixed(1),
      `${Math.round((100 * copySeconds) / took)} %`,
      (rows / took / aimPerSecond).toFixed(2),
      `${(wholeFleet / (rows / took) / 60).toFixed(0)} min`,
    ];
    return [
      [...line('COPY from database to database (limit)', copySeconds), '', ''],
      [
        ...line(`Gerbang, ${terminals} terminals of ${whole(records)}`, seconds),
        ownSeconds.toFixed(1),
        whole(peakBytes / 1_048_576),
      ],
    ];
  } finally {
    await database.close();
    fleet.stop();
  }
}

async function copySecondsOf(postgres: EmbeddedPostgres, source: Database): Promise<number> {
  const target = await freshDatabase(postgres, 'rebuild_copy');
  await migrateToLatest(target.db);
  const [from, to] = [await source.pool.connect(), await target.pool.connect()];
  try {
    const startedMs = performance.now();
    for (const [table, columns] of Object.entries(copied)) {
      const out = from.query(pgCopy.to(`copy (select ${columns} from ${table}) to stdout binary`));
      await pipeline(out, to.query(pgCopy.from(`copy ${table} (${columns}) from stdin binary`)));
    }
    return (performance.now() - startedMs) / 1_000;
  } finally {
    from.release();
    to.release();
    await target.close();
  }
}

/** Fifty offices that come back in the same second with three days of punches. */
export async function measureCatchUp(postgres: EmbeddedPostgres, { catchUp }: Size): Promise<string[][]> {
  const { offices: backOffices, terminals: backTerminals } = catchUp;
  const fleet = await startFarFleet(backTerminals, 100);
  const database = await freshDatabase(postgres, 'catch_up');
  const config = configOf(fleet.ports, backOffices, { pollEverySeconds: '60' });
  const gateway = await startFarGateway({ config, databaseUrl: database.url });
  const watcher = openDatabase(database.url, { maxConnections: 1 });
  try {
    await untilStored(database, backTerminals * 100, 10 * 60_000);
    await fleet.network('offline');
    await fleet.fill(daysAway * punchesPerDay);
    const rows = backTerminals * daysAway * punchesPerDay;
    await fleet.network('online');
    const startedMs = performance.now();
    const doneMs = new Map<string, number>();
    let stored = 0;
    const perOffice = (backTerminals / backOffices) * (100 + daysAway * punchesPerDay);
    await untilStored(database, backTerminals * 100 + rows, 15 * 60_000, (now) => {
      stored = now;
      void countByOffice(watcher).then((counts) => {
        for (const [code, count] of counts) {
          if (count >= perOffice && !doneMs.has(code)) doneMs.set(code, performance.now() - startedMs);
        }
      });
    });
    const seconds = (performance.now() - startedMs) / 1_000;
    const ends = [...doneMs.values()].sort((a, b) => a - b).map((ms) => ms / 1_000);
    return [
      [
        `${backOffices} offices, ${backTerminals} terminals, ${daysAway} days: ${whole(stored - backTerminals * 100)} rows`,
        seconds.toFixed(0),
        `${(ends[0] ?? 0).toFixed(0)} / ${(ends[Math.floor(ends.length / 2)] ?? 0).toFixed(0)} / ${seconds.toFixed(0)}`,
        whole(rows / seconds),
        (rows / seconds / aimPerSecond).toFixed(2),
      ],
    ];
  } finally {
    await gateway.stop();
    await watcher.close();
    await database.close();
    fleet.stop();
  }
}

async function countByOffice({ pool }: Database): Promise<readonly (readonly [string, number])[]> {
  const { rows } = await pool.query<{ office_code: string; n: string }>(
    'select t.office_code, sum(l.next_ordinal) as n from terminal_log l join terminal t using (serial) group by 1',
  );
  return rows.map(({ office_code, n }) => [office_code, Number(n)]);
}
