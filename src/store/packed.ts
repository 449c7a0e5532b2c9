/**
 * Many rows of numbers as one value: each row as bytes of a fixed length, joined by the database. Reading a million rows
 * as text takes longer than everything that is done with them afterwards.
 */
import { sql } from 'kysely';

/** Microseconds between 1970 and 2000, where Postgres counts from in its binary form. */
const epochMicros = 946_684_800_000_000;
const twoTo32 = 4_294_967_296;

/** Reads packed rows, field after field. */
export interface PackedReader {
  /** True while a row is left. */
  more(): boolean;
  /** `int8send`; null for the smallest of all numbers, which stands for null. */
  int8(): number | null;
  /** `timestamptz_send`, or `timestamp_send` for a wall clock taken as UTC: milliseconds since 1970, microseconds as their fraction; null as of `int8`. */
  instant(): number | null;
  /** `float8send`; null for NaN. */
  float8(): number | null;
  /** Text of a fixed length, padded with spaces on the right. */
  word(bytes: number): string;
}

/** @param bytes whole rows; null when there are none */
export function unpack(bytes: Buffer | null): PackedReader {
  const packed = bytes ?? Buffer.alloc(0);
  let at = 0;
  const next = (): readonly [high: number, low: number] => {
    at += 8;
    return [packed.readInt32BE(at - 8), packed.readUInt32BE(at - 4)];
  };
  return {
    more: () => at < packed.length,
    int8() {
      const [high, low] = next();
      return isNull(high, low) ? null : high * twoTo32 + low;
    },
    instant() {
      const [high, low] = next();
      if (isNull(high, low)) return null;
      // Postgres keeps its infinities at both ends.
      if (high === -0x80000000 && low === 0) return Number.NEGATIVE_INFINITY;
      if (high === 0x7fffffff && low === 0xffffffff) return Number.POSITIVE_INFINITY;
      return (high * twoTo32 + low + epochMicros) / 1000;
    },
    float8() {
      at += 8;
      const value = packed.readDoubleBE(at - 8);
      return Number.isNaN(value) ? null : value;
    },
    word(length) {
      at += length;
      return packed.toString('latin1', at - length, at).trimEnd();
    },
  };
}

/** One above the smallest number, which is the database's own `-infinity`. */
function isNull(high: number, low: number): boolean {
  return high === -0x80000000 && low === 1;
}

/** What stands for null in a field of eight bytes, as SQL. */
export const packedNull = sql`'\\x8000000000000001'::bytea`;
