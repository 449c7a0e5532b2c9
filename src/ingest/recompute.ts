/**
 * Working out all rows again with everything that is known today (`gerbang recompute`): terminal by terminal, window by
 * window, one transaction each. Only what was learnt is written, so stopping anywhere and beginning again does no harm.
 */
import type { Kysely } from 'kysely';
import { buildClockModel } from '../clock/model.ts';
import { codeVersion, modelDigest } from '../clock/versions.ts';
import { dayRange } from '../clock/zone.ts';
import { readStanding, type StandingRow } from '../store/attendance.ts';
import { insertModel, type ModelWindow, readLastSeq } from '../store/clock-models.ts';
import { holdMonths, readClosedMonths } from '../store/periods.ts';
import {
  type LogPosition,
  lockTerminal,
  readRowFrom,
  readSerials,
  readWindowEnd,
  type WindowStart,
} from '../store/recompute-rows.ts';
import type { Tables } from '../store/tables.ts';
import { evidenceOf } from './model-evidence.ts';
import { clockAround } from './model-windows.ts';
import { isNothing, readKnown, reviseRows, storeRevisions } from './revisions.ts';

/** What to work out again. */
export interface RecomputeRequest {
  /** One terminal; all when left out. */
  readonly serial?: string | undefined;
  /** Only terminals whose serial sorts behind this one: to go on after an interruption. */
  readonly afterSerial?: string | undefined;
  /** Only rows that stand on these days of their office, `YYYY-MM-DD`, both included. */
  readonly fromDay?: string | undefined;
  readonly toDay?: string | undefined;
  /** Writes nothing. */
  readonly dryRun: boolean;
  /** Terminals worked on at the same time; each holds a connection. */
  readonly concurrency: number;
  readonly signal?: AbortSignal | undefined;
  /** Called after each terminal, in the order in which they end. */
  onTerminal?(serial: string, counts: RecomputeCounts, done: { readonly done: number; readonly of: number }): void;
}

/** What came of it. */
export interface RecomputeCounts {
  /** Rows worked out again. */
  readonly rows: number;
  /** Rows that were given another answer, or a version. */
  readonly changed: number;
  /** Of these, rows that consumers are told of. */
  readonly told: number;
  /** Rows of closed months that would change; they are noted, not changed. */
  readonly adjusted: number;
  /** Rows about which an earlier model is contradicted. */
  readonly alarms: number;
}

const nothing: RecomputeCounts = { rows: 0, changed: 0, told: 0, adjusted: 0, alarms: 0 };
/**
 * A window holds the reads of four weeks, counted from 1970 whatever was asked for: so every run judges a row by the same
 * evidence, and runs over different days cannot disagree.
 */
const windowMs = 28 * 86_400_000;
/** Rows of a window at most; a full terminal read at once is that many. */
const mostRows = 100_000;

/**
 * Works rows out again.
 *
 * @returns the sum over all terminals, and the last serial up to which all are done: where to go on after an interruption
 * @throws GerbangError STORE_UNAVAILABLE; what was committed stays
 */
export async function recompute(
  db: Kysely<Tables>,
  request: RecomputeRequest,
): Promise<{ readonly counts: RecomputeCounts; readonly terminals: number; readonly doneThrough: string | null }> {
  const { serial, afterSerial, signal } = request;
  const all = serial === undefined ? await readSerials(db) : [serial];
  const serials = all.filter((one) => afterSerial === undefined || one > afterSerial);
  const finished = new Set<string>();
  let counts = nothing;
  let next = 0;
  const work = async (): Promise<void> => {
    for (let one = serials[next]; one !== undefined; one = serials[next]) {
      next += 1;
      const found = await recomputeTerminal(db, one, request);
      if (signal?.aborted) return;
      finished.add(one);
      counts = sum(counts, found);
      request.onTerminal?.(one, found, { done: finished.size, of: serials.length });
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, request.concurrency) }, work));
  const gap = serials.findIndex((one) => !finished.has(one));
  const doneThrough = serials[(gap < 0 ? serials.length : gap) - 1] ?? null;
  return { counts, terminals: finished.size, doneThrough };
}

