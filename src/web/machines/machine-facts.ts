/** Everything one machine's page and its API route say, read once. */
import type { Database } from '../../store/database.ts';
import { type IncidentRow, listIncidents } from '../../store/incidents.ts';
import {
  type MachineCommand,
  type MachinePause,
  readCommands,
  readPausesBetween,
} from '../../store/machine-commands.ts';
import { type BroughtRead, countPunchesSince, readBroughtReads } from '../../store/machine-reads.ts';
import { type Outage, readOutages } from '../../store/outages.ts';
import { readKnownSince } from '../../store/stays.ts';
import { type PollNote, readPollNotes } from '../../store/terminal-polls.ts';
import type { Board, BoardMachine, BoardOffice } from '../board.ts';

/** How far back reachability is shown. */
export const stripDays = 30;
const dayMs = 86_400_000;
const rateDays = 14;
const mostOpenReports = 20;
const mostClosedReports = 5;
/** A rate from less than this is a guess. */
const leastRateMs = 2 * dayMs;

export interface MachineFacts {
  readonly office: BoardOffice;
  readonly machine: BoardMachine;
  readonly fromMs: number;
  readonly toMs: number;
  /** Before it nobody looked: nothing is said of the machine. */
  readonly knownSinceMs: number;
  readonly outages: readonly Outage[];
  readonly pauses: readonly MachinePause[];
  readonly notes: readonly PollNote[];
  readonly reads: readonly BroughtRead[];
  readonly commands: readonly MachineCommand[];
  /** Of this place: the open ones, then the last that were closed. */
  readonly reports: readonly IncidentRow[];
  /** Punches a day; null when not known. */
  readonly perDay: number | null;
  readonly daysToFull: number | null;
}

/** The machine at a place of the board; null when there is none. */
export function machineAt(board: Board, officeCode: string, name: string) {
  const office = board.offices.find(({ code }) => code === officeCode);
  const machine = office?.machines.find((one) => one.name === name);
  return office === undefined || machine === undefined ? null : { office, machine };
}

/** @throws GerbangError STORE_UNAVAILABLE */
export async function readMachineFacts(
  { db }: Pick<Database, 'db'>,
  { office, machine }: { readonly office: BoardOffice; readonly machine: BoardMachine },
  nowMs: number,
): Promise<MachineFacts> {
  const place = { officeCode: office.code, terminalName: machine.name };
  const range = { fromMs: nowMs - stripDays * dayMs, toMs: nowMs };
  const { serial } = machine;
  const [knownSinceMs, outages, pauses, notes, commands, open, closed, reads, counted] = await Promise.all([
    readKnownSince(db, place),
    readOutages(db, range, place),
    readPausesBetween(db, range, office.code),
    readPollNotes(db, place, 15),
    readCommands(db, place, 10),
    listIncidents(db, { ...place, state: 'open', limit: mostOpenReports }),
    listIncidents(db, { ...place, state: 'closed', limit: mostClosedReports }),
    serial === null ? [] : readBroughtReads(db, serial, 10),
    serial === null ? null : countPunchesSince(db, office.code, serial, nowMs - rateDays * dayMs),
  ]);
  const spanMs = counted === null ? 0 : nowMs - counted.firstMs;
  const perDay = counted === null || spanMs < leastRateMs ? null : counted.punches / (spanMs / dayMs);
  return {
    ...{ office, machine, ...range, outages, notes, commands, reads, perDay },
    reports: [...open, ...closed],
    knownSinceMs: knownSinceMs ?? nowMs,
    pauses: pauses.filter(({ terminalName }) => terminalName === machine.name),
    daysToFull: daysToFull(perDay, machine),
  };
}

function daysToFull(perDay: number | null, { records, recordCapacity }: BoardMachine): number | null {
  if (perDay === null || perDay <= 0 || records === null || recordCapacity === null || recordCapacity <= 0) return null;
  return Math.floor(Math.max(0, recordCapacity - records) / perDay);
}
