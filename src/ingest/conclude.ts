/**
 * From stored evidence to conclusions, in the transaction that stored the evidence: when the new records happened, and
 * what the new evidence says of earlier records that were not settled yet.
 */
import type { Kysely } from 'kysely';
import { buildClockModel } from '../clock/model.ts';
import type { ClockEvents, RecordEvidence } from '../clock/model-types.ts';
import { orderSlackMs } from '../clock/places.ts';
import type { ClockSample } from '../clock/sample.ts';
import { codeVersion, modelDigest } from '../clock/versions.ts';
import { crashPoint } from '../crash-points.ts';
import { asStored, insertAttendance, readNewest, readStanding, type StandingRow } from '../store/attendance.ts';
import { insertModel, type ModelWindow } from '../store/clock-models.ts';
import { readLookBefore } from '../store/clock-samples.ts';
import { manyRecords, ownRound } from '../store/own-round.ts';
import { type ClosedMonth, insertAdjustments, readClosedMonths } from '../store/periods.ts';
import type { LogRange } from '../store/punches.ts';
import type { Tables } from '../store/tables.ts';
import { evidenceOf } from './model-evidence.ts';
import { clockAround } from './model-windows.ts';
import { closedMonthOf, isNothing, rangesOf, readKnown, reviseRows, storeRevisions } from './revisions.ts';

/** Records that were stored just now. */
export interface FreshRecords extends LogRange {
  readonly officeCode: string;
  /** In ordinal order, with instants as stored. */
  readonly records: readonly RecordEvidence[];
  /** Reason to look twice, per record; null for none. */
  readonly suspects: readonly (string | null)[];
}

/** Evidence that was stored just now. */
export interface NewEvidence {
  readonly serial: string;
  /** Its number among the batches of evidence of this terminal. */
  readonly seq: number;
  /** IANA zone of the office. */
  readonly zone: string;
  readonly samples: readonly ClockSample[];
  readonly events: ClockEvents | undefined;
  /** Null when no record was new. */
  readonly fresh: FreshRecords | null;
}

/** What came of new evidence. */
export interface Concluded {
  /** Rows stored before that were given another answer. */
  readonly revised: number;
  /** Rows about which an earlier model is contradicted. */
  readonly contradicted: number;
}

/** Rows of one epoch that one model is built of: those in `rows`, then the fresh ones. */
interface Part {
  readonly epoch: number;
  readonly rows: readonly StandingRow[];
  /** Rows from this index on are judged again; those before it only tell what came before. */
  readonly judgedFrom: number;
  readonly fresh: FreshRecords | null;
}

/** Rows that are worked out again with one batch, at most. What exceeds it waits for `gerbang recompute`. */
const mostReopened = 10_000;
/** Rows of one read that are looked at when its order breaks, at most: as many as a terminal may hold. */
const mostOfARead = 300_000;
const pageRecords = 5_000;
const firstPage = 16;

/** Gives the new records their times, and unsettled earlier ones better times. The caller holds the months (`holdMonths`). */
export async function conclude(tx: Kysely<Tables>, news: NewEvidence): Promise<Concluded> {
  let [revised, contradicted] = [0, 0];
  const parts = await partsOf(tx, news);
  if (parts.length === 0) return { revised, contradicted };
  const offices = new Set(
    parts.flatMap(({ rows, fresh }) => [...rows, ...(fresh === null ? [] : [fresh])]).map(officeOf),
  );
  const months = await readClosedMonths(tx, [...offices]);
  for (const part of parts) {
    const done = await concludePart(tx, news, part, months);
    revised += done.revised;
    contradicted += done.contradicted;
  }
  return { revised, contradicted };
}

function officeOf({ officeCode }: { readonly officeCode: string }): string {
  return officeCode;
}

