import {
  type ClockOptions,
  type ClockState,
  createClock,
  resetClock,
  setClock,
  shownAt,
  stepClock,
  stopClock,
} from './clock.ts';
import { encodeOperation } from './codec/dataset.ts';
import { packTime } from './codec/packed-time.ts';
import type { Counters } from './codec/sizes.ts';
import { createFaults, type FaultOptions, type Faults } from './faults.ts';
import { createJournal, type Journal } from './journal.ts';
import { type KnobOptions, type Knobs, knobsSchema } from './knobs.ts';
import { type Ledger, type LedgerEntry, openLedger } from './ledger.ts';
import { type AttendanceLog, createLog, type WhenFull } from './log.ts';
import { DEFAULT_PROFILE, type Profile, profileNamed } from './profiles.ts';
import { createRandom, type Random } from './random.ts';
import { createUserTable, type UserTable } from './users.ts';

/** What a person does at a terminal. */
export type PunchInput = {
  pin: string;
  /** Default 1, fingerprint. */
  verifyMode?: number;
  /** Default 0, check-in. */
  punchState?: number;
  workCode?: number;
  /** A packed time to write instead of the clock's, for stamps no clock shows (31 February). */
  rawTime?: number;
};

/** What a live listener is told. */
export type AttendanceEvent = Required<Omit<PunchInput, 'rawTime'>> & { uid: number; shownWallMs: number };

export type TerminalOptions = {
  serial: string;
  profile?: string;
  deviceName?: string;
  firmware?: string;
  platform?: string;
  /** True UTC milliseconds. Default: the host's clock. */
  now?: () => number;
  clock?: ClockOptions;
  /** A clock kept from an earlier run; wins over `clock`. */
  clockState?: ClockState;
  knobs?: KnobOptions;
  faults?: readonly FaultOptions[];
  seed?: number | string;
  ledger?: Ledger;
  /** Called after every change to the clock, to keep it. */
  onClockChange?: () => void;
  recordCapacity?: number;
  whenFull?: WhenFull;
  /** Option values that differ from the profile's. */
  options?: Readonly<Record<string, string>>;
  /** Counters that do not follow from what the terminal holds. */
  counters?: Partial<Counters>;
  users?: readonly ({ pin: string } & Parameters<UserTable['enrol']>[0])[];
};

/** The oldest entries are forgotten, as a real operation log clears itself when full. */
const KEPT_OPERATIONS = 1_000;

/** One terminal: what it is, what it holds and what can happen to it. How it is spoken to is in `session.ts`. */
export type Terminal = {
  readonly serial: string;
  readonly deviceName: string;
  readonly firmware: string;
  readonly platform: string;
  readonly profile: Profile;
  /** May be changed while it runs. */
  readonly knobs: Knobs;
  readonly users: UserTable;
  readonly log: AttendanceLog;
  readonly clock: ClockState;
  readonly journal: Journal;
  /** Short for `journal.requests`. */
  readonly requests: Journal['requests'];
  readonly options: Map<string, string>;
  readonly ledger: Ledger;
  readonly random: Random;
  readonly faults: Faults;
  /** Called after the answer to a request has been composed, before it is sent. */
  afterRequest: ((command: number) => void) | undefined;
  now(): number;
  /** The wall time on its screen. */
  shownMs(): number;
  setFaults(faults: readonly FaultOptions[]): void;
  /**
   * A person punches now. An unknown pin is enrolled first.
   *
   * @returns the truth, or undefined when the terminal refused: disabled by a client, or its log is full
   */
  punch(input: PunchInput): LedgerEntry | undefined;
  /** Writes history: `count` punches, the last at `untilMs`, one every `everyMs` before it, by the users in turn. */
  fillLog(options: { count: number; everyMs?: number; untilMs?: number }): void;
  clearLog(): void;
  resetClock(): void;
  stepClock(byMs: number): void;
  stopClock(forMs: number): void;
  setClock(wallMs: number): void;
  counters(): Counters;
  operations(): Buffer;
  /** Disabled by a client: nobody can punch. `forMs` counts from the last request of any client. */
  disable(forMs: number | undefined): void;
  enable(): void;
  isDisabled(): boolean;
  /** A request came: the time of a timed DISABLE starts again. */
  touch(): void;
  onPunch(listener: (event: AttendanceEvent) => void): () => void;
};

