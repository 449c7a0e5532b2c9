/** A read against the diary, field by field. The answer is the first difference in words, or null. */
import { formatDeviceTime } from '../../../src/clock/device-time.ts';
import type { LogRead } from '../../../src/zk/driver.ts';
import { decodeRecords, type PinByUid } from '../../../src/zk/records.ts';
import type { Deed } from './diary.ts';

/** One punch as texts and numbers, from whichever side. */
interface Told {
  readonly pin: string;
  readonly shown: string;
  readonly verifyMode: number;
  readonly punchState: number;
  readonly workCode: number;
  readonly uid: number | null;
}

/**
 * Compares a whole read or a tail with what people did.
 *
 * @param expected the punches the read must hold, oldest first
 * @param firstIndex index in the log of the first expected punch
 */
export function difference(
  read: LogRead,
  pins: PinByUid | undefined,
  expected: readonly Deed[],
  firstIndex = 0,
): string | null {
  if (read.firstIndex !== firstIndex) return `begins at ${read.firstIndex}, asked for ${firstIndex}`;
  if (read.totalRecords !== firstIndex + expected.length) {
    return `${read.totalRecords} records in all, the diary has ${firstIndex + expected.length}`;
  }
  let at = 0;
  for (const record of decodeRecords(read.layout, read.strideBytes, read.bytes, pins)) {
    const deed = expected[at];
    if (deed === undefined) return `more than ${expected.length} records`;
    const { pin, deviceTime, verifyMode, punchState, workCode, uid } = record;
    const told: Told = { pin, shown: formatDeviceTime(deviceTime), verifyMode, punchState, workCode, uid };
    const wrong = fieldDifference(told, deed);
    if (wrong !== null) return `record ${firstIndex + at}: ${wrong}`;
    const rawHex = Buffer.from(record.raw).toString('hex');
    // A compressed record keeps its four bytes and gets its absolute time behind them.
    const evidence = deed.rawHex.length === 8 ? rawHex.slice(0, 8) : rawHex;
    if (evidence !== deed.rawHex) return `record ${firstIndex + at}: bytes ${rawHex}, written as ${deed.rawHex}`;
    at += 1;
  }
  return at === expected.length ? null : `${at} records, the diary has ${expected.length}`;
}

function fieldDifference(told: Told, deed: Deed): string | null {
  const fields = ['pin', 'shown', 'verifyMode', 'punchState', 'workCode', 'uid'] as const;
  for (const field of fields) {
    // The 16-byte record holds the printed id itself and no index.
    if (field === 'uid' && told.uid === null) continue;
    if (told[field] !== deed[field]) return `${field} ${told[field]}, the diary says ${deed[field]}`;
  }
  return null;
}
