/**
 * A terminal of a world, and its ledger: what people truly did, what its log holds of it, and what it showed. No wire: the
 * gateway talks to it in the words of `TerminalSession` (session.ts).
 */
import {
  type ClockOptions,
  type ClockState,
  createClock,
  resetClock,
  shownAt,
  stepClock,
  stopClock,
} from '../../device-sim/clock.ts';
import { packTime } from '../../device-sim/codec/packed-time.ts';
import { encodeRecord } from '../../device-sim/codec/record.ts';
import { deviceTimeFromMs } from '../../src/clock/device-time.ts';
import type { RecordLayout } from '../../src/punch/record.ts';
import type { Operation } from '../../src/zk/driver.ts';
import type { Kernel } from './kernel.ts';

/** What a terminal does when its log is full. */
export type WhenFull = 'refuse' | 'ring' | { readonly dropOldest: number };

export interface TerminalPlan {
  readonly serial: string;
  readonly layout: '8' | '16' | '40' | '49';
  readonly capacity: number;
  readonly whenFull: WhenFull;
  /** Firmware that hands out its log whole or not at all. */
  readonly refusesTails: boolean;
  /** Says that it holds nothing, whatever it holds. */
  readonly countsNothing: boolean;
  readonly hasLiveEvents: boolean;
  readonly clock: ClockOptions;
  readonly roundTripMs: number;
  /** Time to send one record. */
  readonly recordMs: number;
}

/** One true punch. */
export interface Deed {
  readonly serial: string;
  readonly madeAtMs: number;
  readonly hex: string;
  /** When it left the terminal's log; null while it is there. */
  goneAtMs: number | null;
}

/** Ways in which a conversation goes wrong, as chances between 0 and 1, for as long as they are set. */
export interface Weather {
  readonly refuse: number;
  readonly hang: number;
  readonly cut: number;
  readonly short: number;
  readonly miscount: number;
  /** Times slower. */
  readonly slow: number;
}

export const fairWeather: Weather = { refuse: 0, hang: 0, cut: 0, short: 0, miscount: 0, slow: 1 };

interface Entry {
  bytes: Buffer;
  readonly deed: Deed;
}

export interface WorldTerminal {
  readonly plan: TerminalPlan;
  /** Another machine may stand at its address, with another serial and a log of its own. */
  serial: string;
  weather: Weather;
  readonly clock: ClockState;
  readonly ledger: Deed[];
  /** Contents that no person made: a record changed in place. */
  readonly forged: Set<string>;
  punch(pin: string): void;
  records(): readonly Buffer[];
  clear(): void;
  /** One byte of a record changes, as failing flash does. */
  spoil(position: number, byteAt: number): void;
  /** Its flash is not mounted: it answers with the beginning of its log only. Null ends it. */
  hideAllBut(records: number | null): void;
  /** Whether it ever did. */
  everHid(): boolean;
  isOnline(): boolean;
  setOnline(online: boolean): void;
  /** All sessions end; a session of before is dead. */
  restart(): void;
  /** Grows with each restart and each loss of the line. */
  life(): number;
  readonly operations: readonly Operation[];
  noteOperation(operation: number): void;
  stepClock(byMs: number): void;
  resetClock(): void;
  stopClock(forMs: number): void;
  /** Bells of open sessions. */
  readonly listeners: Set<() => void>;
  /** Sessions that are open, by the name of who opened them. */
  readonly openedBy: Map<object, string>;
  shownMs(): number;
}

export const strideOf = (layout: TerminalPlan['layout']): number => Number(layout);
export const layoutOf = (layout: TerminalPlan['layout']): RecordLayout =>
  layout === '8' ? 'zk8' : layout === '16' ? 'zk16' : 'zk40';

