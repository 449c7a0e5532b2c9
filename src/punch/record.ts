/**
 * The words of the domain, as types. See docs/data.md for the same words as tables.
 *
 * - **punch**: one record of a terminal's log, exactly as the terminal wrote it.
 * - **epoch**: one unbroken life of a terminal's log; a cleared or rewritten log starts the next one.
 * - **ordinal**: position of a record in its epoch, counted from 0, never reused.
 * - **pin**: the user id on the terminal. Not a person: the same pin can be another person elsewhere or later.
 * - **attendance**: a punch with its corrected instant and, once mapped, its person.
 */
import type { DeviceTime } from '../clock/device-time.ts';

/** Byte layouts of a log record that Gerbang can prove and decode (docs/protocol.md, "Attendance records"). */
export type RecordLayout = 'zk8' | 'zk16' | 'zk40';

/** One log record, decoded; `raw` is the evidence and everything else is read from it. */
export interface PunchRecord {
  /** The record's own bytes, unchanged. */
  readonly raw: Uint8Array;
  /** User id as printed on the terminal, control characters removed for display; `raw` keeps the truth. */
  readonly pin: string;
  /** The terminal's internal user index, where the layout has one. It may be stale. */
  readonly uid: number | null;
  /** The packed time as the terminal wrote it, unsigned 32 bit. */
  readonly deviceTimeRaw: number;
  /** The packed time's fields; may name a date that does not exist. */
  readonly deviceTime: DeviceTime;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
}
