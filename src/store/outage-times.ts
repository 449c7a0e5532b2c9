/**
 * What outage windows are worked out from: who stood where, when it was silent, when it rested, when nobody looked, what
 * people verified, what was punched.
 */
import { type Kysely, sql } from 'kysely';
import type { MachineTime, Span } from '../incident/outage-windows.ts';
import { type MachinePause, readPausesBetween } from './machine-commands.ts';
import { mostOutages, type Outage, readOutages } from './outages.ts';
import { instantText } from './pg-types.ts';
import { readStays } from './stays.ts';
import type { Tables } from './tables.ts';

/** The machines of one office over a range. */
export interface OfficeTimes {
  readonly officeCode: string;
  readonly machines: readonly MachineTime[];
}

/** Punches around which a machine worked: their seconds do not matter, and a morning has thousands. */
const punchStepMs = 60_000;

/**
 * Reads a range.
 *
 * @param officeCode null for all offices
 * @param nowMs where what lasts still ends for now
 * @returns `isWhole` false when there were more outages than one look takes
 */
export async function readOfficeTimes(
  db: Kysely<Tables>,
  range: Span,
  officeCode: string | null,
  nowMs: number,
): Promise<{ readonly offices: readonly OfficeTimes[]; readonly isWhole: boolean }> {
  const [outages, stays, verified, pauses, unpolled] = await Promise.all([
    readOutages(db, range, { officeCode }),
    readStays(db, officeCode === null ? null : [officeCode], range.fromMs),
    readVerified(db, range, officeCode),
    readPausesBetween(db, range, officeCode),
    readUnpolled(db, officeCode, nowMs),
  ]);
  const silent = outages.filter(({ kind, terminalName }) => kind === 'terminal' && terminalName !== null);
  const away = [...outages.filter(({ kind }) => kind === 'gateway-away').map(spanOf(nowMs, range)), ...unpolled];
  const rests = pauses.map(restOf(nowMs));
  const punches = await readPunchSteps(db, [...silent.map(spanOf(nowMs, range)), ...away, ...rests]);
  const offices = new Map<string, Map<string, MachineDraft>>();
  const draftOf = (office: string, terminal: string): MachineDraft => {
    const machines = offices.get(office) ?? new Map<string, MachineDraft>();
    offices.set(office, machines);
    const draft = machines.get(terminal) ?? {
      present: [],
      silent: [],
      paused: [],
      away: away.filter((one) => one.officeCode === office),
      verified: [],
      punchesMs: [],
      readThroughMs: null,
    };
    machines.set(terminal, draft);
    return draft;
  };
  for (const stay of stays) {
    const draft = draftOf(stay.officeCode, stay.terminalName);
    draft.present.push({ fromMs: stay.fromMs, toMs: Math.min(stay.untilMs ?? nowMs, nowMs) });
    if (stay.untilMs === null || draft.readThroughMs === null) draft.readThroughMs = stay.readThroughMs;
  }
  for (const outage of silent) {
    const { fromMs, toMs } = spanOf(nowMs, range)(outage);
    draftOf(outage.officeCode, outage.terminalName ?? '').silent.push({ fromMs, toMs, code: outage.lastErrorCode });
  }
  for (const one of rests) draftOf(one.officeCode, one.terminalName).paused.push(one);
  for (const one of verified)
    draftOf(one.officeCode, one.terminalName).verified.push({ ...one, toMs: Math.min(one.toMs, nowMs) });
  for (const one of punches) draftOf(one.officeCode, one.terminalName).punchesMs.push(one.atMs);
  const told = [...offices].map(([code, machines]) => ({
    officeCode: code,
    machines: [...machines].map(([terminalName, draft]) => ({ terminalName, ...draft })),
  }));
  return {
    offices: told.sort((a, b) => (a.officeCode < b.officeCode ? -1 : 1)),
    isWhole: outages.length < mostOutages && pauses.length < mostOutages,
  };
}

interface MachineDraft {
  readonly present: Span[];
  readonly silent: (Span & { readonly code: string | null })[];
  readonly paused: (Span & { readonly reason: string })[];
  readonly away: readonly Span[];
  readonly verified: (Span & { readonly incident: number })[];
  readonly punchesMs: number[];
  readThroughMs: number | null;
}

/** A stretch of one machine; without a name of all of an office. */
interface SilentSpan extends Span {
  readonly officeCode: string;
  readonly terminalName: string;
}

