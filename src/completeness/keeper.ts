/**
 * Keeps the conclusions about days current: counts the days of which rows changed, and judges anew where a machine was
 * read, fell silent, came or left, and when a day ends. Of several gateways on one database one does it at a time.
 *
 * What it costs follows what changes: a day is counted when its own rows changed, and judged without counting otherwise.
 */
import { dayOf } from '../clock/zone.ts';
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import { readOffices } from '../store/board.ts';
import { readCompleteness, readNewestDays } from '../store/completeness.ts';
import { olderDue } from '../store/completeness-due.ts';
import type { Database } from '../store/database.ts';
import { noteReached } from '../store/gaps.ts';
import { readStays, type Stay, syncStays } from '../store/stays.ts';
import { createTurn } from '../store/turn.ts';
import { calendarDay, dayBefore, daysBetween, type OfficeCalendar } from './calendar.ts';
import { type Calendars, refreshDays, refreshDue } from './refresh.ts';

/** What keeping needs. */
export interface KeeperOptions {
  readonly database: Database;
  readonly log: Log;
  /** Host time in milliseconds UTC. */
  readonly nowMs: () => number;
  /** The offices there are now, with the minute of the day up to which all must be read; null for the whole day. */
  readonly offices: () => readonly { readonly code: string; readonly relevantUntilMinute: number | null }[];
  /** Between two looks at what changed, in milliseconds. Default 5,000. */
  readonly everyMs?: number;
  /** Between two looks at how machines stand, in milliseconds. Default 15,000. */
  readonly machinesEveryMs?: number;
  /** After the start machines are only just being asked: what was concluded before stands for so long. Default 60,000. */
  readonly settleMs?: number;
}

/** A running keeper. */
export interface Keeper {
  /** Ends after what is under way. */
  close(): Promise<void>;
}

/** All days that are not complete are judged anew this often: time alone turns a machine that is waited for into a silent one. */
const sweepEveryMs = 600_000;
/** Rows this young are counted as they come, older ones when their stream has paused. */
const recentMs = 3 * 86_400_000;
const olderQuietMs = 15_000;
const olderWaitsMs = 1_800_000;
/** Days back that are judged when something about machines changed. */
const daysBack = 400;
/** A hundred offices that were never complete in a year. */
const maxOpenDays = 40_000;
const dayMs = 86_400_000;
/** Stretches of time are taken up to so often in one look, so that machines are looked at in between. */
const roundsPerLook = 20;

/** Starts keeping. Returns at once; a database that is away is waited for. */
export function startCompletenessKeeper(options: KeeperOptions): Keeper {
  const { database, log, everyMs = 5_000, machinesEveryMs = 15_000 } = options;
  const turn = createTurn(database, 'completeness');
  const machines = createMachinesLook(options);
  let lookedAtMs = Number.NEGATIVE_INFINITY;

  async function look(): Promise<void> {
    // Whoever had the turn meanwhile has seen what we have not.
    if (!(await turn.take())) return machines.forget();
    const calendars = await calendarsOf(options);
    const nowMs = options.nowMs();
    // First, or the newest row counted would hide the days before it that have none.
    if (performance.now() - lookedAtMs >= machinesEveryMs) {
      lookedAtMs = performance.now();
      await machines.look(calendars, nowMs);
    }
    await countWhatChanged(database, calendars, nowMs);
  }

  const loop = repeat(look, everyMs, (error) => {
    const expected = isGerbangError(error, 'STORE_UNAVAILABLE');
    log[expected ? 'debug' : 'error']({ err: error }, 'completeness not kept');
  });
  return {
    async close() {
      await loop.close();
      await turn.release();
    },
  };
}

/** Judges days because of what is new about machines, or because time went by. */
function createMachinesLook(options: KeeperOptions): {
  look(calendars: Calendars, nowMs: number): Promise<void>;
  forget(): void;
} {
  const { database, offices, settleMs = 60_000 } = options;
  const { db } = database;
  const startedMs = performance.now();
  let seen: ReadonlyMap<number, string> | null = null;
  let sweptAtMs = Number.NEGATIVE_INFINITY;

  return {
    async look(calendars, nowMs) {
      const codes = offices().map(({ code }) => code);
      await syncStays(db, codes);
      const reached = await noteReached(db);
      const stays = await readStays(db, null, nowMs - daysBack * dayMs);
      const watched = [
        ...new Set([...codes, ...stays.flatMap((stay) => (stay.untilMs === null ? stay.officeCode : []))]),
      ];
      const standings = new Map(stays.map((stay) => [stay.stayId, standingOf(stay, calendars)]));
      const days = new Map<string, OfficeDay>();
      const add = (day: OfficeDay): void => void days.set(`${day.officeCode} ${day.day}`, day);
      (await unknownDays(db, calendars, watched, nowMs)).forEach(add);
      const monotonicMs = performance.now();
      const settled = monotonicMs - startedMs >= settleMs;
      const sweeps = settled && (seen === null || monotonicMs - sweptAtMs >= sweepEveryMs);
      if (settled) {
        const moved = stays.filter(({ stayId }) => seen?.get(stayId) !== standings.get(stayId));
        const changed = new Set([...moved.map(({ officeCode }) => officeCode), ...reached]);
        watched.flatMap((code) => latestDays(calendars.get(code), nowMs)).forEach(add);
        (await openDays(db, sweeps ? null : [...changed], nowMs)).forEach(add);
      }
      await refreshDays(database, calendars, [...days.values()], nowMs);
      if (settled) seen = standings;
      if (sweeps) sweptAtMs = monotonicMs;
    },
    forget() {
      seen = null;
    },
  };
}

