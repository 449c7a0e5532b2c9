/**
 * Ten million rows as a province has them after two years: 60 offices, 300 machines, 7,000 people who punch twice a day.
 * PINs count from 1 in each office, as they do, so each means 60 people. Every tenth machine was read late, all at once.
 */
import type pg from 'pg';
import type { Database } from '../../src/store/database.ts';

export const offices = 60;
export const machines = 300;
/** People per office. */
export const people = 117;
/** Rows a machine gets per day: 117 people twice, on five machines. */
const perDay = 47;

/** How far back the rows go: the last of them are of today. */
export function daysOf(rows: number): number {
  return Math.ceil(rows / machines / perDay);
}

/**
 * Fills an empty, migrated database. Keys and indexes are taken away first and built afterwards, as one does for a load.
 *
 * @param today `YYYY-MM-DD`, the last day, in WIB
 * @returns seconds for rows and for indexes
 */
export async function fillAttendance(
  { pool }: Database,
  rows: number,
  today: string,
): Promise<{ readonly rowsS: number; readonly indexesS: number }> {
  const perMachine = Math.floor(rows / machines);
  const startedMs = performance.now();
  await pool.query(basics);
  const indexes = await definitions(pool);
  for (const index of indexes) await pool.query(index.drop);
  const parts = [0, 1].map((part) => fillPart(pool, part, perMachine, today));
  await Promise.all(parts);
  const rowsMs = performance.now() - startedMs;
  await build(
    pool,
    indexes.map((index) => index.create),
  );
  await pool.query(completenessOfAll, [today, daysOf(rows)]);
  await pool.query('alter table attendance_time enable trigger user');
  for (const table of ['punch', 'attendance_time', 'completeness', 'person_pin', 'person', 'office', 'terminal'])
    await pool.query(`vacuum analyze ${table}`);
  return { rowsS: rowsMs / 1_000, indexesS: (performance.now() - startedMs - rowsMs) / 1_000 };
}

const basics = `
do $$ begin
  execute 'alter table attendance_time disable trigger user';
  insert into office (code, name, time_zone)
  select 'opd-' || o, 'Dinas nomor ' || o, 'Asia/Jakarta' from generate_series(0, 59) o;
  insert into terminal (serial, office_code, name)
  select 'BENCH' || lpad(t::text, 4, '0'), 'opd-' || t % 60, 'Mesin ' || t / 60 + 1 from generate_series(0, 299) t;
  insert into person (person_id, name, nip, office_code)
  select 'o' || o || 'p' || p, 'Pegawai ' || o || ' ' || p, '19800101200501' || lpad((o * 117 + p)::text, 4, '0'), 'opd-' || o
  from generate_series(0, 59) o, generate_series(1, 117) p;
  alter table person_pin disable trigger user;
  insert into person_pin (person_id, office_code, pin)
  select person_id, office_code, split_part(person_id, 'p', 2) from person;
  alter table person_pin enable trigger user;
end $$`;

/** How each machine stands, as its last poll left it: two minutes ago, but for one in thirty that is silent since yesterday. */
export async function fillMachines({ pool }: Database, nowMs: number): Promise<void> {
  await pool.query(
    `insert into terminal_state (office_code, terminal_name, serial, address, state, error_code, error_text, failing_since,
                                 last_attempt_at, last_read_at, offset_ms, offset_bound_ms, records, record_capacity, users,
                                 firmware, platform, device_name, updated_at)
     select office_code, name, serial, '10.' || t / 250 || '.' || t % 250 || '.201:4370',
            case when silent then 'failing' else 'ok' end, case when silent then 'TERMINAL_UNREACHABLE' end,
            case when silent then 'No answer within 5 s.' end, case when silent then now - interval '20 hours' end,
            now - interval '1 minute', now - case when silent then interval '20 hours' else interval '2 minutes' end,
            t * 7 % 4000, 600, ${perDay} * 700, 100000, ${people}, 'Ver 6.60 Apr 13 2022', 'ZEM560_TFT', 'X100-C',
            now - interval '1 minute'
     from (select office_code, name, serial, right(serial, 4)::int as t, right(serial, 4)::int % 30 = 11 as silent,
                  to_timestamp($1::double precision / 1000) as now
           from terminal where serial like 'BENCH%') as machine
     on conflict do nothing`,
    [nowMs],
  );
}

