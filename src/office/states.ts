/**
 * How every terminal of the gateway stands: kept in memory for the page and the metrics, written to the database now and
 * then for `gerbang status` and for others. Best effort: a state that was not written is written with the next one.
 */
import type { OffsetInterval } from '../clock/sample.ts';
import { type GerbangError, isGerbangError, needsPerson } from '../errors.ts';
import type { TerminalCounters, TerminalIdentity } from '../zk/driver.ts';
import { keyOf, type Place } from './identity.ts';
import type { PollResult } from './poller.ts';
import { type RunningTime, systemTime } from './waiting.ts';

/** `waiting`: not polled yet, or something of ours is not ready. `quarantined`: nothing it says is stored. */
export type Condition = 'waiting' | 'ok' | 'failing' | 'quarantined';

/** One terminal as its last poll left it. Instants in milliseconds UTC. */
export interface TerminalStateView extends Place {
  readonly address: string;
  readonly serial: string | null;
  readonly state: Condition;
  readonly errorCode: string | null;
  readonly errorText: string | null;
  readonly failingSinceMs: number | null;
  readonly lastAttemptMs: number | null;
  /** When its log was last known to be read to the end. */
  readonly lastReadMs: number | null;
  /** Clock of the terminal minus true time in the office's zone, and half the width of what is possible around it. */
  readonly offsetMs: number | null;
  readonly offsetBoundMs: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly users: number | null;
  readonly firmware: string | null;
  readonly platform: string | null;
  readonly deviceName: string | null;
}

/** What a poll learnt, as far as it came. Absent: nothing new. */
export interface Sighting {
  readonly identity?: TerminalIdentity;
  readonly counters?: TerminalCounters;
  /** The offset with the zone in it, and what the zone adds at that moment. */
  readonly offset?: { readonly interval: OffsetInterval; readonly zoneOffsetMs: number };
  readonly readThroughMs?: number;
  /** The whole log was read, at this instant in milliseconds UTC, and held so many records. */
  readonly wholeRead?: { readonly atMs: number; readonly records: number };
  /** A person said that it rests: what was wrong before says nothing any more. */
  readonly rests?: true;
}

/** The board all offices of a process write to. */
export interface StateBoard {
  /** Puts up a terminal that was not polled yet; one that is up at the same address stays as it is. */
  add(place: Place, address: string): void;
  /** Takes a terminal down that another gateway polls from now on; nothing more is written of it. */
  remove(place: Place): void;
  see(place: Place, sighting: Sighting): void;
  /**
   * @param durationMs how long the poll took, waits for its own session included
   * @param lateMs how late it had begun
   */
  end(place: Place, result: PollResult, utcMs: number, durationMs: number, lateMs?: number): void;
  /** All terminals, in the order they were added. */
  snapshot(): readonly TerminalStateView[];
  /** Writes what is still unwritten, once, and stops. */
  close(): Promise<void>;
}

/** States are written together, this long after the first change at the earliest. */
const writeEveryMs = 2_000;
/** Rows of one write. */
const rowsPerWrite = 500;

/**
 * @param write stores states; its failures are told to `onWriteError` and otherwise ignored
 */
