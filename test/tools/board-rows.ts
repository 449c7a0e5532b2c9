/** Offices, machines and punches put into a database the way the gateway does it, for tests of what shows them. */

import type { CorrectedTime, TimeStatus } from '../../src/clock/correct.ts';
import { deviceTimeFromMs } from '../../src/clock/device-time.ts';
import { zoneOffsetMs } from '../../src/clock/zone.ts';
import { insertAttendance } from '../../src/store/attendance.ts';
import { readCursor, writeCursor } from '../../src/store/cursor.ts';
import type { Database } from '../../src/store/database.ts';
import { insertPunches } from '../../src/store/punches.ts';
import { type TerminalState, upsertTerminalStates } from '../../src/store/terminal-state.ts';
import { registerOffice, registerTerminal } from '../../src/store/terminals.ts';

/** An office as a test wants it. */
export interface RowOffice {
  readonly code: string;
  readonly name: string;
  readonly timeZone: string;
}

/** A machine as a test wants it; what is left out is that of a healthy one. */
export interface RowMachine extends Partial<Omit<TerminalState, 'officeCode' | 'terminalName'>> {
  readonly officeCode: string;
  readonly terminalName: string;
}

/** A punch as a test wants it. */
export interface RowPunch {
  readonly atMs: number;
  readonly pin: string;
  readonly verifyMode?: number;
  readonly punchState?: number;
  readonly status?: TimeStatus;
  /** Half the width of its bounds. Default 600. */
  readonly boundMs?: number;
}

/** Makes offices known. */
export async function putOffices(database: Database, offices: readonly RowOffice[]): Promise<void> {
  for (const office of offices) await registerOffice(database.db, office);
}

/** Writes how machines stand; healthy ones were read at `nowMs`. */
export async function putMachines(database: Database, machines: readonly RowMachine[], nowMs: number): Promise<void> {
  const healthy = {
    serial: null,
    address: '10.10.1.21:4370',
    state: 'ok',
    errorCode: null,
    errorText: null,
    failingSinceMs: null,
    lastAttemptMs: nowMs,
    lastReadMs: nowMs,
    offsetMs: 120,
    offsetBoundMs: 40,
    records: 4_812,
    recordCapacity: 100_000,
    users: 214,
    firmware: 'Ver 6.60 Apr 26 2022',
    platform: 'ZMM220_TFT',
    deviceName: 'MB20-VL',
  } as const;
  await upsertTerminalStates(
    database.db,
    machines.map((machine) => ({ ...healthy, ...machine })),
  );
}

/** Where punches are made. */
export interface RowPlace {
  readonly office: RowOffice;
  readonly serial: string;
  readonly terminalName: string;
}

/** Stores punches behind those already stored, in one transaction with the cursor and an outbox line. */
export async function putPunches(
  database: Database,
  place: RowPlace,
  punches: readonly RowPunch[],
  receivedMs: number,
): Promise<void> {
  await database.db.transaction().execute((tx) => putPunchesIn(tx, place, punches, receivedMs));
}

/** The same inside a transaction of the test's own, which commits when it likes. */
export async function putPunchesIn(
  tx: Database['db'],
  { office, serial, terminalName }: RowPlace,
  punches: readonly RowPunch[],
  receivedMs: number,
): Promise<void> {
  const { code: officeCode, timeZone } = office;
  await registerTerminal(tx, { serial, officeCode, name: terminalName, timeZone });
  const cursor = await readCursor(tx, serial);
  const from = cursor?.next ?? 0;
  const to = from + punches.length;
  const epoch = cursor?.epoch ?? 1;
  await insertPunches(tx, {
    serial,
    epoch,
    from,
    strideBytes: 40,
    bytes: Buffer.concat(punches.map((punch) => rawOf(punch.pin))),
    records: punches.map((punch) => ({
      raw: rawOf(punch.pin),
      pin: punch.pin,
      uid: null,
      deviceTimeRaw: 0,
      deviceTime: deviceTimeFromMs(punch.atMs + zoneOffsetMs(office.timeZone, punch.atMs)),
      verifyMode: punch.verifyMode ?? 1,
      punchState: punch.punchState ?? 255,
      workCode: 0,
    })),
    source: 'pull',
    absentAtMs: null,
    presentAtMs: receivedMs,
  });
  const times = punches.map(timeOf);
  const suspects = punches.map(() => null);
  const rest = { modelVersion: null, afterClose: new Set<number>() };
  const told = [{ serial, epoch, from, to }];
  await insertAttendance(tx, { serial, epoch, from, officeCode, times, suspects, ...rest }, told);
  const window = new Uint8Array();
  const bounds = { base: 0, next: to, readThroughMs: receivedMs, verifiedAtMs: receivedMs };
  await writeCursor(tx, { serial, epoch, layout: 'zk40', strideBytes: 40, window, ...bounds }, 1);
}

function timeOf({ atMs, status, boundMs = 600 }: RowPunch): CorrectedTime {
  const basis = status === 'uncorrectable' ? 'no-sample' : 'between-samples';
  const earliestMs = status === 'uncorrectable' ? Number.NEGATIVE_INFINITY : atMs - boundMs;
  return { occurredAtMs: atMs, earliestMs, latestMs: atMs + boundMs, status: status ?? 'final', basis };
}

function rawOf(pin: string): Buffer {
  const raw = Buffer.alloc(40);
  raw.write(pin.slice(0, 24), 2, 'ascii');
  return raw;
}
