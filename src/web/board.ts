/** The board: what the database says about today, put together per office. */
import { dayOf, dayRange } from '../clock/zone.ts';
import type { DayBin, MachineRow, OfficeDay, OfficeRow } from '../store/board.ts';
import { readDayBins, readDayPins, readFleet } from '../store/board.ts';
import { type CompletenessRow, readCompletenessOf } from '../store/completeness.ts';
import type { Database } from '../store/database.ts';
import { readPauses } from '../store/machine-commands.ts';
import { type OpenReport, readOpenReports } from '../store/open-reports.ts';
import { freshWithinMs, isFresh, type Mark, markOf, type Pace } from './mark.ts';

/** A machine and how it stands. */
export interface BoardMachine extends MachineRow {
  readonly mark: Mark;
  /** Rests until then because a person said so; null when it does not. */
  readonly pausedUntilMs: number | null;
  /** Open reports of this place, the oldest first. */
  readonly reports: readonly OpenReport[];
  /** True while what it holds is, but for the last moments, in the database. */
  readonly fresh: boolean;
}

/** One office and its day so far. */
export interface BoardOffice {
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
  readonly dayStartMs: number;
  readonly machines: readonly BoardMachine[];
  /** Machines whose data is in: the completeness of every number below. */
  readonly fresh: number;
  /** The last good read of any of its machines; null before the first. */
  readonly updatedMs: number | null;
  /** True when even that read is older than it should be: every number of this office is from then. */
  readonly stale: boolean;
  readonly punches: number;
  readonly pins: number;
  /** Punches whose instant is not certain. */
  readonly uncertain: number;
  /** Punches per five minutes since midnight. */
  readonly bins: readonly number[];
  /** What is concluded about today and the day before; null before anything was. */
  readonly completeness: { readonly today: CompletenessRow | null; readonly yesterday: CompletenessRow | null };
}

/** Everything the page shows but the live rows, as of one moment. */
export interface Board {
  readonly readAtMs: number;
  readonly offices: readonly BoardOffice[];
  /** When the gateway last wrote the state of any machine; null before the first. */
  readonly gatewayUpdatedMs: number | null;
}

/** What is expected of the machines of an office; null for an office that is not configured: it is left out. */
export type PaceOf = (officeCode: string) => Pace | null;

/**
 * Reads the board.
 *
 * @param nowMs host time in milliseconds UTC
 * @throws GerbangError STORE_UNAVAILABLE
 */
export async function readBoard(database: Database, paceOf: PaceOf, nowMs: number): Promise<Board> {
  const fleet = await readFleet(database.db);
  const offices: { office: OfficeRow; pace: Pace; day: OfficeDay }[] = [];
  for (const office of fleet.offices) {
    const pace = paceOf(office.code);
    const { fromMs: startMs, toMs: endMs } = dayRange(office.timeZone, dayOf(office.timeZone, nowMs));
    const day = { officeCode: office.code, startMs, endMs };
    if (pace !== null) offices.push({ office, pace, day });
  }
  const days = offices.map(({ day }) => day);
  const [bins, pins, verdicts, pauses, reported] = await Promise.all([
    readDayBins(database.db, days),
    readDayPins(database.db, days),
    readVerdicts(database, offices),
    readPauses(database.db),
    readOpenReports(database.db),
  ]);
  const pausedUntil = new Map(pauses.map((pause) => [placeKey(pause.officeCode, pause.terminalName), pause.untilMs]));
  const reports = new Map<string, OpenReport[]>();
  for (const { officeCode, terminalName, ...report } of reported) {
    const key = placeKey(officeCode, terminalName);
    reports.set(key, [...(reports.get(key) ?? []), report]);
  }
  const machinesOf = byOffice(fleet.machines);
  const binsOf = byOffice(bins);
  const updates = fleet.machines.map((machine) => machine.updatedMs);
  return {
    readAtMs: nowMs,
    gatewayUpdatedMs: updates.length === 0 ? null : Math.max(...updates),
    offices: offices.map(({ office, pace, day }) => {
      const machines = (machinesOf.get(office.code) ?? []).map((machine) => {
        const key = placeKey(machine.officeCode, machine.name);
        return judged(machine, pace, nowMs, pausedUntil.get(key) ?? null, reports.get(key) ?? []);
      });
      const counted = { ...countsOf(binsOf.get(office.code) ?? []), pins: pins.get(office.code) ?? 0 };
      const completeness = verdicts.get(office.code) ?? { today: null, yesterday: null };
      const fresh = freshnessOf(machines, pace, nowMs);
      return { ...office, dayStartMs: day.startMs, machines, ...fresh, ...counted, completeness };
    }),
  };
}

