/**
 * Looks at clocks, thinned: what a chart and a ranking need of months of samples. Kept are bursts, the newest looks, and
 * all looks of an hour that contradicts itself or its neighbours, so that no step of a second or more falls through.
 */
import { type Kysely, sql } from 'kysely';
import type { RecordEvidence } from '../clock/model-types.ts';
import type { ClockSample } from '../clock/sample.ts';
import { instantText } from './pg-types.ts';
import type { Tables, TimeStatus } from './tables.ts';

/** A terminal where it stands. */
export interface PlacedTerminal {
  readonly serial: string;
  readonly terminalName: string;
  readonly officeCode: string;
  readonly officeName: string;
  readonly timeZone: string;
}

/** All terminals that were ever read, of one office or of all, by office and name. */
export async function readPlacedTerminals(
  db: Kysely<Tables>,
  only: { readonly officeCode?: string | undefined; readonly serial?: string | undefined } = {},
): Promise<PlacedTerminal[]> {
  const { rows } = await sql<PlacedTerminal>`
    select t.serial, t.name as "terminalName", o.code as "officeCode", o.name as "officeName",
           o.time_zone as "timeZone"
    from terminal t join office o on o.code = t.office_code
    where (${only.officeCode ?? null}::text is null or o.code = ${only.officeCode ?? null}::text)
      and (${only.serial ?? null}::text is null or t.serial = ${only.serial ?? null}::text)
    order by o.code, t.name, t.serial`.execute(db);
  return rows;
}

/** A stretch of time and how much of it is wanted at most, per terminal. Instants in milliseconds UTC. */
export interface LookRange {
  /** Excluded, included. */
  readonly afterMs: number;
  readonly untilMs: number;
  /** Whole bursts are taken from here on. */
  readonly burstsAfterMs: number;
  /** The newest so many looks are taken, whatever they say. */
  readonly newest: number;
  /** Looks per terminal; the oldest are left out. */
  readonly limit: number;
}

/** No sound clock drifts further in an hour, in milliseconds: hours that contradict by more hold a step. */
const hourSlackMs = 900;

interface LookRow extends Omit<ClockSample, 'deviceMs' | 'hostErrorMs'> {
  readonly serial: string;
  readonly deviceS: number;
  readonly hostErrorMs: number | null;
}

/**
 * Thinned looks of each terminal, oldest first. Looking at each hour as a whole costs a fifth of comparing each look with
 * its neighbours.
 */
export async function readThinnedSamples(
  db: Kysely<Tables>,
  serials: readonly string[],
  range: LookRange,
): Promise<ReadonlyMap<string, ClockSample[]>> {
  const odd = await readOddHours(db, serials, range);
  // The limit in each part keeps the planner from reading whole tables to answer a question about a few hours.
  const { rows } = await sql<LookRow>`
    select t.serial, s.* from unnest(${[...serials]}::text[]) as t (serial) cross join lateral (
      select ${lookColumns} from clock_sample
      where terminal_serial = t.serial and ${sampledIn(range)}
      order by sampled_at desc limit ${range.newest}) s
    union all
    select t.serial, s.* from unnest(${[...serials]}::text[]) as t (serial) cross join lateral (
      select ${lookColumns} from clock_sample
      where terminal_serial = t.serial and ${sampledIn({ ...range, afterMs: range.burstsAfterMs })}
        and kind not in ('before-read', 'after-read')
      order by sampled_at desc limit ${range.limit}) s
    union all
    select o.serial, s.*
    from unnest(${odd.map(({ serial }) => serial)}::text[],
                ${odd.map(({ hourMs }) => instantText(hourMs))}::timestamptz[]) as o (serial, hour)
    cross join lateral (
      select ${lookColumns} from clock_sample
      where terminal_serial = o.serial and sampled_at >= o.hour and sampled_at < o.hour + interval '1 hour'
        and ${sampledIn(range)}
      order by sampled_at limit ${looksPerHour}) s`.execute(db);
  const bySerial = new Map<string, Map<number, ClockSample>>();
  for (const { serial, deviceS, hostErrorMs, ...sample } of rows) {
    const looks = bySerial.get(serial) ?? new Map<number, ClockSample>();
    bySerial.set(serial, looks);
    const known = hostErrorMs === null ? {} : { hostErrorMs };
    looks.set(sample.sentAtMs, { ...sample, deviceMs: deviceS * 1_000, ...known });
  }
  const inOrder = (looks: ReadonlyMap<number, ClockSample>): ClockSample[] =>
    [...looks.values()].sort((a, b) => a.sentAtMs - b.sentAtMs).slice(-range.limit);
  return new Map([...bySerial].map(([serial, looks]) => [serial, inOrder(looks)]));
}

const lookColumns = sql`sampled_at as "sentAtMs", received_at as "receivedAtMs",
  extract(epoch from device_time)::bigint as "deviceS", kind, host_error_ms as "hostErrorMs"`;

