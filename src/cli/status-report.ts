/** What `status` answers, as data. */
import type { Config } from '../config.ts';
import type { Backlog } from '../store/backlog.ts';
import type { MachineRow, OfficeRow } from '../store/board.ts';
import type { EvidenceGuard } from '../store/roles.ts';
import type { AlarmStatus } from './status-alarms.ts';
import type { ConsumerStatus } from './status-consumers.ts';
import type { GapStatus } from './status-gaps.ts';

/** One terminal. Instants as ISO 8601 in UTC; null is "not known" or "never". */
export interface TerminalStatus {
  readonly office: string;
  readonly name: string;
  readonly serial: string | null;
  readonly address: string;
  readonly state: MachineRow['state'];
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly failingSince: string | null;
  readonly lastAttempt: string | null;
  readonly lastRead: string | null;
  /** The terminal's clock minus true time in the office's zone, in milliseconds, and how far that may be off. */
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly fillPercent: number | null;
}

/** The whole answer. */
export interface StatusReport {
  readonly gatewayRunning: boolean;
  readonly offices: readonly OfficeRow[];
  readonly terminals: readonly TerminalStatus[];
  /** Records that are gone, or may be, found within five weeks; the newest first. */
  readonly gaps: readonly GapStatus[];
  /** Models of a clock that contradict each other, found within thirty days; the newest first. */
  readonly clockAlarms: readonly AlarmStatus[];
  /** Records that terminals hold and the database does not yet; null when everything is stored. */
  readonly backlog: (Backlog & { readonly remainingMs: number | null }) | null;
  /** How far the clock of the computer that was asked may be from UTC; null where nothing on it tells. */
  readonly hostClock: { readonly errorMs: number; readonly source: string } | null;
  /** Those who are told: MQTT and webhooks. */
  readonly consumers: readonly ConsumerStatus[];
  /** How well evidence is kept: sealed up to which day, and which gateways could alter it. */
  readonly evidence: EvidenceGuard;
  readonly queue: { readonly waiting: number | null; readonly errorCode: string | null; readonly setAside: number };
}

/** Offices and terminals of the database, and those of the configuration that were never seen. */
export function mergeFleet(
  fleet: { readonly offices: readonly OfficeRow[]; readonly machines: readonly MachineRow[] },
  config: Config | null,
): Pick<StatusReport, 'offices' | 'terminals'> {
  const offices = new Map(fleet.offices.map((office) => [office.code, office]));
  const terminals = new Map(fleet.machines.map((row) => [placeOf(row.officeCode, row.name), statusOf(row)]));
  for (const { code, name, timeZone, terminals: configured } of config?.offices ?? []) {
    if (!offices.has(code)) offices.set(code, { code, name, timeZone });
    for (const terminal of configured) {
      const place = placeOf(code, terminal.name);
      if (!terminals.has(place)) terminals.set(place, unseen(code, terminal));
    }
  }
  const byPlace = [...terminals].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, terminal]) => terminal);
  return { offices: [...offices.values()], terminals: byPlace };
}

function placeOf(office: string, name: string): string {
  return JSON.stringify([office, name]);
}

function statusOf(row: MachineRow): TerminalStatus {
  const { records, recordCapacity } = row;
  return {
    office: row.officeCode,
    name: row.name,
    serial: row.serial,
    address: row.address,
    state: row.state,
    errorCode: row.errorCode,
    errorText: row.errorText,
    failingSince: isoOf(row.failingSinceMs),
    lastAttempt: isoOf(row.lastAttemptMs),
    lastRead: isoOf(row.lastReadMs),
    offsetMs: tenth(row.offsetMs),
    offsetBoundMs: tenth(row.offsetBoundMs),
    records,
    recordCapacity,
    fillPercent: records !== null && recordCapacity ? tenth((records / recordCapacity) * 100) : null,
  };
}

function unseen(office: string, terminal: Config['offices'][number]['terminals'][number]): TerminalStatus {
  return {
    office,
    name: terminal.name,
    serial: terminal.serial ?? null,
    address: `${terminal.host}:${terminal.port}`,
    state: 'waiting',
    errorCode: null,
    errorText: null,
    failingSince: null,
    lastAttempt: null,
    lastRead: null,
    offsetMs: null,
    offsetBoundMs: null,
    records: null,
    recordCapacity: null,
    fillPercent: null,
  };
}

function isoOf(ms: number | null): string | null {
  return ms === null || !Number.isFinite(ms) ? null : new Date(ms).toISOString();
}

function tenth(value: number | null): number | null {
  return value === null ? null : Math.round(value * 10) / 10;
}
