/**
 * Writes the states of terminals, and with them what happened over time: outages that open and close, stretches in which
 * no gateway was there, the last changes and whole reads of each place. Steady states cost no query beyond the state's own.
 */
import { keyOf, type Place } from '../office/identity.ts';
import type { Sighting, StateBoard, TerminalStateView } from '../office/states.ts';
import type { Database } from '../store/database.ts';
import { closeOutages, type FailingPlace, noteGatewayAway, openOutages } from '../store/outages.ts';
import { notePolls, type PollNote } from '../store/terminal-polls.ts';
import { upsertTerminalStates } from '../store/terminal-state.ts';

/** How long a terminal may fail before it counts as out, in milliseconds: three polls, and three minutes at least. */
export function outageGraceMs(pollEveryMs: number): number {
  return Math.max(3 * pollEveryMs, 180_000);
}

/** See {@link createReach}. */
export interface Reach {
  /** What {@link createStateBoard} writes with. Idempotent: what failed is written again with the next states. */
  write(states: readonly TerminalStateView[]): Promise<void>;
  /** The board, with whole reads noted and with what is forgotten when another gateway takes over. */
  watched(board: StateBoard): StateBoard;
}

/** What is known of one place. `out` is null while its outage, if any, was left by somebody else and not looked at. */
interface Known {
  out: { readonly failedAtMs: number; readonly code: string | null } | 'no' | null;
  code: string | null;
}

/** Notes that wait while the database is away; older ones are dropped. */
const mostPending = 10_000;

/** What the reach of one process works with. */
interface Memory {
  readonly db: Database['db'];
  readonly graceOf: (officeCode: string) => number;
  readonly holder: string;
  readonly known: Map<string, Known>;
  /** Offices whose states this process has written. */
  readonly offices: Set<string>;
  pending: (Place & PollNote)[];
}

/**
 * @param graceOf how long terminals of an office may fail, in milliseconds
 * @param holder names this process
 */
export function createReach(
  db: Database['db'],
  graceOf: (officeCode: string) => number,
  holder: string,
  nowMs: () => number,
): Reach {
  const memory: Memory = { db, graceOf, holder, known: new Map(), offices: new Set(), pending: [] };
  return {
    async write(states) {
      await lookWhoWasAway(memory, states, nowMs());
      await upsertTerminalStates(db, states);
      for (const state of states) noteChange(memory, state, nowMs());
      await settle(memory, states);
      const notes = memory.pending;
      memory.pending = [];
      await notePolls(db, notes).catch((error: unknown) => {
        memory.pending = [...notes, ...memory.pending];
        throw error;
      });
    },
    watched: (board) => ({
      ...board,
      remove(place) {
        board.remove(place);
        memory.known.delete(keyOf(place));
        memory.offices.delete(place.officeCode);
      },
      see(place: Place, sighting: Sighting) {
        board.see(place, sighting);
        if (sighting.rests === true) knownOf(memory, place).code = null;
        const { wholeRead } = sighting;
        if (wholeRead === undefined) return;
        note(memory, place, { atMs: wholeRead.atMs, kind: 'whole-read', errorCode: null, records: wholeRead.records });
      },
    }),
  };
}

function knownOf({ known }: Memory, place: Place): Known {
  const found = known.get(keyOf(place)) ?? { out: null, code: null };
  known.set(keyOf(place), found);
  return found;
}

function note(memory: Memory, { officeCode, terminalName }: Place, line: PollNote): void {
  memory.pending.push({ officeCode, terminalName, ...line });
  if (memory.pending.length > mostPending) memory.pending = memory.pending.slice(-mostPending);
}

async function lookWhoWasAway(memory: Memory, states: readonly TerminalStateView[], nowMs: number): Promise<void> {
  const { db, graceOf, holder, offices } = memory;
  const fresh = [...new Set(states.map(({ officeCode }) => officeCode))].filter((code) => !offices.has(code));
  const graces = fresh.map((officeCode) => ({ officeCode, graceMs: graceOf(officeCode) }));
  await noteGatewayAway(db, graces, nowMs, holder);
  for (const code of fresh) offices.add(code);
}

function noteChange(memory: Memory, state: TerminalStateView, nowMs: number): void {
  const before = knownOf(memory, state);
  const atMs = state.lastAttemptMs ?? nowMs;
  const isIll = state.state === 'failing' || state.state === 'quarantined';
  if (isIll && state.errorCode !== before.code) {
    note(memory, state, { atMs, kind: 'trouble', errorCode: state.errorCode, records: null });
    before.code = state.errorCode;
  } else if (state.state === 'ok' && before.code !== null) {
    note(memory, state, { atMs, kind: 'well', errorCode: before.code, records: null });
    before.code = null;
  }
}

/** Opens and closes outages where this process does not know that they are open or closed already. */
async function settle(memory: Memory, states: readonly TerminalStateView[]): Promise<void> {
  const { db, graceOf, holder } = memory;
  const failing = states.flatMap((state) => failingPast(state, graceOf(state.officeCode)) ?? []);
  const opening = failing.filter((place) => {
    const { out } = knownOf(memory, place);
    return out === null || out === 'no' || out.code !== place.errorCode;
  });
  await openOutages(db, opening, holder);
  for (const { failedAtMs, errorCode, ...place } of opening)
    knownOf(memory, place).out = { failedAtMs, code: errorCode };
  const read = states.flatMap((state) => {
    const { out } = knownOf(memory, state);
    const { officeCode, terminalName, lastReadMs } = state;
    if (lastReadMs === null || out === 'no' || (out !== null && lastReadMs <= out.failedAtMs)) return [];
    return [{ officeCode, terminalName, readMs: lastReadMs }];
  });
  await closeOutages(db, read, holder);
  for (const place of read) knownOf(memory, place).out = 'no';
}

/** A terminal that has not been read although it was tried for longer than the grace; null for any other. */
function failingPast(state: TerminalStateView, graceMs: number): FailingPlace | null {
  const { officeCode, terminalName, serial, failingSinceMs, lastReadMs, lastAttemptMs, errorCode } = state;
  if (state.state !== 'failing' && state.state !== 'quarantined') return null;
  if (failingSinceMs === null || lastAttemptMs === null) return null;
  // A clock that needs a person makes a state ill although its log is read.
  const failedAtMs = Math.max(failingSinceMs, lastReadMs ?? Number.NEGATIVE_INFINITY);
  if (lastAttemptMs - failedAtMs < graceMs) return null;
  return { officeCode, terminalName, serial, failedAtMs, lastReadMs, errorCode };
}