export function createTerminal(options: TerminalOptions): Terminal {
  const profile = profileNamed(options.profile ?? DEFAULT_PROFILE);
  const now = options.now ?? Date.now;
  const random = createRandom(options.seed ?? options.serial);
  const ledger = options.ledger ?? openLedger();
  const log = createLog({
    layout: profile.recordLayout,
    capacity: options.recordCapacity ?? profile.recordCapacity,
    whenFull: options.whenFull ?? profile.whenFull,
  });
  const users = createUserTable();
  for (const user of options.users ?? []) users.enrol(user);
  const clock = options.clockState ?? createClock(options.clock ?? {}, now());
  const journal = createJournal();
  const listeners = new Set<(event: AttendanceEvent) => void>();
  const operations: Buffer[] = [];
  let sequence = 0;
  let faults = createFaults(options.faults ?? [], random.fork('faults'));
  let disabled: { forMs: number | undefined; sinceMs: number } | undefined;

  const terminal: Terminal = {
    serial: options.serial,
    deviceName: options.deviceName ?? profile.deviceName,
    firmware: options.firmware ?? profile.firmware,
    platform: options.platform ?? profile.platform,
    profile,
    knobs: knobsSchema.parse({ ...profile.knobs, ...options.knobs }),
    users,
    log,
    clock,
    journal,
    requests: journal.requests,
    options: optionsOf(profile, options),
    ledger,
    random,
    get faults() {
      return faults;
    },
    afterRequest: undefined,
    now,
    shownMs: () => shownAt(clock, now()),
    setFaults(wanted) {
      faults = createFaults(wanted, random.fork('faults'));
    },
    punch(input) {
      if (terminal.isDisabled()) return undefined;
      return writePunch(input, now(), true);
    },
    fillLog({ count, everyMs = 30_000, untilMs = now() }) {
      const pins = options.users?.map((user) => user.pin) ?? ['1'];
      for (let at = 0; at < count; at += 1) {
        const pin = pins[at % pins.length] ?? '1';
        writePunch({ pin, punchState: at % 2 }, untilMs - (count - 1 - at) * everyMs, false);
      }
    },
    clearLog() {
      log.clear();
      ledger.add({ serial: options.serial, sequence, trueAtMs: now(), cleared: true });
      noteOperation(23);
    },
    resetClock: () => changeClock(0, () => resetClock(clock, now())),
    stepClock: (byMs) => changeClock(21, () => stepClock(clock, now(), byMs)),
    stopClock: (forMs) => changeClock(0, () => stopClock(clock, now(), forMs)),
    setClock: (wallMs) => changeClock(22, () => setClock(clock, now(), wallMs)),
    counters: () => countersOf(terminal, operations.length, options.counters),
    operations: () => Buffer.concat(operations),
    disable(forMs) {
      disabled = { forMs, sinceMs: now() };
    },
    enable() {
      disabled = undefined;
    },
    isDisabled() {
      if (disabled?.forMs !== undefined && now() - disabled.sinceMs >= disabled.forMs) disabled = undefined;
      return disabled !== undefined;
    },
    touch() {
      if (disabled) disabled.sinceMs = now();
    },
    onPunch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };

  function writePunch(input: PunchInput, trueAtMs: number, announced: boolean): LedgerEntry | undefined {
    const user = users.byPin(input.pin) ?? users.enrol({ pin: input.pin });
    const shownWallMs = shownAt(clock, trueAtMs);
    const { pin, verifyMode = 1, punchState = 0, workCode = 0 } = input;
    const time = input.rawTime ?? packTime(shownWallMs);
    const bytes = log.append({ uid: user.uid, pin, verifyMode, punchState, workCode, time });
    if (!bytes) return undefined;
    const entry = { serial: options.serial, sequence, trueAtMs, pin, recordHex: bytes.toString('hex') };
    ledger.add(entry);
    sequence += 1;
    if (announced) {
      const event = { uid: user.uid, pin, verifyMode, punchState, workCode, shownWallMs };
      for (const listener of listeners) listener(event);
    }
    return entry;
  }

  function changeClock(operation: number, change: () => void): void {
    change();
    noteOperation(operation);
    options.onClockChange?.();
  }

  function noteOperation(operation: number): void {
    if (operations.length >= KEPT_OPERATIONS) operations.length = 0;
    operations.push(encodeOperation({ operation, time: packTime(terminal.shownMs()), parameters: [] }));
  }

  function rebuildFromLedger(): void {
    for (const line of ledger.historyOf(options.serial)) {
      if ('cleared' in line) log.clear();
      else {
        log.restore(Buffer.from(line.recordHex, 'hex'));
        if (!users.byPin(line.pin)) users.enrol({ pin: line.pin });
      }
      sequence = 'cleared' in line ? line.sequence : line.sequence + 1;
    }
  }

  rebuildFromLedger();
  return terminal;
}

function optionsOf(profile: Profile, options: TerminalOptions): Map<string, string> {
  return new Map(
    Object.entries({
      '~SerialNumber': options.serial,
      '~DeviceName': options.deviceName ?? profile.deviceName,
      '~Platform': options.platform ?? profile.platform,
      '~OS': '1',
      '~PIN2Width': String(profile.pinWidth),
      '~OEMVendor': 'Simulator',
      '~MaxAttLogCount': String(Math.floor((options.recordCapacity ?? profile.recordCapacity) / 10_000)),
      MAC: '00:17:61:00:00:01',
      // A terminal does not tell its comm key.
      ComKey: '',
      ...profile.options,
      ...options.options,
    }),
  );
}

function countersOf(terminal: Terminal, operations: number, fixed: Partial<Counters> | undefined): Counters {
  return {
    users: terminal.users.count,
    fingers: terminal.users.count,
    records: terminal.knobs.hidesRecordCount ? 0 : terminal.log.count,
    operationLog: operations,
    administrators: terminal.users.countWhere((user) => user.privilege >= 2),
    passwords: terminal.users.countWhere((user) => user.password !== ''),
    fingerCapacity: 3_000,
    userCapacity: 10_000,
    recordCapacity: terminal.log.capacity,
    faces: 0,
    faceCapacity: 400,
    ...fixed,
  };
}
