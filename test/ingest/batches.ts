/**
 * Batches written by hand for the ingest tests: records from the 40-byte layout (docs/protocol.md, "Attendance records"),
 * overlap digests with plain SHA-256. Uses nothing of what it helps to test.
 */
import { createHash } from 'node:crypto';
import type { ClockSample } from '../../src/clock/sample.ts';
import type { IngestMeans } from '../../src/ingest/apply-batch.ts';
import type { Batch } from '../../src/punch/batch.ts';
import { decodeRecords } from '../../src/zk/records.ts';

const strideBytes = 40;
const jakartaMs = 7 * 3_600_000;

/** Offices of these tests stand in UTC+7, which has no daylight saving. */
export const means: IngestMeans = {
  zoneOf: () => ({ timeZone: 'Asia/Jakarta', offsetMs: () => jakartaMs }),
  decode: (layout, stride, bytes) => decodeRecords(layout, stride, bytes),
};

/** A 40-byte record. `at` is what the terminal's clock showed, `YYYY-MM-DD HH:MM:SS`; it may name an impossible date. */
export function record(at: string, pin: string | Uint8Array = '1001', verifyMode = 1, punchState = 0): Buffer {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = at.split(/[- :]/).map(Number);
  const days = (year - 2000) * 372 + (month - 1) * 31 + (day - 1);
  const bytes = Buffer.alloc(40);
  bytes.writeUInt16LE(7, 0);
  Buffer.from(pin).copy(bytes, 2, 0, 24);
  bytes.writeUInt8(verifyMode, 26);
  bytes.writeUInt32LE(days * 86_400 + hour * 3_600 + minute * 60 + second, 27);
  bytes.writeUInt8(punchState, 31);
  return bytes;
}

/** Records one minute apart from 07:00 on 2 March 2026, pins 1000 upwards. */
export function morning(count: number): Buffer[] {
  return Array.from({ length: count }, (_, n) => {
    const shown = new Date(Date.UTC(2026, 2, 2, 7, n)).toISOString().slice(0, 19).replace('T', ' ');
    return record(shown, String(1000 + n));
  });
}

/** A sample of a clock that is `offMs` ahead of true time in UTC+7, answered within 20 ms. */
export function sample(sentAtMs: number, offMs: number, kind: ClockSample['kind'] = 'before-read'): ClockSample {
  const shownMs = sentAtMs + 10 + jakartaMs + offMs;
  return { sentAtMs, receivedAtMs: sentAtMs + 20, deviceMs: Math.floor(shownMs / 1000) * 1000, kind };
}

/** Everything of a batch that a test does not care about. */
export function batchOf(serial: string, log: readonly Buffer[], given: Partial<Batch> = {}): Batch {
  const { from = 0, to = log.length, epoch = 1 } = given;
  const before = Buffer.concat(log.slice(Math.max(0, from - 32), from));
  const opens = from === 0 ? { reason: 'first-contact' as const, priorEpoch: epoch - 1, priorNext: 0 } : null;
  const presentAtMs = Date.UTC(2026, 2, 2, 12);
  return {
    version: 1,
    batchId: 'b',
    officeCode: 'kominfo',
    terminalName: 'Lobi',
    serial,
    fence: 1,
    epoch,
    opens,
    from,
    to,
    base: 0,
    layout: 'zk40',
    strideBytes,
    recordsBase64: Buffer.concat(log.slice(from, to)).toString('base64'),
    overlap: { records: Math.min(32, from), sha256: createHash('sha256').update(before).digest('hex') },
    samples: [],
    bracket: { absentAtMs: null, presentAtMs },
    readThroughMs: presentAtMs - 100,
    verifiedWhole: false,
    ...given,
  };
}
