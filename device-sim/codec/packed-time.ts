/**
 * Time on the wire. In this simulator a terminal's wall time is a plain number of milliseconds, counted as if the
 * wall clock were UTC, so that no host time zone can touch it. docs/protocol.md, "Packed time".
 */

const SECONDS_A_DAY = 86_400;

/** 2000-01-01 00:00:00 on the wall: where a terminal's calendar begins and a dead clock starts again. */
export const WALL_ZERO_MS = Date.UTC(2000, 0, 1);

/** Packs wall time into the u32 of records and clock commands, floored to the second and held within the calendar. */
export function packTime(wallMs: number): number {
  const wall = new Date(Math.max(wallMs, WALL_ZERO_MS));
  const days = (wall.getUTCFullYear() - 2000) * 12 * 31 + wall.getUTCMonth() * 31 + wall.getUTCDate() - 1;
  const second = wall.getUTCHours() * 3600 + wall.getUTCMinutes() * 60 + wall.getUTCSeconds();
  return Math.min(days * SECONDS_A_DAY + second, 0xffff_ffff);
}

/** Reads a packed time as wall milliseconds; undefined for a date no calendar has, such as 31 February. */
export function unpackTime(packed: number): number | undefined {
  const second = packed % SECONDS_A_DAY;
  const slot = Math.floor(packed / SECONDS_A_DAY);
  const day = (slot % 31) + 1;
  const month = Math.floor(slot / 31) % 12;
  const year = Math.floor(slot / (31 * 12)) + 2000;
  const midnightMs = Date.UTC(year, month, day);
  return new Date(midnightMs).getUTCDate() === day ? midnightMs + second * 1000 : undefined;
}

/** The six bytes events carry: year since 2000, month 1–12, day, hour, minute, second. */
export function encodeEventTime(wallMs: number): Buffer {
  const wall = new Date(Math.max(wallMs, WALL_ZERO_MS));
  return Buffer.from([
    (wall.getUTCFullYear() - 2000) & 0xff,
    wall.getUTCMonth() + 1,
    wall.getUTCDate(),
    wall.getUTCHours(),
    wall.getUTCMinutes(),
    wall.getUTCSeconds(),
  ]);
}