interface OfficeDay {
  readonly officeCode: string;
  readonly day: string;
}

type Db = Database['db'];

/** Offices that are no longer configured keep their days, reckoned to their end. */
async function calendarsOf({ database, offices }: KeeperOptions): Promise<Calendars> {
  const until = new Map(offices().map(({ code, relevantUntilMinute }) => [code, relevantUntilMinute]));
  const rows = await readOffices(database.db);
  return new Map(
    rows.map(({ code, timeZone }) => [code, { code, timeZone, relevantUntilMinute: until.get(code) ?? null }]),
  );
}

async function countWhatChanged(database: Database, calendars: Calendars, nowMs: number): Promise<void> {
  const cutMs = nowMs - recentMs;
  for (let round = 0; round < roundsPerLook; round += 1) {
    if ((await refreshDue(database, calendars, { recent: true, cutMs }, nowMs)) === 0) break;
  }
  const older = await olderDue(database.db, cutMs);
  if (older === null || (older.quietMs < olderQuietMs && older.waitingMs < olderWaitsMs)) return;
  for (let round = 0; round < roundsPerLook; round += 1) {
    if ((await refreshDue(database, calendars, { recent: false, cutMs }, nowMs)) === 0) return;
  }
}

/** What must not change for a judgement to stand: who it is, how it stands, and the last day it is read through. */
function standingOf(stay: Stay, calendars: Calendars): string {
  const office = calendars.get(stay.officeCode);
  const { readThroughMs, state, serial, untilMs, errorCode } = stay;
  const day = office === undefined || readThroughMs === null ? null : dayOf(office.timeZone, readThroughMs);
  return JSON.stringify([state, serial, untilMs, errorCode, day]);
}

/** Today and yesterday: they change with the minutes. */
function latestDays(office: OfficeCalendar | undefined, nowMs: number): readonly OfficeDay[] {
  if (office === undefined) return [];
  const { code: officeCode, timeZone } = office;
  return [
    { officeCode, day: dayOf(timeZone, nowMs) },
    { officeCode, day: dayBefore(office, nowMs, 1) },
  ];
}

/** Days that went by without a row, while nobody punched or no gateway ran; the present day at the least. */
async function unknownDays(
  db: Db,
  calendars: Calendars,
  codes: readonly string[],
  nowMs: number,
): Promise<readonly OfficeDay[]> {
  const newest = await readNewestDays(db);
  return codes.flatMap((code) => {
    const office = calendars.get(code);
    if (office === undefined) return [];
    const today = dayOf(office.timeZone, nowMs);
    const last = newest.get(code) ?? dayBefore(office, nowMs, 1);
    if (last >= today) return [];
    const oldest = dayBefore(office, nowMs, daysBack);
    const { endMs } = calendarDay(office, oldest.localeCompare(last) > 0 ? oldest : last);
    return daysBetween(office, endMs, nowMs + 1);
  });
}

/** Days that are not complete, of these offices or of all. */
async function openDays(db: Db, officeCodes: readonly string[] | null, nowMs: number): Promise<readonly OfficeDay[]> {
  if (officeCodes?.length === 0) return [];
  const fromDay = new Date(nowMs - daysBack * dayMs).toISOString().slice(0, 10);
  const query = { fromDay, open: true, limit: maxOpenDays };
  return readCompleteness(db, officeCodes === null ? query : { ...query, officeCodes });
}

/** Work that is done again and again, `everyMs` after it was done last; what it throws is told and forgotten. */
function repeat(work: () => Promise<void>, everyMs: number, onError: (error: unknown) => void): Keeper {
  let closed = false;
  let wake = (): void => {};
  async function run(): Promise<void> {
    while (!closed) {
      await work().catch(onError);
      if (closed) return;
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, everyMs);
        timer.unref();
        wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }
  const running = run();
  return {
    async close() {
      closed = true;
      wake();
      await running;
    },
  };
}