/** The board as somebody sees it who may know of one office only: no other office, and no sum of others. */
export function boardOf(board: Board, officeCode: string | null): Board {
  if (officeCode === null) return board;
  return { ...board, offices: board.offices.filter(({ code }) => code === officeCode) };
}

/** What is concluded about today and yesterday, by office. */
async function readVerdicts(
  { db }: Database,
  offices: readonly { readonly office: OfficeRow; readonly day: OfficeDay }[],
): Promise<ReadonlyMap<string, BoardOffice['completeness']>> {
  const named = offices.map(({ office: { code, timeZone }, day }) => ({
    code,
    today: dayOf(timeZone, day.startMs),
    yesterday: dayOf(timeZone, day.startMs - 1),
  }));
  const wanted = named.flatMap(({ code, today, yesterday }) => [
    { officeCode: code, day: today },
    { officeCode: code, day: yesterday },
  ]);
  const rows = new Map((await readCompletenessOf(db, wanted)).map((row) => [`${row.officeCode} ${row.day}`, row]));
  const of = (code: string, day: string): CompletenessRow | null => rows.get(`${code} ${day}`) ?? null;
  return new Map(
    named.map(({ code, today, yesterday }) => [code, { today: of(code, today), yesterday: of(code, yesterday) }]),
  );
}

function placeKey(officeCode: string, terminalName: string): string {
  return JSON.stringify([officeCode, terminalName]);
}

function judged(
  machine: MachineRow,
  pace: Pace,
  nowMs: number,
  pausedUntilMs: number | null,
  reports: readonly OpenReport[],
): BoardMachine {
  const isReported = reports.some(({ kind }) => kind === 'broken' || kind === 'lost');
  const mark = markOf(machine, pace, nowMs, { isPaused: pausedUntilMs !== null, isReported });
  return { ...machine, mark, pausedUntilMs, reports, fresh: isFresh(machine, pace, nowMs) };
}

function freshnessOf(
  machines: readonly BoardMachine[],
  pace: Pace,
  nowMs: number,
): Pick<BoardOffice, 'fresh' | 'updatedMs' | 'stale'> {
  const reads = machines.flatMap((machine) => (machine.lastReadMs === null ? [] : [machine.lastReadMs]));
  const updatedMs = reads.length === 0 ? null : Math.max(...reads);
  return {
    fresh: machines.filter((machine) => machine.fresh).length,
    updatedMs,
    stale: updatedMs !== null && nowMs - updatedMs > freshWithinMs(pace),
  };
}

function countsOf(bins: readonly DayBin[]): Pick<BoardOffice, 'punches' | 'uncertain' | 'bins'> {
  const perBin = new Array<number>(25 * 12).fill(0);
  let punches = 0;
  let uncertain = 0;
  for (const bin of bins) {
    perBin[bin.bin] = bin.punches;
    punches += bin.punches;
    uncertain += bin.uncertain;
  }
  return { punches, uncertain, bins: perBin };
}

function byOffice<Row extends { readonly officeCode: string }>(rows: readonly Row[]): ReadonlyMap<string, Row[]> {
  const groups = new Map<string, Row[]>();
  for (const row of rows) {
    const group = groups.get(row.officeCode);
    if (group === undefined) groups.set(row.officeCode, [row]);
    else group.push(row);
  }
  return groups;
}
