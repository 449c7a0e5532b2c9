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
 * An instant as milliseconds UTC, microseconds as its fraction; `'-infinity'` (an unknown earliest) is `-Infinity`.
 *
 * @throws RangeError for what is no instant of our era: better no row than a wrong one
 */
export function readInstant(text: string): number {
  if (text === '-infinity') return Number.NEGATIVE_INFINITY;
  if (text === 'infinity') return Number.POSITIVE_INFINITY;
  const found = instantPattern.exec(text);
  if (found === null) throw new RangeError(`not an instant: ${text}`);
  const [, date = '', time = '', fraction = '', hours = '', minutes = '00'] = found;
  // Years past 9999 carry a sign and six digits in the format Date.parse knows.
  const isoDate = date.length > 10 ? `+${date.padStart(12, '0')}` : date;
  const wholeMs = Date.parse(`${isoDate}T${time}${hours}:${minutes}`);
  if (Number.isNaN(wholeMs)) throw new RangeError(`not an instant: ${text}`);
  // From whole microseconds, so that .123 is 123 and not a little less.
  return wholeMs + Number(fraction.slice(1).padEnd(6, '0')) / 1000;
}

/** Milliseconds UTC as a `timestamptz` literal to the microsecond, the inverse of {@link readInstant}. */
export function instantText(ms: number): string {
  if (ms === Number.NEGATIVE_INFINITY) return '-infinity';
  if (ms === Number.POSITIVE_INFINITY) return 'infinity';
  const micros = Math.round(ms * 1000);
  const wholeMs = Math.floor(micros / 1000);
  return `${new Date(wholeMs).toISOString().slice(0, -1)}${String(micros - wholeMs * 1000).padStart(3, '0')}Z`;
}

/** Like {@link instantText}, and null for null. */
export function instantTextOrNull(ms: number | null): string | null {
  return ms === null ? null : instantText(ms);
}

/**
 * Text that Postgres can store, whatever a terminal wrote: a NUL and half a surrogate pair become U+FFFD.
 *
 * Postgres refuses both, and one of them would take a whole batch with it.
 */
export function storableText(text: string): string {
  return text.replace(/\0|\p{Surrogate}/gu, '\ufffd');
}

/** A Postgres array literal of numbers and nulls. The driver's own conversion costs several times as much. */
export function numberArray(values: readonly (number | null)[]): string {
  return `{${values.map((value) => value ?? 'NULL').join(',')}}`;
}

/** A Postgres array literal of texts and nulls, made storable. */
export function textArray(values: readonly (string | null)[]): string {
  return `{${values.map((value) => (value === null ? 'NULL' : quoted(value))).join(',')}}`;
}

function quoted(value: string): string {
  return `"${storableText(value).replace(/["\\]/g, '\\$&')}"`;
}
