/** Everything stored about one punch and its answers, for explaining it. */
import { type Kysely, sql } from 'kysely';
import type { ChangeReason } from './model-tables.ts';
import type { LogRange } from './punches.ts';
import type { Tables, TimeStatus } from './tables.ts';

/** A punch by its key. */
export interface PunchKey {
  readonly serial: string;
  readonly epoch: number;
  readonly ordinal: number;
}

/** The key in a punch id such as `ABC123-1-42`; a serial may hold hyphens. Null for what cannot be one. */
export function punchKeyOf(punchId: string): PunchKey | null {
  const [, serial, epoch, ordinal] = /^([A-Za-z0-9_.-]{1,40})-(\d{1,9})-(\d{1,15})$/.exec(punchId) ?? [];
  return serial === undefined ? null : { serial, epoch: Number(epoch), ordinal: Number(ordinal) };
}

/** A punch, where it came from and what is concluded of it. Instants in milliseconds UTC. */
export interface ExplainedRow {
  readonly terminalName: string;
  readonly officeCode: string;
  readonly officeName: string;
  readonly timeZone: string;
  readonly rawHex: string;
  readonly deviceTimeRaw: number;
  readonly pin: string;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
  readonly source: string;
  readonly absentAtMs: number | null;
  readonly presentAtMs: number;
  readonly occurredAtMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly status: TimeStatus;
  readonly revision: number;
  readonly suspect: string | null;
  readonly modelVersion: number | null;
  /** It arrived for a month that was closed already. */
  readonly afterClose: boolean;
  /** The batch of evidence that brought it; null for records from before there were any. */
  readonly seq: number | null;
  readonly storedAtMs: number | null;
  readonly headHex: string | null;
}

/** The row of a punch; null when there is none. */
export async function readExplained(
  db: Kysely<Tables>,
  { serial, epoch, ordinal }: PunchKey,
): Promise<ExplainedRow | null> {
  const { rows } = await sql<ExplainedRow>`
    select coalesce(t.name, p.terminal_serial) as "terminalName", a.office_code as "officeCode",
           coalesce(o.name, a.office_code) as "officeName", coalesce(o.time_zone, 'UTC') as "timeZone",
           encode(p.raw, 'hex') as "rawHex", p.device_time_raw as "deviceTimeRaw", p.pin,
           p.verify_mode as "verifyMode", p.punch_state as "punchState", p.work_code as "workCode", p.source,
           p.absent_at as "absentAtMs", p.received_at as "presentAtMs",
           a.occurred_at as "occurredAtMs", a.earliest as "earliestMs", a.latest as "latestMs",
           a.time_status as status, a.revision, a.suspect, a.model_version as "modelVersion",
           a.after_close as "afterClose", b.seq, b.stored_at as "storedAtMs", encode(b.head, 'hex') as "headHex"
    from punch p
    join attendance_time a using (terminal_serial, epoch, ordinal)
    left join terminal t on t.serial = p.terminal_serial
    left join office o on o.code = a.office_code
    left join lateral (
      select seq, stored_at, head from evidence_batch e
      where e.terminal_serial = p.terminal_serial and e.epoch = p.epoch
        and e.to_ordinal > e.from_ordinal and e.to_ordinal > p.ordinal and e.from_ordinal <= p.ordinal
      order by e.to_ordinal limit 1
    ) b on true
    where p.terminal_serial = ${serial} and p.epoch = ${epoch} and p.ordinal = ${ordinal}`.execute(db);
  return rows[0] ?? null;
}

/** An answer that was given, or would be given, and why it is not the row's. */
export interface OtherAnswer {
  readonly occurredAtMs: number;
  readonly earliestMs: number;
  readonly latestMs: number;
  readonly status: TimeStatus;
  readonly revision: number | null;
  readonly modelVersion: number | null;
  readonly atMs: number;
  readonly why: ChangeReason | 'arrived-late';
}

/** Answers shown of one punch. */
const mostAnswers = 50;

/** The answers a punch had before, oldest first. */
export async function readFormerAnswers(db: Kysely<Tables>, key: PunchKey): Promise<OtherAnswer[]> {
  const { rows } = await sql<OtherAnswer>`
    select occurred_at as "occurredAtMs", earliest as "earliestMs", latest as "latestMs", time_status as status,
           revision, model_version as "modelVersion", changed_at as "atMs", why
    from attendance_change
    where terminal_serial = ${key.serial} and epoch = ${key.epoch} and ordinal = ${key.ordinal}
    order by revision desc limit ${mostAnswers}`.execute(db);
  return rows.reverse();
}

/** What later evidence would say of a punch in a closed month, oldest first. */
export async function readAdjustments(db: Kysely<Tables>, key: PunchKey): Promise<OtherAnswer[]> {
  const { rows } = await sql<OtherAnswer>`
    select occurred_at as "occurredAtMs", earliest as "earliestMs", latest as "latestMs", time_status as status,
           null::integer as revision, model_version as "modelVersion", noted_at as "atMs", why
    from attendance_adjustment
    where terminal_serial = ${key.serial} and epoch = ${key.epoch} and ordinal = ${key.ordinal}
    order by model_version desc limit ${mostAnswers}`.execute(db);
  return rows.reverse();
}

/** Whether a later model was found to contradict an earlier answer about this punch. */
export async function isContradicted(db: Kysely<Tables>, key: PunchKey): Promise<boolean> {
  const { rows } = await sql<{ found: boolean }>`
    select exists (
      select 1 from clock_alarm
      where terminal_serial = ${key.serial} and epoch = ${key.epoch}
        and from_ordinal <= ${key.ordinal} and to_ordinal > ${key.ordinal}) as found`.execute(db);
  return rows[0]?.found ?? false;
}

/** Records on either side that are looked at for those of the same read. */
const neighbours = 2_000;

/** The records that the same read found, around one of them. */
export async function rangeOfRead(db: Kysely<Tables>, key: PunchKey, presentAtMs: number): Promise<LogRange> {
  const { serial, epoch, ordinal } = key;
  const { rows } = await sql<{ ordinal: number; presentAtMs: number }>`
    select ordinal, received_at as "presentAtMs" from punch
    where terminal_serial = ${serial} and epoch = ${epoch}
      and ordinal >= ${Math.max(0, ordinal - neighbours)} and ordinal < ${ordinal + neighbours}
    order by ordinal`.execute(db);
  const ofRead = rows.filter((row) => row.presentAtMs === presentAtMs).map((row) => row.ordinal);
  return { serial, epoch, from: ofRead[0] ?? ordinal, to: (ofRead.at(-1) ?? ordinal) + 1 };
}
