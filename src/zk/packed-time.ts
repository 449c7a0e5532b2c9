/**
 * The two ways terminals write their wall clock (docs/protocol.md, "Packed time").
 *
 * Both carry local time without a zone. Every month has 31 slots, so a reading can name 31 February; it is passed on as
 * it is, because turning it into a nearby date would move somebody's punch to another day.
 */
import type { DeviceTime } from '../clock/device-time.ts';

const secondsPerDay = 86_400;
const firstYear = 2000;

/** Last year the 32-bit form can hold whole: 2133 ends in August. */
const lastYear = 2132;

/**
 * Fields of a packed time.
 *
 * @param packed unsigned 32 bit
 */
export function unpackTime(packed: number): DeviceTime {
  const minutes = Math.floor(packed / 60);
  const hours = Math.floor(minutes / 60);
  const days = Math.floor(hours / 24);
  const months = Math.floor(days / 31);
  return {
    year: firstYear + Math.floor(months / 12),
    month: (months % 12) + 1,
    day: (days % 31) + 1,
    hour: hours % 24,
    minute: minutes % 60,
    second: packed % 60,
  };
}

/**
 * Packs fields into the 32-bit form.
 *
 * @throws RangeError when a field lies outside its slot (year 2000…2132, month 1…12, day 1…31, …)
 */
export function packTime(time: DeviceTime): number {
  const inSlots =
    within(time.year, firstYear, lastYear) &&
    within(time.month, 1, 12) &&
    within(time.day, 1, 31) &&
    within(time.hour, 0, 23) &&
    within(time.minute, 0, 59) &&
    within(time.second, 0, 59);
  if (!inSlots) throw new RangeError('This time has no packed form: the clock of a terminal counts from 2000 to 2132.');
  const days = ((time.year - firstYear) * 12 + (time.month - 1)) * 31 + (time.day - 1);
  return days * secondsPerDay + time.hour * 3600 + time.minute * 60 + time.second;
}

function within(value: number, low: number, high: number): boolean {
  return Number.isInteger(value) && value >= low && value <= high;
}

/**
 * Packed form of a host instant as UTC, to compare with terminals' times.
 *
 * @param atMs UTC milliseconds
 */
export function packedFromMs(atMs: number): number {
  const date = new Date(atMs);
  return packTime({
    year: Math.min(Math.max(date.getUTCFullYear(), firstYear), lastYear),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  });
}

/**
 * Fields of the six-byte form used in live events: year − 2000, month, day, hour, minute, second.
 *
 * @throws RangeError when fewer than six bytes follow `at`
 */
export function readEventTime(bytes: Uint8Array, at: number): DeviceTime {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return {
    year: firstYear + view.getUint8(at),
    month: view.getUint8(at + 1),
    day: view.getUint8(at + 2),
    hour: view.getUint8(at + 3),
    minute: view.getUint8(at + 4),
    second: view.getUint8(at + 5),
  };
}
