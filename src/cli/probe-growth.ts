/** How fast a log grows, read from its own end. */
import { type DeviceTime, deviceMsOf } from '../clock/device-time.ts';

const dayMs = 86_400_000;

/** A shorter stretch says what one morning was like, not what a week is. */
const shortestSpanMs = 3 * dayMs;

/** Records older than this were written by another life of the terminal, or with a reset clock. */
const longestSpanMs = 400 * dayMs;

/** How far ahead of its own clock a record may lie and still be believed. */
const aheadMs = dayMs;

/** Fewer records are an accident, not a rate. */
const fewestRecords = 10;

/**
 * Records a day.
 *
 * @param times of the records at the end of the log, oldest first
 * @param shown the terminal's clock now, to which the quiet days since the last record count as well
 * @returns null when the records do not tell
 */
export function recordsPerDay(times: readonly DeviceTime[], shown: DeviceTime): number | null {
  const nowMs = deviceMsOf(shown);
  if (nowMs === null) return null;
  const believed = times
    .map((time, index) => ({ index, atMs: deviceMsOf(time) }))
    .filter(({ atMs }) => atMs !== null && atMs >= nowMs - longestSpanMs && atMs <= nowMs + aheadMs);
  const first = believed.at(0);
  const last = believed.at(-1);
  if (first?.atMs == null || last?.atMs == null || believed.length < fewestRecords) return null;
  const spanMs = Math.max(nowMs, last.atMs) - first.atMs;
  return spanMs < shortestSpanMs ? null : ((last.index - first.index) * dayMs) / spanMs;
}

/**
 * Whole days until the log is full.
 *
 * @returns null when growth or capacity is not known, or nothing is written
 */
export function daysToFull(perDay: number | null, records: number | null, capacity: number | null): number | null {
  if (perDay === null || perDay <= 0 || records === null || capacity === null || capacity === 0) return null;
  return Math.floor(Math.max(0, capacity - records) / perDay);
}