async function concludePart(
  tx: Kysely<Tables>,
  { serial, seq, zone }: NewEvidence,
  { epoch, rows, judgedFrom, fresh }: Part,
  months: readonly ClosedMonth[],
): Promise<Concluded> {
  const records = [...rows, ...(fresh?.records ?? [])];
  const [first, last] = [records[0], records.at(-1)];
  if (first === undefined || last === undefined) return { revised: 0, contradicted: 0 };
  const { samplesAfterMs, samplesUntilMs, ...facts } = await clockAround(tx, serial, records, seq);
  const window: ModelWindow = {
    serial,
    throughSeq: seq,
    samplesAfterMs,
    samplesUntilMs,
    epoch,
    from: first.ordinal,
    to: last.ordinal + 1,
    zone,
  };
  if (records.length >= manyRecords) await ownRound();
  const evidence = evidenceOf(facts, records, zone);
  const { times } = buildClockModel(evidence);
  const judged = rows.slice(judgedFrom);
  const known = judged.length === 0 ? null : await readKnown(tx, { ...window, from: judged[0]?.ordinal ?? 0 }, months);
  const revisions = known === null ? null : reviseRows(judged, times.slice(judgedFrom), known);
  const isUnchanged = revisions === null || isNothing(revisions);
  if (isUnchanged && fresh === null) return { revised: 0, contradicted: 0 };
  const modelVersion = await insertModel(tx, window, { codeVersion, digest: modelDigest(evidence) });
  const place = { serial, epoch, modelVersion };
  if (revisions !== null) await storeRevisions(tx, place, revisions);
  if (fresh !== null) await storeFresh(tx, place, fresh, times.slice(rows.length).map(asStored), months);
  return {
    revised: revisions?.rewrites.length ?? 0,
    contradicted: revisions?.contradictions.length ?? 0,
  };
}

/** The first answer of records; those that come too late for a closed month are noted beside it. */
async function storeFresh(
  tx: Kysely<Tables>,
  place: { readonly serial: string; readonly epoch: number; readonly modelVersion: number },
  { from, officeCode, records, suspects }: FreshRecords,
  times: readonly ReturnType<typeof asStored>[],
  months: readonly ClosedMonth[],
): Promise<void> {
  const late = records.flatMap(({ ordinal }, index) => {
    const wouldBe = times[index];
    const closed = wouldBe === undefined ? undefined : closedMonthOf(months, officeCode, wouldBe.occurredAtMs);
    if (wouldBe === undefined || closed === undefined) return [];
    return [{ ordinal, officeCode, month: closed.month, was: null, wouldBe, why: 'arrived-late' as const }];
  });
  if (records.length >= manyRecords) await ownRound();
  const afterClose = new Set(late.map(({ ordinal }) => ordinal));
  const shown = records.map(({ ordinal }) => ordinal).filter((ordinal) => !afterClose.has(ordinal));
  await insertAttendance(tx, { ...place, from, officeCode, times, suspects, afterClose }, rangesOf(place, shown));
  crashPoint('ingest.after-attendance');
  await insertAdjustments(tx, place, late);
  crashPoint('ingest.after-outbox');
}

/** What one model each is built of: the new records with those they depend on, and unsettled ones the news can settle. */
async function partsOf(tx: Kysely<Tables>, news: NewEvidence): Promise<Part[]> {
  const { serial, fresh } = news;
  const newest = await readNewest(tx, serial, { skip: 0, limit: firstPage });
  const reopened = await reopenedBy(tx, news, newest);
  const epochs = [...new Set(reopened.map(({ epoch }) => epoch))];
  const parts = epochs.map((epoch): Part => {
    return { epoch, rows: reopened.filter((row) => row.epoch === epoch), judgedFrom: 0, fresh: null };
  });
  if (fresh === null) return parts;
  const last = parts.at(-1);
  if (last?.epoch === fresh.epoch) return [...parts.slice(0, -1), { ...last, fresh }];
  const previous = newest.find(({ epoch, ordinal }) => epoch === fresh.epoch && ordinal === fresh.from - 1);
  return [...parts, { epoch: fresh.epoch, fresh, ...(await earlierInRead(tx, fresh, previous)) }];
}

