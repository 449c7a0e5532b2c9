/** The page of all clocks, and `gerbang clocks`: processor time for a fleet with a week of looks. */
import { watchFleet } from '../../src/ingest/clock-watch.ts';
import type { Database } from '../../src/store/database.ts';
import type { EmbeddedPostgres } from '../../src/store/embedded-postgres.ts';
import { migrateToLatest } from '../../src/store/migrate.ts';
import { whole } from '../report.ts';
import { freshDatabase } from './ground.ts';
import { cpuMsOf } from './processes.ts';
import type { Size } from './size.ts';

const aimMs = 1_500;
const days = 7;
/** As measured on a busy simulated day: 736 looks of 1,792 are stored. */
const looksPerHour = 30;
const punchesPerDay = 100;

/** One line. */
export async function measureClocks(postgres: EmbeddedPostgres, { clocks }: Size): Promise<string[][]> {
  const { terminals } = clocks;
  const database = await freshDatabase(postgres, 'clocks');
  try {
    await migrateToLatest(database.db);
    const nowMs = Date.now();
    const looks = await fill(database, terminals, nowMs);
    // Once to warm up, as a gateway that runs for days is.
    await watchFleet(database.db, { nowMs });
    const { rows } = await database.pool.query<{ pid: number }>(
      "select pid from pg_stat_activity where datname = current_database() and backend_type = 'client backend'",
    );
    const serverMs = (): number => rows.reduce((sum, { pid }) => sum + cpuMsOf(pid), 0);
    const [before, serverBefore, startedMs] = [process.cpuUsage(), serverMs(), performance.now()];
    await watchFleet(database.db, { nowMs });
    const ms = performance.now() - startedMs;
    const { user, system } = process.cpuUsage(before);
    const [ownMs, theirMs] = [(user + system) / 1_000, serverMs() - serverBefore];
    const seconds = (value: number): string => (value / 1_000).toFixed(2);
    return [
      [
        whole(terminals),
        whole(looks),
        seconds(ms),
        seconds(ownMs),
        seconds(theirMs),
        ((ownMs + theirMs) / aimMs).toFixed(2),
      ],
    ];
  } finally {
    await database.close();
  }
}

/** A week of quiet clocks, some seconds fast and drifting, with a burst each hour and a set at noon of each fifth. */
async function fill({ pool }: Database, terminals: number, nowMs: number): Promise<number> {
  await pool.query(`insert into office (code, name, time_zone) values ('opd', 'OPD', 'Asia/Jakarta')`);
  await pool.query(
    `insert into terminal (serial, office_code, name)
     select 'CLOCK' || n, 'opd', 'Mesin ' || n from generate_series(1, $1::int) n`,
    [terminals],
  );
  const { rowCount } = await pool.query(
    `insert into clock_sample (terminal_serial, sampled_at, received_at, device_time, offset_earliest_ms,
                               offset_latest_ms, kind, seq)
     select 'CLOCK' || n, at, at + interval '25 ms', wall, floor(off)::bigint, floor(off)::bigint + 1025, kind, h * 100
     from generate_series(1, $1::int) n, generate_series(0, $2::int - 1) h, generate_series(0, $3::int - 1) k
     cross join lateral (select
       to_timestamp($4::float8) - (h * interval '1 hour') - (k * interval '118 seconds') as at,
       case when k < 8 then 'hourly' else 'before-read' end as kind) a
     cross join lateral (select date_trunc('second', (at at time zone 'Asia/Jakarta')
       + (n % 40) * interval '1 second' + (n % 7) * extract(epoch from at - to_timestamp($4::float8)) * interval '2 us') as wall) w
     cross join lateral (select extract(epoch from wall - (at at time zone 'Asia/Jakarta')) * 1000 - 25 as off) o`,
    [terminals, days * 24, looksPerHour, nowMs / 1_000],
  );
  await pool.query(
    `insert into punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state,
                        work_code, raw, source, received_at, absent_at)
     select 'CLOCK' || n, 1, k, '1', (at at time zone 'Asia/Jakarta')::timestamp(0), 0, 1, 0, 0, '\\x00', 'pull',
            at + interval '30 s', at - interval '30 s'
     from generate_series(1, $1::int) n, generate_series(0, $2::int - 1) k
     cross join lateral (select to_timestamp($3::float8) - ($2::int - k) * interval '14 minutes' as at) a`,
    [terminals, days * punchesPerDay, nowMs / 1_000],
  );
  // As autovacuum would have done within the minute.
  await pool.query('analyze');
  return rowCount ?? 0;
}
