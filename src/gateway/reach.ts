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
  const known = new Map<string, Known>();
  const offices = new Set<string>();
  let pending: (Place & PollNote)[] = [];

  const note = (place: Place, line: PollNote): void => {
    const { officeCode, terminalName } = place;
    pending.push({ officeCode, terminalName, ...line });
    if (pending.length > mostPending) pending = pending.slice(-mostPending);
  };

  const knownOf = (place: Place): Known => {
    const found = known.get(keyOf(place)) ?? { out: null, code: null };
    known.set(keyOf(place), found);
    return found;
  };

  const lookWhoWasAway = async (states: readonly TerminalStateView[]): Promise<void> => {
    const fresh = [...new Set(states.map(({ officeCode }) => officeCode))].filter((code) => !offices.has(code));
    await noteGatewayAway(
      db,
      fresh.map((officeCode) => ({ officeCode, graceMs: graceOf(officeCode) })),
      nowMs(),
      holder,
    );
    for (const code of fresh) offices.add(code);
  };

  const noteChange = (state: TerminalStateView): void => {
    const before = knownOf(state);
    const atMs = state.lastAttemptMs ?? nowMs();
    const isIll = state.state === 'failing' || state.state === 'quarantined';
    if (isIll && state.errorCode !== before.code) {
      note(state, { atMs, kind: 'trouble', errorCode: state.errorCode, records: null });
      before.code = state.errorCode;
    } else if (state.state === 'ok' && before.code !== null) {
      note(state, { atMs, kind: 'well', errorCode: before.code, records: null });
      before.code = null;
    }
  };

  const settle = async (states: readonly TerminalStateView[]): Promise<void> => {
    const failing = states.flatMap((state) => failingPast(state, graceOf(state.officeCode)) ?? []);
    const opening = failing.filter((place) => {
      const { out } = knownOf(place);
      return out === null || out === 'no' || out.code !== place.errorCode;
    });
    await openOutages(db, opening, holder);
    for (const { failedAtMs, errorCode, ...place } of opening) knownOf(place).out = { failedAtMs, code: errorCode };
    const read = states.flatMap((state) => {
      const { out } = knownOf(state);
      const { officeCode, terminalName, lastReadMs } = state;
      if (lastReadMs === null || out === 'no' || (out !== null && lastReadMs <= out.failedAtMs)) return [];
      return [{ officeCode, terminalName, readMs: lastReadMs }];
    });
    await closeOutages(db, read, holder);
    for (const place of read) knownOf(place).out = 'no';
  };

  return {
    async write(states) {
      await lookWhoWasAway(states);
      await upsertTerminalStates(db, states);
      for (const state of states) noteChange(state);
      await settle(states);
      const notes = pending;
      pending = [];
      await notePolls(db, notes).catch((error: unknown) => {
        pending = [...notes, ...pending];
        throw error;
      });
    },
    watched: (board) => ({
      ...board,
      remove(place) {
        board.remove(place);
        known.delete(keyOf(place));
        offices.delete(place.officeCode);
      },
      see(place: Place, sighting: Sighting) {
        board.see(place, sighting);
        if (sighting.rests === true) knownOf(place).code = null;
        const { wholeRead } = sighting;
        if (wholeRead !== undefined)
          note(place, { atMs: wholeRead.atMs, kind: 'whole-read', errorCode: null, records: wholeRead.records });
      },
    }),
  };
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
