import { type Availability, createAvailability } from './availability.ts';
import { type ClockOptions, type ClockState, createClock } from './clock.ts';
import { type Clockwork, clockworkOf } from './clockwork.ts';
import type { Counters } from './codec/sizes.ts';
import { createFaults, type FaultOptions, type Faults } from './faults.ts';
import { type Identity, type IdentityOptions, identityOf } from './identity.ts';
import { createJournal, type Journal } from './journal.ts';
import { type KnobOptions, type Knobs, knobsSchema } from './knobs.ts';
import { type Ledger, openLedger } from './ledger.ts';
import { type AttendanceLog, createLog } from './log.ts';
import { type Logbook, logbookOf } from './logbook.ts';
import { createOperationLog, type OperationLog } from './operations.ts';
import { DEFAULT_PROFILE, profileNamed } from './profiles.ts';
import { createRandom, type Random } from './random.ts';
import { createUserTable, type NewUser, type UserTable } from './users.ts';

export type TerminalOptions = IdentityOptions & {
  /** Default `tft-40`. */
  profile?: string;
  /** True UTC milliseconds. Default: the host's clock. */
  now?: () => number;
  clock?: ClockOptions;
  /** A clock kept from an earlier run; wins over `clock`. */
  clockState?: ClockState;
  /** Called after every change to the clock, to keep it. */
  onClockChange?: () => void;
  knobs?: KnobOptions;
  faults?: readonly FaultOptions[];
  /** Default: the serial. */
  seed?: number | string;
  /** Default: one of its own, in memory. */
  ledger?: Ledger;
  /** Counters that do not follow from what the terminal holds. */
  counters?: Partial<Counters>;
  users?: readonly NewUser[];
};

/** What a terminal is and holds. */
export type Holdings = Identity &
  Availability & {
    /** May be changed while it runs. */
    readonly knobs: Knobs;
    readonly users: UserTable;
    readonly log: AttendanceLog;
    readonly clock: ClockState;
    readonly operations: OperationLog;
    readonly journal: Journal;
    /** Short for `journal.requests`. */
    readonly requests: Journal['requests'];
    readonly ledger: Ledger;
    readonly random: Random;
    /** Changed by `setFaults`. */
    faults: Faults;
    /** Called after the answer to a request has been composed, before it is sent. */
    afterRequest: ((command: number) => void) | undefined;
    /** How it restarts; put here by whoever puts it on a network. */
    onReboot: ((downMs: number) => void) | undefined;
    now(): number;
    setFaults(faults: readonly FaultOptions[]): void;
    counters(): Counters;
  };

/** One terminal: what it is, what it holds and what can happen to it. How it is spoken to is in `session.ts`. */
export type Terminal = Holdings & Clockwork & Logbook;

/** @throws RangeError for an unknown profile, ZodError for knobs or faults that are not valid */
export function createTerminal(options: TerminalOptions): Terminal {
  const identity = identityOf(profileNamed(options.profile ?? DEFAULT_PROFILE), options);
  const { profile } = identity;
  const now = options.now ?? Date.now;
  const random = createRandom(options.seed ?? options.serial);
  const journal = createJournal();
  const armed = (wanted: readonly FaultOptions[]): Faults => createFaults(wanted, random.fork('faults'));
  const holdings: Holdings = {
    ...identity,
    ...createAvailability(now),
    knobs: knobsSchema.parse({ ...profile.knobs, ...options.knobs }),
    users: createUserTable(options.users),
    log: createLog({
      layout: identity.recordLayout,
      capacity: identity.recordCapacity,
      whenFull: identity.whenFull,
    }),
    clock: options.clockState ?? createClock(options.clock ?? {}, now()),
    operations: createOperationLog(),
    journal,
    requests: journal.requests,
    ledger: options.ledger ?? openLedger(),
    random,
    faults: armed([...profile.faults, ...(options.faults ?? [])]),
    afterRequest: undefined,
    onReboot: undefined,
    now,
    setFaults(wanted) {
      holdings.faults = armed(wanted);
    },
    counters: () => ({ ...countersOf(holdings), ...options.counters }),
  };
  // One object: knobs, hooks and faults may be changed on it while its parts are at work.
  return Object.assign(holdings, clockworkOf(holdings, options.onClockChange), logbookOf(holdings));
}

function countersOf({ users, log, knobs, operations }: Holdings): Counters {
  return {
    users: users.count,
    fingers: users.count,
    records: knobs.hidesRecordCount ? 0 : log.count,
    operationLog: knobs.operationLog === 'none' ? 0 : operations.count,
    administrators: users.countWhere((user) => user.privilege >= 2),
    passwords: users.countWhere((user) => user.password !== ''),
    fingerCapacity: 3_000,
    userCapacity: 10_000,
    recordCapacity: log.capacity,
    faces: 0,
    faceCapacity: 400,
  };
}