/** From the first try that failed: before it nothing is known to have been wrong. */
function spanOf(nowMs: number, range: Span) {
  return (outage: Pick<Outage, 'officeCode' | 'terminalName' | 'failedAtMs' | 'untilMs'>): SilentSpan => ({
    officeCode: outage.officeCode,
    terminalName: outage.terminalName ?? '',
    fromMs: Math.max(outage.failedAtMs, range.fromMs - 86_400_000),
    toMs: Math.min(outage.untilMs ?? nowMs, range.toMs + 86_400_000),
  });
}

/** A rest ends when somebody ends it, or by itself. */
function restOf(nowMs: number) {
  return ({ officeCode, terminalName, sinceMs, untilMs, endedMs, reason }: MachinePause) => {
    const toMs = Math.min(endedMs ?? untilMs, untilMs, nowMs);
    return { officeCode, terminalName, fromMs: sinceMs, toMs, reason };
  };
}

/** Longer than any poll takes, however slow the machine. */
const surelyAwayMs = 15 * 60_000;

/** Offices that nobody polls now: no gateway has come back yet to say how long it was away. */
async function readUnpolled(
  db: Kysely<Tables>,
  officeCode: string | null,
  nowMs: number,
): Promise<readonly SilentSpan[]> {
  const { rows } = await sql<{ officeCode: string; lastMs: number }>`
    select office_code as "officeCode", max(last_attempt_at) as "lastMs" from terminal_state
    where ${officeCode}::text is null or office_code = ${officeCode}
    group by office_code
    having max(last_attempt_at) < ${instantText(nowMs - surelyAwayMs)}::timestamptz`.execute(db);
  return rows.map((row) => ({ officeCode: row.officeCode, terminalName: '', fromMs: row.lastMs, toMs: nowMs }));
}

/**
 * The first and the last thing in each minute that machines recorded while nobody could read them, in order. Rows of
 * uncertain time prove nothing.
 */
async function readPunchSteps(
  db: Kysely<Tables>,
  spans: readonly SilentSpan[],
): Promise<readonly { officeCode: string; terminalName: string; atMs: number }[]> {
  if (spans.length === 0) return [];
  const rows = spans.map(({ officeCode, terminalName, fromMs, toMs }) => ({
    office_code: officeCode,
    terminal_name: terminalName,
    from_at: instantText(fromMs),
    to_at: instantText(toMs),
  }));
  const { rows: found } = await sql<{ officeCode: string; terminalName: string; atMs: number }>`
    select distinct "officeCode", "terminalName", unnest(array[first_at, last_at]) as "atMs"
    from (
      select s.office_code as "officeCode", t.terminal_name as "terminalName",
             min(a.occurred_at) as first_at, max(a.occurred_at) as last_at
      from jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
             as s (office_code text, terminal_name text, from_at timestamptz, to_at timestamptz)
      join terminal_stay t on t.office_code = s.office_code and s.terminal_name in (t.terminal_name, '')
                          and t.from_at < s.to_at and (t.until_at is null or t.until_at > s.from_at)
      join attendance a on a.office_code = s.office_code and a.terminal_serial = t.serial
                       and a.occurred_at >= s.from_at and a.occurred_at < s.to_at
      where a.time_status in ('final', 'provisional', 'bounded')
      group by 1, 2, date_bin(make_interval(secs => ${punchStepMs / 1000}), a.occurred_at, timestamptz '2000-01-01 00:00:00+00')
    ) as minute
    order by 3`.execute(db);
  return found;
}

/** When people verified that a machine did not work: from when it was reported to have begun until it was closed. */
async function readVerified(
  db: Kysely<Tables>,
  range: Span,
  officeCode: string | null,
): Promise<readonly (Span & { incident: number; officeCode: string; terminalName: string })[]> {
  const { rows } = await sql<Span & { incident: number; officeCode: string; terminalName: string }>`
    select i.number as incident, i.office_code as "officeCode", i.terminal_name as "terminalName", i.since_at as "fromMs",
           coalesce(i.well_since, i.closed_at, 'infinity'::timestamptz) as "toMs"
    from incident i
    where i.terminal_name is not null and i.kind in ('broken', 'lost')
      and i.state in ('verified', 'in-repair', 'repaired', 'replaced', 'written-off')
      and exists (select from incident_step s where s.number = i.number and s.what = 'verified')
      and i.since_at < ${instantText(range.toMs)}::timestamptz
      and coalesce(i.well_since, i.closed_at, 'infinity'::timestamptz) > ${instantText(range.fromMs)}::timestamptz
      and (${officeCode}::text is null or i.office_code = ${officeCode})
    order by i.number limit 5000`.execute(db);
  return rows;
}
