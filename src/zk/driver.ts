/**
 * What the rest of Gerbang may ask of a terminal. `src/zk/terminal.ts` answers it with our own protocol code; a second
 * driver answers the same questions, so pollers and the command line know only this page.
 */
import type { DeviceTime } from '../clock/device-time.ts';
import type { GerbangError } from '../errors.ts';
import type { RecordLayout } from '../punch/record.ts';
import type { QuirkName } from './quirks.ts';

/** Host time: UTC milliseconds from a monotonic clock anchored to the wall clock, so that it never runs backwards. */
export interface HostClock {
  nowMs(): number;
}

/** How to reach one terminal. All durations in milliseconds. */
export interface TerminalTarget {
  readonly host: string;
  readonly port: number;
  /** 0…999999. Never logged, never part of an error. */
  readonly commKey?: number | undefined;
  /** Wait for the TCP connection. Default 5,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Wait for one reply. Default 10,000. */
  readonly replyTimeoutMs?: number | undefined;
  /** Wait for the reply to "prepare": the terminal walks its whole log. Default 60,000. */
  readonly prepareTimeoutMs?: number | undefined;
  /** Upper bound for the whole session. Default 600,000. */
  readonly sessionTimeoutMs?: number | undefined;
  /**
   * Default `tcp`. `auto` tries TCP and, where nothing accepts, UDP; what worked is remembered for this address as long
   * as the process lives.
   */
  readonly transport?: 'tcp' | 'udp' | 'auto' | undefined;
  /** Peculiarities this terminal is known to have; none by default. */
  readonly quirks?: readonly QuirkName[] | undefined;
  /** Sees every packet, for captures. */
  readonly tap?: WireTap | undefined;
  /** Given the log's bytes when no layout could be proven, so that they are not lost with the error. */
  readonly keepUnproven?: ((recordBytes: Uint8Array) => void) | undefined;
}

/** Sees every packet (header and payload) of a session. The bytes must not be changed. */
export interface WireTap {
  sent(packet: Uint8Array): void;
  received(packet: Uint8Array): void;
}

/** A live event: a hint that the log has grown. The log is the truth, so a lost or doubled bell costs nothing. */
export interface Bell {
  /** Host time when the event had arrived, in milliseconds UTC. */
  readonly receivedAtMs: number;
  /** The terminal's event number: 1 for a punch. */
  readonly event: number;
  /** The terminal's clock in a punch event whose layout is known; null otherwise. */
  readonly deviceTime: DeviceTime | null;
}

/** Outcome of asking whether a terminal can select by time: `unclear` when it says "nothing" for the window. */
export type TimeFilterProbe = 'answered' | 'refused' | 'unclear';

/** Who the machine says it is. Texts are cleaned of control characters; absent answers are null. */
export interface TerminalIdentity {
  readonly serial: string;
  readonly deviceName: string | null;
  readonly platform: string | null;
  readonly firmware: string | null;
}

/** The terminal's own counters (command 50). Null where its reply was too short to hold the field. */
export interface TerminalCounters {
  readonly users: number | null;
  readonly records: number | null;
  readonly recordCapacity: number | null;
  readonly operations: number | null;
}

/** One clock reading: the terminal showed `deviceTime` at some instant between the two host times. */
export interface ClockReading {
  readonly deviceTime: DeviceTime;
  readonly sentAtMs: number;
  readonly receivedAtMs: number;
}

/** A read of the log, whole or its end. Always complete: an incomplete read is an error, never a shorter result. */
export interface LogRead {
  readonly layout: RecordLayout;
  readonly strideBytes: number;
  /** Records in the terminal's log when it was prepared. */
  readonly totalRecords: number;
  /** Index (from 0, oldest first) of the first record in `bytes`; 0 for a whole read. */
  readonly firstIndex: number;
  /** Whole records, oldest first. */
  readonly bytes: Uint8Array;
  /** Host time just before "prepare" was sent: a record absent from this read was written after it. */
  readonly preparedAtMs: number;
  /** Host time when the last byte had arrived: every record in `bytes` was written before it. */
  readonly completedAtMs: number;
  /** Payload and frame bytes that left the terminal for this read. */
  readonly bytesReceived: number;
}

/** What is known before a tail read, so that the layout needs no new proof. */
export interface TailRequest {
  readonly layout: RecordLayout;
  readonly strideBytes: number;
  /** Index of the first wanted record, overlap included. */
  readonly firstIndex: number;
}