/** Hours that hold a step, by what all looks of an hour prove together, and those on either side of one. */
async function readOddHours(
  db: Kysely<Tables>,
  serials: readonly string[],
  range: LookRange,
): Promise<{ readonly serial: string; readonly hourMs: number }[]> {
  const { rows } = await sql<{ serial: string; hourMs: number }>`
    with hours as (
      select t.serial, h.* from unnest(${[...serials]}::text[]) as t (serial) cross join lateral (
        select date_bin('1 hour', sampled_at, timestamptz '2000-01-01 00:00+00') as hour,
               max(offset_earliest_ms) as low, min(offset_latest_ms) as high
        from clock_sample where terminal_serial = t.serial and ${sampledIn(range)} group by 1) h
    ),
    beside as (
      select *, greatest(lag(low) over w - high, low - lag(high) over w) as moved, lag(hour) over w as former,
             greatest(lead(low) over w - high, low - lead(high) over w) as will_move, lead(hour) over w as next
      from hours window w as (partition by serial order by hour)
    )
    select serial, hour as "hourMs" from beside
    where low - high > ${hourSlackMs}
       or moved > ${hourSlackMs} * extract(epoch from hour - former) / 3600
       or will_move > ${hourSlackMs} * extract(epoch from next - hour) / 3600
    order by hour desc limit ${oddHours}`.execute(db);
  return rows;
}

/** Odd hours looked into, the newest: a fleet has few, and a broken clock needs no more to be recognised. */
const oddHours = 2_000;
/** A terminal that contradicts itself all the time must not fill the memory. */
const looksPerHour = 240;

function sampledIn({ afterMs, untilMs }: Pick<LookRange, 'afterMs' | 'untilMs'>) {
  return sql`sampled_at > ${instantText(afterMs)}::timestamptz and sampled_at <= ${instantText(untilMs)}::timestamptz`;
}

/** Records looked through per terminal for odd ones. */
const lookedThrough = 2_000;

/** The newest records of each terminal, and of the ones before them those whose date is ahead of its day or does not exist. */
export async function readRecentRecords(
  db: Kysely<Tables>,
  serials: readonly string[],
  range: { readonly afterMs: number; readonly newest: number },
): Promise<ReadonlyMap<string, RecordEvidence[]>> {
  const { rows } = await sql<RecordEvidence & { serial: string }>`
    select t.serial, p.epoch, p.ordinal, (extract(epoch from p.device_time) * 1000)::bigint as "deviceMs",
           p.absent_at as "absentAtMs", p.received_at as "presentAtMs"
    from unnest(${[...serials]}::text[]) as t (serial)
    cross join lateral (
      select *, row_number() over (order by epoch desc, ordinal desc) as age from (
        select epoch, ordinal, device_time, absent_at, received_at from punch
        where terminal_serial = t.serial
        order by epoch desc, ordinal desc limit ${lookedThrough}
      ) last
      where received_at > ${instantText(range.afterMs)}::timestamptz
    ) p
    where p.age <= ${range.newest} or p.device_time is null
       or p.device_time at time zone 'UTC' > p.received_at + interval '38 hours'
    order by t.serial, p.epoch, p.ordinal`.execute(db);
  const bySerial = new Map<string, RecordEvidence[]>();
  for (const { serial, ...record } of rows) {
    const list = bySerial.get(serial) ?? [];
    bySerial.set(serial, list);
    list.push(record);
  }
  return bySerial;
}

/** How often a later model contradicted an earlier one, per terminal. */
export async function countContradictions(
  db: Kysely<Tables>,
  serials: readonly string[],
  afterMs: number,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ serial: string; times: number }>`
    select terminal_serial as serial, count(*)::int as times from clock_alarm
    where terminal_serial = any (${[...serials]}::text[]) and found_at > ${instantText(afterMs)}::timestamptz
    group by 1`.execute(db);
  return new Map(rows.map(({ serial, times }) => [serial, times]));
}

/** The punches of a terminal in equal parts of a stretch of time. */
export interface PunchBin {
  readonly bin: number;
  readonly punches: number;
  /** Of these, how many are neither final nor provisional. */
  readonly uncertain: number;
}

/** Punches per part; parts without any are left out. */
export async function readPunchBins(
  db: Kysely<Tables>,
  serial: string,
  range: { readonly fromMs: number; readonly untilMs: number; readonly bins: number },
): Promise<PunchBin[]> {
  const { fromMs, untilMs, bins } = range;
  const { rows } = await sql<PunchBin>`
    select least(${bins - 1}, floor(extract(epoch from occurred_at - ${instantText(fromMs)}::timestamptz)
                                    * 1000 / ${(untilMs - fromMs) / bins}::double precision))::int as bin,
           count(*)::int as punches,
           (count(*) filter (where time_status not in ('final', 'provisional')))::int as uncertain
    from attendance_time
    where terminal_serial = ${serial}
      and occurred_at >= ${instantText(fromMs)}::timestamptz and occurred_at < ${instantText(untilMs)}::timestamptz
    group by 1 order by 1`.execute(db);
  return rows;
}

/** A punch that a chart names. */
export interface NamedPunch {
  readonly punchId: string;
  readonly occurredAtMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly status: TimeStatus;
}

/** The newest punches of a stretch that are not certain, oldest first. */
export async function readUncertainPunches(
  db: Kysely<Tables>,
  serial: string,
  range: { readonly fromMs: number; readonly untilMs: number; readonly limit: number },
): Promise<NamedPunch[]> {
  const { rows } = await sql<NamedPunch>`
    select terminal_serial || '-' || epoch || '-' || ordinal as "punchId", occurred_at as "occurredAtMs",
           earliest as "earliestMs", latest as "latestMs", time_status as status
    from attendance_time
    where terminal_serial = ${serial} and time_status not in ('final', 'provisional')
      and occurred_at >= ${instantText(range.fromMs)}::timestamptz
      and occurred_at < ${instantText(range.untilMs)}::timestamptz
    order by occurred_at desc, epoch desc, ordinal desc limit ${range.limit}`.execute(db);
  return rows.reverse();
}
