/**
 * What must hold whatever went wrong: the simulator's ledger against the database and the consumer. One judge for all rows
 * and for the chaos run. The invariants I1 to I9 are those of docs/proof.md, "The fault matrix".
 */
import { type Kysely, sql } from 'kysely';
import type { Fleet } from '../../../device-sim/fleet.ts';
import type { LedgerEntry } from '../../../device-sim/ledger.ts';
import { verifyIn } from '../../../src/evidence/verify.ts';
import { inSnapshot } from '../../../src/store/evidence-scan.ts';
import type { Tables } from '../../../src/store/tables.ts';
import type { Subscriber } from './subscriber.ts';

type Db = Kysely<Tables>;

interface StoredRow {
  readonly serial: string;
  readonly epoch: number;
  readonly ordinal: number;
  readonly rawHex: string;
  readonly earliestMs: number | null;
  readonly latestMs: number | null;
  readonly timeStatus: string | null;
  readonly revision: number | null;
  readonly punchId: string;
}

interface CursorRow {
  readonly serial: string;
  readonly epoch: number;
  readonly next: number;
}

/** Clears the log, clears all data, clears the administrators: nothing the gateway may ever send (docs/protocol.md). */
const destructiveCommands = [14, 15, 20];

/**
 * Watches cursors and leases from inside the database. A cursor must never move back inside an epoch, and never speak of
 * records that are not stored (I4); a lease must not pass to somebody else while its holder still has it. Violations are
 * counted, not refused, so that the fault goes on to show itself.
 */
export async function watchCommits(db: Db): Promise<void> {
  await sql`create schema if not exists matrix`.execute(db);
  await sql`create table if not exists matrix.violation (what text)`.execute(db);
  await watchCursors(db);
  await watchLeases(db);
}

async function watchCursors(db: Db): Promise<void> {
  await sql`
    create or replace function matrix.watch() returns trigger language plpgsql as $$
    declare stored bigint;
    begin
      if tg_op = 'UPDATE' and (new.epoch < old.epoch or new.epoch = old.epoch and new.next_ordinal < old.next_ordinal) then
        insert into matrix.violation values (format('I4: cursor of %s moved back from %s/%s to %s/%s', new.serial, old.epoch, old.next_ordinal, new.epoch, new.next_ordinal));
      end if;
      select coalesce(max(ordinal) + 1, 0) into stored from punch where terminal_serial = new.serial and epoch = new.epoch;
      if stored < new.next_ordinal and new.next_ordinal > new.base_ordinal then
        insert into matrix.violation values (format('I4: cursor of %s says %s, stored are %s', new.serial, new.next_ordinal, stored));
      end if;
      return null;
    end $$`.execute(db);
  await sql`drop trigger if exists matrix_watch on terminal_log`.execute(db);
  await sql`
    create constraint trigger matrix_watch after insert or update on terminal_log
    deferrable initially deferred for each row execute function matrix.watch()`.execute(db);
}

/** By the clock of the database, the only one that a lease may go by. */
async function watchLeases(db: Db): Promise<void> {
  await sql`
    create or replace function matrix.watch_lease() returns trigger language plpgsql as $$
    begin
      insert into matrix.violation values (format('the lease of %s was taken from a gateway that still held it', new.lease_key));
      return null;
    end $$`.execute(db);
  await sql`drop trigger if exists matrix_watch_lease on terminal_lease`.execute(db);
  await sql`
    create trigger matrix_watch_lease after update on terminal_lease for each row
    when (old.holder <> '' and new.holder <> '' and new.holder <> old.holder and old.expires_at > now())
    execute function matrix.watch_lease()`.execute(db);
}

/** What the judge found wrong; empty when nothing. */
export type Faults = readonly string[];

/** Everything stored of these terminals. */
async function readStored(db: Db, serials: readonly string[]): Promise<readonly StoredRow[]> {
  const { rows } = await sql<StoredRow>`
    select p.terminal_serial as serial, p.epoch, p.ordinal, encode(p.raw, 'hex') as "rawHex", p.punch_id as "punchId",
           a.earliest as "earliestMs", a.latest as "latestMs", a.time_status as "timeStatus", a.revision
    from punch p left join attendance_time a using (terminal_serial, epoch, ordinal)
    where p.terminal_serial = any (${[...serials]}::text[])
    order by p.terminal_serial, p.epoch, p.ordinal`.execute(db);
  return rows;
}

