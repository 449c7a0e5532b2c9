/**
 * What pollers need from the rest of the house, as they ask for it. `src/gateway.ts` fills it in, so that nothing here
 * knows a queue, a table or a socket.
 */
import { burstSizes } from '../clock/aim.ts';
import type { ClockEvidence } from '../clock/model-types.ts';
import type { TerminalConfig } from '../config.ts';
import type { Log } from '../log.ts';
import type { Batch, LogCursor } from '../punch/batch.ts';
import type { HostClock, OpenTerminal } from '../zk/driver.ts';
import type { BellGate } from './bell-gate.ts';
import type { Place, SerialClaims } from './identity.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { Slots } from './slots.ts';
import type { StateBoard } from './states.ts';
import type { RunningTime } from './waiting.ts';

/** A host clock that knows how far the wall clock has left it; one that does not say is never left. */
export interface PollClock extends HostClock {
  /** How far the wall clock was stepped since this one was anchored, and for how long the machine slept, in milliseconds. */
  departure?(): { readonly steppedMs: number; readonly sleptMs: number };
}

/** The producing end of the queue. Errors are GerbangErrors QUEUE_UNAVAILABLE or QUEUE_FULL. */
export interface BatchQueue {
  /** Resolves once the queue has taken the batch for good. */
  enqueue(batch: Batch): Promise<void>;
  /** Batches of all terminals that wait. */
  depth(): Promise<number>;
}

/** Evidence about a clock, without the records that it wrote. */
export type ClockHistory = Pick<ClockEvidence, 'samples' | 'sets' | 'operations' | 'hostSteps'>;

/** What pollers read and note in the database. Errors are GerbangErrors; STORE_UNAVAILABLE means "go on from memory". */
export interface OfficeStore {
  readCursor(serial: string): Promise<LogCursor | null>;
  /** The stored records of the cursor's epoch from `base` to `next`, oldest first. */
  readStoredImage(cursor: LogCursor): Promise<Uint8Array>;
  /**
   * What is stored about a terminal's clock since an instant, in milliseconds UTC, oldest first. Left out: nothing is.
   */
  readClockHistory?(serial: string, sinceMs: number): Promise<ClockHistory>;
  /** The serial pinned at a place; null when none was learnt yet. */
  readPin(place: Place): Promise<string | null>;
  /** The serial that a person confirmed in the place of `expected`; `expected` itself where nobody did. */
  serialInPlaceOf?(place: Place, expected: string): Promise<string>;
  /**
   * Pins a serial at a place.
   *
   * @param configured a person wrote it into the configuration: it replaces what was learnt before
   * @returns what is pinned there now, and another configured place at which the same serial is pinned, or null; where
   * there is one, nothing should have been pinned: a stranger that is sent away must leave no trace
   */
  pin(
    place: Place,
    serial: string,
    configured: boolean,
  ): Promise<{ readonly pinned: string; readonly elsewhere: Place | null }>;
}

/** Bounds of all pollers of a gateway. */
export interface PollBounds {
  readonly recordsPerBatch: number;
  /** Batches of one terminal that may be outstanding. */
  readonly batchesPerTerminal: number;
  /** Batches of all terminals in the queue, past which pollers wait. */
  readonly maxWaiting: number;
  /** Sessions of one office at the same time. */
  readonly sessionsPerOffice: number;
  /** The longest a poll may take, in milliseconds. */
  readonly pollDeadlineMs: number;
  /** Between two addresses when a terminal is looked for, in milliseconds. */
  readonly searchSpacingMs: number;
  /** Questions to a clock at first contact and once an hour. */
  readonly bursts: { readonly firstContact: number; readonly hourly: number };
}

/** What holds where nobody says otherwise. */
export const defaultPollBounds: PollBounds = {
  recordsPerBatch: 2_000,
  batchesPerTerminal: 8,
  maxWaiting: 5_000,
  sessionsPerOffice: 4,
  pollDeadlineMs: 600_000,
  searchSpacingMs: 1_000,
  bursts: burstSizes,
};

/** Whole reads hold a whole log in memory: so many at once in one office, and in the gateway. */
export const wholeReadBounds = { perOffice: 2, perGateway: 16 } as const;

/** Everything the pollers of one gateway share. */
export interface OfficeMeans {
  readonly drivers: Readonly<Record<TerminalConfig['driver'], OpenTerminal>>;
  readonly queue: BatchQueue;
  readonly store: OfficeStore;
  readonly leases: LeaseKeeper;
  readonly states: StateBoard;
  readonly claims: SerialClaims;
  /** Whether some office has a terminal at this `host:port`: nobody is looked for there. */
  isConfigured(address: string): boolean;
  /** A person said that this terminal rests: it is not polled. Left out: none does. */
  isPaused?(place: Place): boolean;
  /** When bells lead to polls. Left out: at once. */
  readonly bells?: Pick<BellGate, 'ring' | 'began' | 'ended'>;
  /** Turns for whole reads, over all offices. */
  readonly wholeReads: Slots;
  readonly bounds: PollBounds;
  /** A host clock for one session: anchored when it begins, so that it cannot be stepped in the middle. */
  newHostClock(): PollClock;
  /** How far the host may be from UTC now, in milliseconds; null, or left out, where nobody knows. */
  hostErrorMs?(): number | null;
  /** Paces, deadlines and ages are counted in it. */
  readonly time: RunningTime;
  /** Waits for the tick at which a clock is asked. Ends when `signal` is aborted; never rejects. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
  /** Keeps the bytes of a log whose record layout could not be proven: they are not lost with the error. Never throws. */
  keepUnproven(place: Place, recordBytes: Uint8Array): void;
  /** A batch id that was never given before. */
  newBatchId(): string;
  /** Uniform in [0, 1). */
  random(): number;
  readonly log: Log;
}