/**
 * Rows of whole reads that were not settled, and behind whose reads there was no look at the clock until now. Where there
 * was one, a later one does not tell more of them.
 *
 * @returns in the order of the log; empty when there are none
 */
async function reopenedBy(
  tx: Kysely<Tables>,
  { serial, seq, samples, events }: NewEvidence,
  newest: readonly StandingRow[],
): Promise<readonly StandingRow[]> {
  const newsMs = [
    ...samples.map(({ sentAtMs }) => sentAtMs),
    ...(events?.sets ?? []).map(({ sentAtMs }) => sentAtMs),
    ...(events?.hostSteps ?? []).map(({ atMs, byMs }) => Math.min(atMs, atMs + byMs)),
  ];
  if (newsMs.length === 0 || newest.length === 0) return [];
  const lookedMs = await readLookBefore(tx, serial, { beforeMs: Math.min(...newsMs), exceptSeq: seq });
  const rows: StandingRow[] = [];
  let page = newest;
  for (let limit = firstPage; ; ) {
    const open = page.filter(({ presentAtMs }) => presentAtMs >= lookedMs);
    rows.push(...open);
    if (open.length < page.length || page.length < limit || rows.length >= mostReopened) break;
    limit = Math.min(8 * limit, mostReopened - rows.length);
    page = await readNewest(tx, serial, { skip: rows.length, limit });
  }
  // Of a read that is too long for one batch only a part is here: it is left to those who judge reads as a whole.
  const oldest = rows.length >= mostReopened ? rows.at(-1) : undefined;
  const whole = rows.reverse().filter((row) => oldest === undefined || !isSameRead(row, oldest));
  const unsettled = whole.findIndex(({ status }) => status !== 'final');
  if (unsettled < 0) return [];
  return whole.slice(whole.findIndex((row) => isSameRead(row, whole[unsettled])));
}

/**
 * What the same read found before these records: the last one tells whether the order holds, and where that one is in
 * doubt, so may be these. Where the order breaks, the whole read is judged again: what was concluded of it rested on the
 * clock having run steadily up to its end.
 */
async function earlierInRead(
  tx: Kysely<Tables>,
  fresh: FreshRecords,
  previous: StandingRow | undefined,
): Promise<{ readonly rows: readonly StandingRow[]; readonly judgedFrom: number }> {
  const [first] = fresh.records;
  if (previous === undefined || first === undefined || !isSameRead(previous, first)) return { rows: [], judgedFrom: 0 };
  const runsBack = runsBackIn([previous, ...fresh.records]);
  if (!runsBack && isTrusted(previous)) return { rows: [previous], judgedFrom: 1 };
  const rows: StandingRow[] = [];
  for (let to = fresh.from; to > 0 && rows.length < mostOfARead; to -= pageRecords) {
    const page = await readStanding(tx, { ...fresh, from: Math.max(0, to - pageRecords), to });
    const inRead = page.filter((row) => isSameRead(row, first));
    rows.unshift(...inRead);
    if (!runsBack || inRead.length < page.length) break;
  }
  return { rows, judgedFrom: runsBack && rows.some(isTrusted) ? 0 : rows.length };
}

function isTrusted({ status }: StandingRow): boolean {
  return status === 'final' || status === 'provisional';
}

/** Whether device times run backwards anywhere, by more than firmware and a host may move them. */
function runsBackIn(records: readonly RecordEvidence[]): boolean {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { deviceMs } of records) {
    if (deviceMs !== null && deviceMs < highest - orderSlackMs) return true;
    highest = Math.max(highest, deviceMs ?? highest);
  }
  return false;
}

/** No two reads of a terminal end at the same instant. */
function isSameRead(a: RecordEvidence, b: RecordEvidence | undefined): boolean {
  return a.epoch === b?.epoch && a.presentAtMs === b.presentAtMs && a.absentAtMs === b.absentAtMs;
}
