/**
 * The wall clock of a terminal: calendar fields with one-second resolution and no zone.
 *
 * Never a `Date`: a terminal can write 31 February, and a `Date` would turn it into a punch on another day
 * (docs/protocol.md, "Packed time").
 */

/** Calendar fields exactly as a terminal wrote them. They may name a date that does not exist. */
export interface DeviceTime {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

/** True when the fields name a date and a time that exist in the calendar. */
export function isPossible(time: DeviceTime): boolean {
  const { year, month, day, hour, minute, second } = time;
  if (month < 1 || month > 12 || day < 1 || hour < 0 || hour > 23) return false;
  if (minute < 0 || minute > 59 || second < 0 || second > 59) return false;
  return day <= 28 || day <= new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/**
 * The reading as milliseconds since 1970 **as if the wall clock showed UTC**: a number to compute with, not an instant.
 *
 * @returns milliseconds, or `null` when the date cannot exist
 */
export function deviceMsOf(time: DeviceTime): number | null {
  if (!isPossible(time)) return null;
  return Date.UTC(time.year, time.month - 1, time.day, time.hour, time.minute, time.second);
}

/**
 * Inverse of {@link deviceMsOf}.
 *
 * @param deviceMs milliseconds since 1970 as if the wall clock showed UTC; the fraction of a second is cut off
 */
export function deviceTimeFromMs(deviceMs: number): DeviceTime {
  const date = new Date(Math.floor(deviceMs / 1000) * 1000);
  return {
    year: date.getUTCFullYear(),
    month: date.getUTCMonth() + 1,
    day: date.getUTCDate(),
    hour: date.getUTCHours(),
    minute: date.getUTCMinutes(),
    second: date.getUTCSeconds(),
  };
}

/** `YYYY-MM-DDTHH:MM:SS` exactly as the terminal wrote it, impossible dates included. */
export function formatDeviceTime(time: DeviceTime): string {
  const two = (value: number): string => String(value).padStart(2, '0');
  const date = `${String(time.year).padStart(4, '0')}-${two(time.month)}-${two(time.day)}`;
  return `${date}T${two(time.hour)}:${two(time.minute)}:${two(time.second)}`;
}
