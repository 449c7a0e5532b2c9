/**
 * Printed user ids beside a log whose records hold only the terminal's internal user index (`zk8`).
 *
 * They travel with the records they belong to, because an index is given to another person after a deletion: the user
 * table of tomorrow says nothing about the punches of today.
 */
import type { RecordLayout } from './record.ts';

/** Internal user index and printed user id. */
export type UserPin = readonly [uid: number, pin: string];

/** Ids that may travel in a job: printable ASCII without blanks, as long as the widest field of a user record. */
const userPinPattern = /^[\x21-\x7e]{1,24}$/;

const shortRecordBytes = 8;

/** Whether records of this layout need the user table to be attributed to a printed id. */
export function needsUserTable(layout: RecordLayout): boolean {
  return layout === 'zk8';
}

/**
 * The ids that these records need, by ascending index. An index that is missing here stays unresolved: its user was
 * deleted, or the id is none that a terminal prints.
 *
 * @param records whole `zk8` records; the index is their first two bytes, least significant first
 * (docs/protocol.md, "8-byte record")
 */
export function userPinsOf(records: Uint8Array, pinByUid: ReadonlyMap<number, string>): readonly UserPin[] {
  const found = new Map<number, string>();
  for (let at = 0; at + shortRecordBytes <= records.length; at += shortRecordBytes) {
    const uid = (records[at] ?? 0) | ((records[at + 1] ?? 0) << 8);
    const pin = found.has(uid) ? undefined : pinByUid.get(uid);
    if (pin !== undefined && userPinPattern.test(pin)) found.set(uid, pin);
  }
  return [...found].sort(([one], [other]) => one - other);
}
