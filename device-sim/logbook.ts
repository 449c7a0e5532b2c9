import { shownAt } from './clock.ts';
import { packTime } from './codec/packed-time.ts';
import type { LedgerEntry } from './ledger.ts';
import { OPERATION } from './operations.ts';
import { strayStamp } from './stamps.ts';
import type { Holdings } from './terminal.ts';

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

/** What live listeners are told. */
export type AttendanceEvent = Required<Omit<PunchInput, 'rawTime'>> & { uid: number; shownWallMs: number };

/** What writes to the log, and with it to the ledger. */
export type Logbook = {
  /**
   * A person punches now. An unknown pin is enrolled first.
   *
   * @returns the truth, or undefined when the terminal refused: disabled by a client, or its log is full
   */
  punch(input: PunchInput): LedgerEntry | undefined;
  /** Writes history: `count` punches by the users in turn, the last at `untilMs`, one every `everyMs` before it. */
  fillLog(options: { count: number; everyMs?: number; untilMs?: number }): void;
  clearLog(): void;
  /** @returns how to stop listening */
  onPunch(listener: (event: AttendanceEvent) => void): () => void;
};

/** Rebuilds the log from the ledger, and goes on from there. */
export function logbookOf(holdings: Holdings): Logbook {
  const { serial, log, ledger, users, clock, now } = holdings;
  const listeners = new Set<(event: AttendanceEvent) => void>();
  const pins = users.pins();
  let sequence = restoreFrom(holdings);

  function write(input: PunchInput, trueAtMs: number): LedgerEntry | undefined {
    const { pin, verifyMode = 1, punchState = 0, workCode = 0 } = input;
    const { uid } = users.byPin(pin) ?? users.enrol({ pin });
    const time = input.rawTime ?? packTime(shownAt(clock, trueAtMs));
    const bytes = log.append({ uid, pin, verifyMode, punchState, workCode, time });
    if (!bytes) return undefined;
    const entry = { serial, sequence, trueAtMs, pin, recordHex: bytes.toString('hex') };
    ledger.add(entry);
    sequence += 1;
    return entry;
  }

  function announce({ pin, verifyMode = 1, punchState = 0, workCode = 0 }: PunchInput, atMs: number): void {
    const uid = users.byPin(pin)?.uid ?? 0;
    const event = { uid, pin, verifyMode, punchState, workCode, shownWallMs: shownAt(clock, atMs) };
    for (const listener of listeners) listener(event);
  }

  return {
    punch(input) {
      if (holdings.isDisabled()) return undefined;
      const atMs = now();
      const rawTime = input.rawTime ?? strayStamp(holdings.faults);
      const entry = write(rawTime === undefined ? input : { ...input, rawTime }, atMs);
      if (entry) announce(input, atMs);
      return entry;
    },
    fillLog({ count, everyMs = 30_000, untilMs = now() }) {
      for (let at = 0; at < count; at += 1) {
        const pin = pins[at % pins.length] ?? '1';
        write({ pin, punchState: at % 2 }, untilMs - (count - 1 - at) * everyMs);
      }
    },
    clearLog() {
      log.clear();
      ledger.add({ serial, sequence, trueAtMs: now(), cleared: true });
      holdings.operations.note(OPERATION.logCleared, shownAt(clock, now()));
    },
    onPunch(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

/** @returns the sequence of the next punch */
function restoreFrom({ serial, ledger, log, users }: Holdings): number {
  let sequence = 0;
  for (const line of ledger.historyOf(serial)) {
    if ('cleared' in line) {
      log.clear();
      sequence = line.sequence;
    } else {
      log.restore(Buffer.from(line.recordHex, 'hex'));
      if (!users.byPin(line.pin)) users.enrol({ pin: line.pin });
      sequence = line.sequence + 1;
    }
  }
  return sequence;
}