/**
 * What holds at any moment, also in the middle of everything: stored is a beginning of what happened, byte for byte and in
 * order (I1 without "all", I2), no row without its conclusion, the cursor speaks of what is stored (I4), nothing was
 * cleared (I6), `final` times contain the truth (I5).
 *
 * For worlds in which nobody clears a log: one epoch per terminal.
 *
 * @param timesSinceMs times are judged of punches made since then; before, the host's own clock was wrong
 */
export async function faultsNow(db: Db, fleet: Fleet, timesSinceMs = Number.NEGATIVE_INFINITY): Promise<Faults> {
  // One snapshot: a batch that is committed between two questions would look like a cursor ahead of its records.
  return inSnapshot(db, (tx) => faultsIn(tx, fleet, timesSinceMs));
}

async function faultsIn(db: Db, fleet: Fleet, timesSinceMs: number): Promise<Faults> {
  const serials = fleet.terminals.map(({ serial }) => serial);
  const stored = bySerial(await readStored(db, serials));
  const { rows: cursors } = await sql<CursorRow>`
    select serial, epoch, next_ordinal as next from terminal_log where serial = any (${serials}::text[])`.execute(db);
  const { rows: violations } = await sql<{ what: string }>`select what from matrix.violation limit 10`.execute(db);
  return [
    ...violations.map(({ what }) => what),
    ...fleet.terminals.flatMap(({ serial, terminal }) => [
      ...faultsOfLog(stored.get(serial) ?? [], fleet.ledger.entriesOf(serial), timesSinceMs),
      ...faultsOfCursor(serial, stored.get(serial) ?? [], cursors),
      ...terminal.requests
        .filter(({ command }) => destructiveCommands.includes(command))
        .map(({ command }) => `I6: ${serial} was sent command ${command}`),
    ]),
  ];
}

function bySerial(rows: readonly StoredRow[]): ReadonlyMap<string, readonly StoredRow[]> {
  const groups = new Map<string, StoredRow[]>();
  for (const row of rows) {
    const own = groups.get(row.serial);
    if (own === undefined) groups.set(row.serial, [row]);
    else own.push(row);
  }
  return groups;
}

function faultsOfLog(rows: readonly StoredRow[], truth: readonly LedgerEntry[], timesSinceMs: number): string[] {
  const faults: string[] = [];
  for (const [at, row] of rows.entries()) {
    const { serial, epoch, ordinal, rawHex, earliestMs, latestMs, timeStatus } = row;
    const name = `${serial} ${epoch}/${ordinal}`;
    const entry = truth[at];
    if (epoch !== 1 || ordinal !== at) faults.push(`I1: ${name} is row ${at} of its terminal`);
    if (entry === undefined || entry.recordHex !== rawHex) faults.push(`I2: ${name} is not what happened`);
    if (timeStatus === null) faults.push(`I1: ${name} has no attendance`);
    const inside =
      entry !== undefined &&
      earliestMs !== null &&
      latestMs !== null &&
      earliestMs <= entry.trueAtMs &&
      entry.trueAtMs <= latestMs;
    const isJudged = entry !== undefined && entry.trueAtMs >= timesSinceMs;
    if (timeStatus === 'final' && isJudged && !inside) faults.push(`I5: ${name} is final and wrong`);
    if (faults.length > 5) break;
  }
  return faults;
}

function faultsOfCursor(serial: string, rows: readonly StoredRow[], cursors: readonly CursorRow[]): string[] {
  const next = cursors.find((cursor) => cursor.serial === serial)?.next ?? 0;
  return next === rows.length ? [] : [`I4: the cursor of ${serial} says ${next}, stored are ${rows.length}`];
}

/**
 * What holds once everything has come to rest: all of it is stored, the chain of evidence holds (I3), the consumer has
 * all of it (I7).
 */
export async function faultsAtRest(
  db: Db,
  fleet: Fleet,
  subscriber: Subscriber | null,
  timesSinceMs = Number.NEGATIVE_INFINITY,
): Promise<Faults> {
  return inSnapshot(db, (tx) => judge(tx, fleet, subscriber, timesSinceMs));
}

