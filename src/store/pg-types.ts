/**
 * How values come out of Postgres. Set per connection, never globally, and without the driver's own guesses: it would
 * read a `timestamp` in the zone of this process and cut a `bigint` to a string.
 */
import pg from 'pg';

/** OIDs of the types that are not left to the driver (`select oid, typname from pg_type`). */
const readers = new Map<number, (text: string) => unknown>([
  [20, readInt8],
  [1082, String],
  [1114, String],
  [1184, readInstant],
]);

/** For `pg.ClientConfig.types`: bigint → number, timestamptz → milliseconds UTC, timestamp and date → text as stored. */
export const pgTypes: pg.CustomTypesConfig = {
  getTypeParser(oid: number, format?: 'text' | 'binary') {
    return readers.get(oid) ?? pg.types.getTypeParser(oid, format);
  },
};

function readInt8(text: string): number {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
}

const instantPattern = /^(\d{4,6}-\d\d-\d\d) (\d\d:\d\d:\d\d)(\.\d+)?([+-]\d\d)(?::?(\d\d))?$/;

/**
 * An instant as milliseconds UTC; `'-infinity'` (an unknown earliest) is `-Infinity`, `'infinity'` is `Infinity`.
 *
 * @throws RangeError for what is no instant of our era: better no row than a wrong one
 */
export function readInstant(text: string): number {
  if (text === '-infinity') return -Infinity;
  if (text === 'infinity') return Infinity;
  const found = instantPattern.exec(text);
  if (found === null) throw new RangeError(`not an instant: ${text}`);
  const [, date = '', time = '', fraction = '', hours = '', minutes = '00'] = found;
  // Years past 9999 carry a sign and six digits in the format Date.parse knows.
  const isoDate = date.length > 10 ? `+${date.padStart(12, '0')}` : date;
  const wholeMs = Date.parse(`${isoDate}T${time}${hours}:${minutes}`);
  return wholeMs + Math.floor(Number(`0${fraction}`) * 1000);
}

/** Milliseconds UTC as a `timestamptz` literal, the inverse of {@link readInstant}. */
export function instantText(ms: number): string {
  if (ms === -Infinity) return '-infinity';
  if (ms === Infinity) return 'infinity';
  return new Date(ms).toISOString();
}