export function createStateBoard(
  write: (states: readonly TerminalStateView[]) => Promise<void>,
  onWriteError: (error: unknown) => void,
  time: RunningTime = systemTime,
): StateBoard {
  const states = new Map<string, TerminalStateView>();
  const changed = new Set<string>();
  const closing = new AbortController();
  let writing: Promise<void> | null = null;

  const change = (place: Place, next: (state: TerminalStateView) => TerminalStateView): void => {
    const key = keyOf(place);
    const state = states.get(key);
    if (state === undefined) return;
    states.set(key, next(state));
    changed.add(key);
    writing ??= writeSoon().finally(() => {
      writing = null;
    });
  };

  const writeSoon = async (): Promise<void> => {
    do {
      await time.pause(writeEveryMs, closing.signal);
      const keys = [...changed];
      changed.clear();
      for (let start = 0; start < keys.length; start += rowsPerWrite) {
        const rows = keys.slice(start, start + rowsPerWrite).flatMap((key) => states.get(key) ?? []);
        await write(rows).catch((error: unknown) => {
          for (const key of keys.slice(start)) changed.add(key);
          onWriteError(error);
          start = keys.length;
        });
      }
    } while (changed.size > 0 && !closing.signal.aborted);
  };

  return {
    add: (place, address) => {
      const known = states.get(keyOf(place));
      if (known?.address !== address) states.set(keyOf(place), { ...blankState, ...place, address });
      change(place, (state) => state);
    },
    remove: (place) => {
      states.delete(keyOf(place));
      changed.delete(keyOf(place));
    },
    see: (place, sighting) => change(place, (state) => seen(state, sighting)),
    end: (place, result, utcMs) => change(place, (state) => ended(state, result, utcMs)),
    snapshot: () => [...states.values()],
    close: async () => {
      closing.abort();
      await writing;
    },
  };
}

const blankState: Omit<TerminalStateView, keyof Place | 'address'> = {
  serial: null,
  state: 'waiting',
  errorCode: null,
  errorText: null,
  failingSinceMs: null,
  lastAttemptMs: null,
  lastReadMs: null,
  offsetMs: null,
  offsetBoundMs: null,
  records: null,
  recordCapacity: null,
  users: null,
  firmware: null,
  platform: null,
  deviceName: null,
};

function seen(state: TerminalStateView, sighting: Sighting): TerminalStateView {
  const { identity, counters, offset, readThroughMs } = sighting;
  if (sighting.rests === true)
    return { ...state, state: 'waiting', errorCode: null, errorText: null, failingSinceMs: null };
  return {
    ...state,
    ...(identity === undefined ? {} : identity),
    ...(counters === undefined
      ? {}
      : { records: counters.records, recordCapacity: counters.recordCapacity, users: counters.users }),
    ...(offset === undefined
      ? {}
      : {
          offsetMs: (offset.interval.earliestMs + offset.interval.latestMs) / 2 - offset.zoneOffsetMs,
          offsetBoundMs: (offset.interval.latestMs - offset.interval.earliestMs) / 2,
        }),
    ...(readThroughMs === undefined ? {} : { lastReadMs: readThroughMs, state: wellIfWaiting(state) }),
  };
}

/** A log that was read is a terminal that is well, although its poll still asks its clock for some seconds. */
function wellIfWaiting(state: TerminalStateView): Condition {
  return state.state === 'waiting' && state.errorCode === null ? 'ok' : state.state;
}

function ended(state: TerminalStateView, { end, error }: PollResult, utcMs: number): TerminalStateView {
  const condition = conditionAfter(state, end, error);
  const failing = condition === 'failing' || condition === 'quarantined';
  return {
    ...state,
    state: condition,
    errorCode: error?.code ?? null,
    errorText: error?.message ?? null,
    failingSinceMs: failing ? (state.failingSinceMs ?? utcMs) : null,
    // A poll that was put off asked nothing of the terminal.
    lastAttemptMs: end === 'put-off' ? state.lastAttemptMs : utcMs,
  };
}

/** Whatever such a terminal says, nothing of it is stored. */
const quarantining = [
  'TERMINAL_SERIAL_MISMATCH',
  'TERMINAL_SERIAL_INVALID',
  'TERMINAL_SERIAL_DUPLICATE',
  'TERMINAL_SIMULATED',
  'TERMINAL_LOG_UNSTABLE',
] as const;

function conditionAfter(state: TerminalStateView, end: PollResult['end'], error: GerbangError | null): Condition {
  if (isGerbangError(error, ...quarantining)) return 'quarantined';
  if (end === 'failed' || needsPerson(error)) return 'failing';
  if (end === 'done') return 'ok';
  return error === null ? state.state : 'waiting';
}