/** Keys and indexes of the two big tables: how to take them away, and how to build them again. */
async function definitions(pool: pg.Pool): Promise<readonly { readonly drop: string; readonly create: string }[]> {
  const { rows } = await pool.query<{ drop: string; create: string }>(`
    select format('alter table %s drop constraint %I', conrelid::regclass, conname) as drop,
           format('alter table %s add constraint %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) as create
    from pg_constraint where contype = 'p' and conrelid in ('punch'::regclass, 'attendance_time'::regclass)
    union all
    select format('drop index %s', indexrelid::regclass), replace(pg_get_indexdef(indexrelid), ' ON ONLY ', ' ON ')
    from pg_index where not indisprimary and indrelid in ('punch'::regclass, 'attendance_time'::regclass)`);
  return rows;
}

async function build(pool: pg.Pool, statements: readonly string[]): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query(`set maintenance_work_mem = '512MB'`);
    for (const statement of statements) await client.query(statement);
  } finally {
    client.release();
  }
}

async function fillPart(pool: pg.Pool, part: number, perMachine: number, today: string): Promise<void> {
  const days = Math.ceil(perMachine / perDay);
  // Days in order, as rows arrive; ten days of half of the machines at once.
  for (let day = 0; day < days; day += 10) {
    const values = [part, day * perDay, Math.min(perMachine, (day + 10) * perDay), days, today];
    await pool.query(punchRows, values);
    await pool.query(timeRows, values);
  }
}

/** Row `o` of machine `t`: its day, who it is, and when. */
const made = `
  from (select $3::int as ends, $4::int as days, $5::date as today) as asked
  cross join generate_series($2::int, $3::int - 1) as o
  cross join generate_series($1::int, ${machines - 1}, 2) as t
  cross join lateral (
    select 'BENCH' || lpad(t::text, 4, '0') as serial,
           (today - days + 1 + o / ${perDay})::timestamp at time zone 'Asia/Jakarta'
           + case when o % ${perDay} < ${perDay} / 2 then interval '7 hours' else interval '16 hours' end
           + (o % ${perDay}) * interval '97 seconds' + (t % 60) * interval '1.3 seconds' as at
  ) as row`;

const punchRows = `
  insert into punch (terminal_serial, epoch, ordinal, pin, device_time, device_time_raw, verify_mode, punch_state,
                     work_code, raw, source, received_at, absent_at)
  select serial, 1, o, (1 + (o * 5 + t / 60) % ${people})::text, at at time zone 'Asia/Jakarta', 848783000 + o,
         case when o % 3 = 0 then 15 else 1 end, 255, 0,
         decode(lpad(to_hex(t::bigint * 1000003 + o), 80, '0'), 'hex'), 'pull',
         case when t % 10 = 7 then today::timestamptz else at + interval '40 seconds' end, at ${made}`;

const timeRows = `
  insert into attendance_time (terminal_serial, epoch, ordinal, office_code, occurred_at, earliest, latest, time_status)
  select serial, 1, o, 'opd-' || t % 60, at, at - interval '0.6 seconds', at + interval '0.6 seconds', 'final' ${made}`;

const completenessOfAll = `
  insert into completeness (office_code, day, state, reasons, terminals, terminals_read, records, not_final, gaps,
                            after_close, content, change, computed_at)
  select 'opd-' || o, $1::date - d,
         case when (o * 31 + d) % 17 = 0 then 'complete-except' when d = 0 then 'not-yet' else 'complete' end,
         case when (o * 31 + d) % 17 = 0 then '[{"kind":"not-final","rows":3}]'::jsonb else '[]'::jsonb end,
         5, 5, 5 * ${perDay}, 0, 0, 0, 1, nextval('completeness_change'), now()
  from generate_series(0, 59) o, generate_series(0, $2::int - 1) d`;
