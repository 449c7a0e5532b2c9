/** Outage windows by office and day, worked out for pages, files and the API. */
import { dayOf, dayRange } from '../../clock/zone.ts';
import {
  byDay,
  type Cause,
  type Certainty,
  type MachineWindow,
  machineWindows,
  officeWindows,
} from '../../incident/outage-windows.ts';
import type { OfficeRow } from '../../store/board.ts';
import type { Database } from '../../store/database.ts';
import { readOfficeTimes } from '../../store/outage-times.ts';

/** One window within one day. Instants in milliseconds UTC. */
export interface OutageLine {
  readonly level: 'office' | 'terminal';
  readonly officeCode: string;
  readonly officeName: string;
  readonly timeZone: string;
  readonly day: string;
  readonly fromMs: number;
  readonly toMs: number;
  readonly terminals: readonly string[];
  readonly cause: Cause;
  readonly certainty: Certainty;
  readonly codes: readonly string[];
  readonly reasons: readonly string[];
  readonly incidents: readonly number[];
}

export interface OutageReport {
  readonly lines: readonly OutageLine[];
  /** False when there was more than one look takes. */
  readonly isWhole: boolean;
}

/** Days of one look. */
export const mostDays = 62;
/** Windows of one answer. */
const mostLines = 20_000;
const dayMs = 86_400_000;

/** True for two days in order and not too far apart. */
export function isRange(from: string, to: string): boolean {
  try {
    const start = dayRange('UTC', from).fromMs;
    const end = dayRange('UTC', to).toMs;
    return start < end && end - start <= mostDays * dayMs;
  } catch {
    return false;
  }
}

/** The last seven days of an office's calendar. */
export function lastWeek(nowMs: number, timeZone: string): { readonly from: string; readonly to: string } {
  return { from: dayOf(timeZone, nowMs - 6 * dayMs), to: dayOf(timeZone, nowMs) };
}

/**
 * Works the windows out.
 *
 * @param offices those this reader may know of and asked for
 * @param officeCode the only one asked for, or null
 */
export async function outageReport(
  { db }: Pick<Database, 'db'>,
  offices: readonly OfficeRow[],
  officeCode: string | null,
  days: { readonly from: string; readonly to: string },
  nowMs: number,
): Promise<OutageReport> {
  const wide = { fromMs: dayRange('UTC', days.from).fromMs - dayMs, toMs: dayRange('UTC', days.to).toMs + dayMs };
  const { offices: times, isWhole } = await readOfficeTimes(db, wide, officeCode, nowMs);
  const lines: OutageLine[] = [];
  for (const { officeCode: code, machines } of times) {
    const office = offices.find((one) => one.code === code);
    if (office === undefined) continue;
    const { timeZone, name: officeName } = office;
    const calendar = daysOf(timeZone, days.from, days.to);
    const range = { fromMs: calendar[0]?.fromMs ?? 0, toMs: Math.min(calendar.at(-1)?.toMs ?? 0, nowMs) };
    if (range.fromMs >= range.toMs) continue;
    const single = machines.flatMap((machine) => machineWindows(machine, range));
    const dark = officeWindows(machines, single, range);
    const shared = { officeCode: code, officeName, timeZone };
    for (const window of byDay(dark, calendar))
      lines.push({ level: 'office', ...shared, ...window, ...groundsOf(window, single) });
    for (const window of byDay(single, calendar))
      lines.push({ level: 'terminal', ...shared, ...window, terminals: [window.terminalName] });
  }
  lines.sort((a, b) => (a.day === b.day ? a.fromMs - b.fromMs : a.day < b.day ? 1 : -1));
  return { lines: lines.slice(0, mostLines), isWhole: isWhole && lines.length <= mostLines };
}

/** Why an office was dark: whatever its machines had then. */
function groundsOf(
  { fromMs, toMs }: { readonly fromMs: number; readonly toMs: number },
  windows: readonly MachineWindow[],
): Pick<OutageLine, 'codes' | 'reasons' | 'incidents'> {
  const there = windows.filter((window) => window.fromMs < toMs && window.toMs > fromMs);
  return {
    codes: [...new Set(there.flatMap(({ codes }) => codes))],
    reasons: [...new Set(there.flatMap(({ reasons }) => reasons))],
    incidents: [...new Set(there.flatMap(({ incidents }) => incidents))],
  };
}

function daysOf(timeZone: string, from: string, to: string) {
  const days: { readonly day: string; readonly fromMs: number; readonly toMs: number }[] = [];
  for (let day = from; day <= to && days.length < mostDays; ) {
    const range = dayRange(timeZone, day);
    days.push({ day, ...range });
    day = dayOf(timeZone, range.toMs + 3_600_000);
  }
  return days;
}