export function createWorldTerminal(kernel: Kernel, plan: TerminalPlan): WorldTerminal {
  const log: Entry[] = [];
  const operations: Operation[] = [];
  const strangers = Array.from({ length: 9 }, (_, index) =>
    recordOf(plan, '9', kernel.nowMs() + index * 60_000, index),
  );
  const listeners = new Set<() => void>();
  let written = 0;
  let hidden: number | null = null;
  let everHid = false;
  let online = true;
  let life = 0;
  const gone = (entries: readonly Entry[]): void => {
    for (const { deed } of entries) deed.goneAtMs ??= kernel.nowMs();
  };
  const cutAll = (): void => {
    life += 1;
    listeners.clear();
    terminal.openedBy.clear();
  };

  const terminal: WorldTerminal = {
    plan,
    serial: plan.serial,
    weather: fairWeather,
    clock: createClock(plan.clock, kernel.nowMs()),
    ledger: [],
    forged: new Set(),
    listeners,
    openedBy: new Map(),
    punch(pin) {
      const isFull = log.length >= plan.capacity;
      // Nobody can punch at a terminal that refuses: what it did not write is not its to lose.
      if (isFull && plan.whenFull === 'refuse') return;
      const bytes = recordOf(plan, pin, terminal.shownMs(), written);
      const deed: Deed = { serial: plan.serial, madeAtMs: kernel.nowMs(), hex: bytes.toString('hex'), goneAtMs: null };
      terminal.ledger.push(deed);
      if (isFull && plan.whenFull === 'ring') {
        const at = written % plan.capacity;
        gone(log.slice(at, at + 1));
        log[at] = { bytes, deed };
      } else {
        if (isFull && typeof plan.whenFull === 'object') gone(log.splice(0, plan.whenFull.dropOldest));
        log.push({ bytes, deed });
      }
      written += 1;
      kernel.note(plan.serial, `punch ${deed.hex.slice(0, 16)}`);
      for (const ring of listeners) ring();
    },
    records() {
      if (terminal.serial !== plan.serial) return strangers;
      return (hidden === null ? log : log.slice(0, hidden)).map(({ bytes }) => bytes);
    },
    clear() {
      kernel.note(plan.serial, `cleared of ${log.length}`);
      gone(log.splice(0));
      written = 0;
    },
    spoil(position, byteAt) {
      const entry = log[position];
      if (entry === undefined) return;
      gone([entry]);
      entry.bytes = Buffer.from(entry.bytes);
      entry.bytes.writeUInt8(entry.bytes.readUInt8(byteAt) ^ 1, byteAt);
      terminal.forged.add(entry.bytes.toString('hex'));
      kernel.note(plan.serial, `record ${position} spoiled`);
    },
    hideAllBut(records) {
      hidden = records;
      everHid = true;
      kernel.note(plan.serial, `shows ${records ?? 'all'}`);
    },
    everHid: () => everHid,
    isOnline: () => online,
    setOnline(next) {
      if (online && !next) cutAll();
      online = next;
      kernel.note(plan.serial, online ? 'online' : 'offline');
    },
    operations,
    noteOperation: (operation) => void operations.push({ operation, deviceTime: deviceTimeFromMs(terminal.shownMs()) }),
    restart() {
      kernel.note(plan.serial, 'restarts');
      cutAll();
      terminal.noteOperation(0);
    },
    life: () => life,
    stepClock(byMs) {
      stepClock(terminal.clock, kernel.nowMs(), byMs);
      terminal.noteOperation(21);
    },
    resetClock: () => resetClock(terminal.clock, kernel.nowMs()),
    stopClock: (forMs) => stopClock(terminal.clock, kernel.nowMs(), forMs),
    shownMs: () => shownAt(terminal.clock, kernel.nowMs()),
  };
  return terminal;
}

function recordOf({ layout }: TerminalPlan, pin: string, shownMs: number, index: number): Buffer {
  const uid = Number(pin) % 65_536;
  const time = packTime(shownMs);
  return encodeRecord(layout, { uid, pin, verifyMode: 1, punchState: 0, workCode: 0, time, index });
}