/** One line of a terminal's operation log. Who did it and to whom is not passed on. */
export interface Operation {
  /** Code as the terminal wrote it; what it means is known for some models only. */
  readonly operation: number;
  readonly deviceTime: DeviceTime;
}

/** Which end of the operation log is wanted: from an index on (0 is the oldest entry), but no more than the newest few. */
export interface OperationRequest {
  readonly fromIndex: number;
  readonly atMost: number;
}

/** The end of the operation log. Complete from `firstIndex` on. */
export interface OperationLogRead {
  /** Entries in the terminal's operation log when it was prepared. */
  readonly totalEntries: number;
  /** Index of the first of `entries`. */
  readonly firstIndex: number;
  readonly entries: readonly Operation[];
  /** Host time just before "prepare" was sent: an entry absent from this read was written after it. */
  readonly preparedAtMs: number;
  /** Host time when the last byte had arrived: every entry was written before it. */
  readonly completedAtMs: number;
}

/** An open conversation with one terminal: one command in flight, EXIT on every path. */
export interface TerminalSession {
  /** What the session runs on; tells a caller of `auto` which one worked. */
  readonly transport: 'tcp' | 'udp';
  identify(): Promise<TerminalIdentity>;
  readCounters(): Promise<TerminalCounters>;
  readClock(): Promise<ClockReading>;
  /** Sets the terminal's wall clock. The caller decides whether it may (docs/operations.md, "Setting clocks"). */
  setClock(deviceTime: DeviceTime): Promise<void>;
  /** One option, or null when the terminal does not know the key. */
  readOption(key: string): Promise<string | null>;
  /**
   * The whole log, its layout proven from counter, prefix, divisibility and plausibility.
   *
   * @param onProgress called with bytes received so far and bytes expected
   * @throws GerbangError READ_INCOMPLETE, READ_CONTRADICTS_COUNTER, READ_LAYOUT_UNPROVEN, READ_TOO_LARGE, …
   */
  readLog(onProgress?: (receivedBytes: number, expectedBytes: number) => void): Promise<LogRead>;
  /**
   * The end of the log from `firstIndex` on; an empty `bytes` when the log is not longer than that.
   *
   * @returns null when the terminal refuses partial reads or its log no longer fits the request: read it all
   */
  readTail(request: TailRequest): Promise<LogRead | null>;
  /**
   * Printed user ids by internal user index, for logs of layout `zk8` whose records hold only the index. Indexes are
   * given to other people after a deletion, so read this together with the log. Passwords, cards and names are dropped
   * unread.
   */
  readPins(): Promise<ReadonlyMap<number, string>>;
  /**
   * Bytes of one record of the user table, from the table's announced size and the terminal's own count; null where
   * these two do not give a known size. No user is read, except that a table below 1 KB arrives whole and is wiped.
   */
  readUserRecordBytes(): Promise<number | null>;
  /**
   * What was done to the terminal, oldest first.
   *
   * @throws GerbangError ZK_UNSUPPORTED, ZK_REFUSED, READ_TOO_LARGE, READ_LAYOUT_UNPROVEN, READ_CONTRADICTS_COUNTER where
   * it is not to be had; the session goes on
   */
  readOperations(request: OperationRequest): Promise<OperationLogRead>;
  /** Asks whether the log can be read by time window (command 10004). Reads no records. */
  probeTimeFilter(from: DeviceTime, to: DeviceTime): Promise<TimeFilterProbe>;
  /**
   * Registers for live events. Other requests may go on meanwhile. After `silenceMs` without a byte (default 60,000) the
   * terminal is asked for its time and the registration repeated, because a restarted terminal keeps silent. The session
   * still ends after `sessionTimeoutMs`.
   *
   * @param onBell called for every event, also doubled ones; must not throw
   * @param onLost called once when the session ends by anything but `close`
   * @throws GerbangError ZK_REFUSED, ZK_UNSUPPORTED where the terminal has no live events
   */
  listen(onBell: (bell: Bell) => void, onLost: (error: GerbangError) => void, silenceMs?: number): Promise<void>;
  /** Sends EXIT and closes. Never throws; safe to call twice. */
  close(): Promise<void>;
}

/** Opens a session: connect, comm key if asked for. */
export type OpenTerminal = (target: TerminalTarget, clock: HostClock) => Promise<TerminalSession>;