/** The same inside a transaction that is open already. */
export async function judge(
  tx: Db,
  fleet: Fleet,
  subscriber: Subscriber | null,
  timesSinceMs: number,
): Promise<Faults> {
  const serials = fleet.terminals.map(({ serial }) => serial);
  const rows = await readStored(tx, serials);
  const made = fleet.ledger.entries.filter(({ serial }) => serials.includes(serial)).length;
  const { count, findings } = await verifyIn(tx, { fromDay: null, toDay: null, serial: null, kept: [] });
  // A batch read under a lease that has passed on is refused and kept, as it should be: its records are read again.
  const { rows: asides } = await sql<{ reason: string; count: number }>`
    select reason_code as reason, count(*)::int as count from set_aside
    where reason_code <> 'BATCH_FENCED' group by 1`.execute(tx);
  return [
    ...(await faultsIn(tx, fleet, timesSinceMs)),
    ...(rows.length === made ? [] : [`I1: ${made} punches, ${rows.length} stored`]),
    ...(count === 0 ? [] : [`I3: ${count} rows are not as they were stored: ${JSON.stringify(findings[0])}`]),
    ...asides.map(({ reason, count }) => `I1: ${count} batches set aside: ${reason}`),
    ...(subscriber === null ? [] : faultsOfDelivery(rows, await revisionsToTell(tx, serials), subscriber)),
  ];
}

/**
 * The newest revision of each row that consumers must be told of, where that is not the first. Not all are: one that makes
 * a row surer of the same minute is not (docs/integration.md). Worked out from the answers alone, not from the reason that
 * the gateway noted; a revision whose earlier answers are not kept must have been told.
 */
async function revisionsToTell(db: Db, serials: readonly string[]): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ punchId: string; revision: number }>`
    with answer as (
      select terminal_serial, epoch, ordinal, revision, occurred_at, earliest, latest from attendance_change
      where terminal_serial = any (${[...serials]}::text[])
      union all
      select terminal_serial, epoch, ordinal, revision, occurred_at, earliest, latest from attendance_time
      where revision > 1 and terminal_serial = any (${[...serials]}::text[])
    ), step as (
      select *, lag(row (occurred_at, earliest, latest)) over w is null as is_unexplained,
             lag(occurred_at) over w as was_at, lag(earliest) over w as was_earliest, lag(latest) over w as was_latest
      from answer window w as (partition by terminal_serial, epoch, ordinal order by revision)
    )
    select p.punch_id as "punchId", max(s.revision)::int as revision
    from step s join punch p using (terminal_serial, epoch, ordinal)
    where s.revision > 1
      and (s.is_unexplained
           or date_trunc('minute', s.occurred_at) <> date_trunc('minute', s.was_at)
           or s.occurred_at not between s.was_earliest and s.was_latest
           or date_trunc('minute', s.earliest) < date_trunc('minute', s.was_earliest)
           or date_trunc('minute', s.latest) > date_trunc('minute', s.was_latest))
    group by 1`.execute(db);
  return new Map(rows.map(({ punchId, revision }) => [punchId, revision]));
}

/** Each row reached the consumer as it had to be told, or later, and never two things under one version (I7). */
function faultsOfDelivery(
  rows: readonly StoredRow[],
  toTell: ReadonlyMap<string, number>,
  subscriber: Subscriber,
): string[] {
  const known = new Set(rows.map(({ punchId }) => punchId));
  const isAbsent = ({ punchId, revision }: StoredRow): boolean => {
    const oldest = toTell.get(punchId) ?? 1;
    for (let told = oldest; told <= (revision ?? 1); told += 1) if (subscriber.has(punchId, told)) return false;
    return true;
  };
  const absent = rows.filter(isAbsent);
  const toldOf = ({ punchId, revision }: StoredRow): string =>
    `${punchId} (revision ${revision}, told ${subscriber.revisionsOf(punchId).join(' ') || 'never'})`;
  const invented = subscriber.ids().filter((id) => !known.has(id));
  return [
    ...(absent.length === 0
      ? []
      : [`I7: ${absent.length} rows never arrived, such as ${absent.slice(0, 8).map(toldOf).join(', ')}`]),
    ...(invented.length === 0
      ? []
      : [`I7: ${invented.length} rows arrived that are not stored, such as ${invented[0]}`]),
    ...subscriber.contradictions().map((id) => `I7: ${id} arrived with two contents`),
  ];
}

/** Throws with all faults in its text. */
export function mustBeFine(faults: Faults, when: string): void {
  if (faults.length > 0) throw new Error(`${when}:\n${faults.slice(0, 12).join('\n')}`);
}