async function recomputeTerminal(
  db: Kysely<Tables>,
  serial: string,
  request: RecomputeRequest,
): Promise<RecomputeCounts> {
  let counts = nothing;
  let from: LogPosition | null = { epoch: 0, ordinal: 0 };
  while (from !== null && request.signal?.aborted !== true) {
    const at: LogPosition = from;
    const done = await db.transaction().execute(async (tx) => {
      await lockTerminal(tx, serial);
      return recomputeWindow(tx, serial, at, request);
    });
    counts = sum(counts, done.counts);
    from = done.next;
  }
  return counts;
}

/** One window, from the first row at or behind `from`. `next` is where the next one begins; null at the end of the log. */
async function recomputeWindow(
  tx: Kysely<Tables>,
  serial: string,
  from: LogPosition,
  request: RecomputeRequest,
): Promise<{ readonly counts: RecomputeCounts; readonly next: LogPosition | null }> {
  const start = await readRowFrom(tx, serial, from);
  if (start === null) return { counts: nothing, next: null };
  const rows = await rowsOfWindow(tx, serial, start);
  const to = (rows.at(-1)?.ordinal ?? start.ordinal) + 1;
  const next = { epoch: start.epoch, ordinal: to };
  const { fromMs, toMs } = daysOf(request, start.zone);
  const isWanted = rows.map(({ occurredAtMs }) => occurredAtMs >= fromMs && occurredAtMs < toMs);
  if (!isWanted.includes(true)) return { counts: nothing, next };

  const throughSeq = await readLastSeq(tx, serial);
  const { samplesAfterMs, samplesUntilMs, ...facts } = await clockAround(tx, serial, rows, throughSeq);
  const window: ModelWindow = {
    serial,
    throughSeq,
    samplesAfterMs,
    samplesUntilMs,
    epoch: start.epoch,
    from: start.ordinal,
    to,
    zone: start.zone,
  };
  const evidence = evidenceOf(facts, rows, window.zone);
  const { times } = buildClockModel(evidence);
  await holdMonths(tx);
  const months = await readClosedMonths(tx, [start.officeCode]);
  const judged = rows.filter((_, index) => isWanted[index]);
  const judgedTimes = times.filter((_, index) => isWanted[index]);
  const revisions = reviseRows(judged, judgedTimes, await readKnown(tx, window, months));
  const counts: RecomputeCounts = {
    rows: judged.length,
    changed: revisions.rewrites.length,
    told: revisions.told.length,
    adjusted: revisions.adjustments.length,
    alarms: revisions.contradictions.length,
  };
  if (!request.dryRun && !isNothing(revisions)) {
    const modelVersion = await insertModel(tx, window, { codeVersion, digest: modelDigest(evidence) });
    await storeRevisions(tx, { serial, epoch: start.epoch, modelVersion }, revisions);
  }
  return { counts, next };
}

/** Rows of whole reads, as long as they belong to the window and to the office of the first one. */
async function rowsOfWindow(tx: Kysely<Tables>, serial: string, start: WindowStart): Promise<readonly StandingRow[]> {
  const { epoch, ordinal } = start;
  const endMs = (Math.floor(start.presentAtMs / windowMs) + 1) * windowMs;
  const end = await readWindowEnd(tx, serial, start, endMs);
  const to = Math.min(end ?? Number.MAX_SAFE_INTEGER, ordinal + mostRows);
  const all = await readStanding(tx, { serial, epoch, from: ordinal, to });
  const moved = all.findIndex(({ officeCode }) => officeCode !== start.officeCode);
  const rows = moved < 0 ? all : all.slice(0, moved);
  const last = rows.at(-1);
  if (rows.length < mostRows || last === undefined) return rows;
  const cut = rows.findIndex(({ presentAtMs }) => presentAtMs === last.presentAtMs);
  return cut > 0 ? rows.slice(0, cut) : rows;
}

function daysOf({ fromDay, toDay }: RecomputeRequest, zone: string): { fromMs: number; toMs: number } {
  return {
    fromMs: fromDay === undefined ? Number.NEGATIVE_INFINITY : dayRange(zone, fromDay).fromMs,
    toMs: toDay === undefined ? Number.POSITIVE_INFINITY : dayRange(zone, toDay).toMs,
  };
}

function sum(a: RecomputeCounts, b: RecomputeCounts): RecomputeCounts {
  return {
    rows: a.rows + b.rows,
    changed: a.changed + b.changed,
    told: a.told + b.told,
    adjusted: a.adjusted + b.adjusted,
    alarms: a.alarms + b.alarms,
  };
}
