/** The record size of a log and whether its end can be read alone, found without fetching a large log. */
import type { RecordLayout } from '../punch/record.ts';
import type { LogRead, TerminalSession } from '../zk/driver.ts';
import { proveLayout } from '../zk/layout-proof.ts';
import { packedFromMs } from '../zk/packed-time.ts';

/** What was found; null is "not known" or "not proven". */
export interface LogFacts {
  readonly layout: RecordLayout | null;
  readonly strideBytes: number | null;
  readonly totalRecords: number | null;
  readonly tailReads: boolean | null;
}

/** A log up to this long is fetched whole: 40 KB at most, and every witness of the layout can be heard. */
const smallLogRecords = 1000;
/** Records fetched from the end of a larger one. */
const tailRecords = 64;
/** More records than any terminal holds. */
const beyondAnyLog = 1_000_000_000;
/** Forms of a large log, most frequent first. */
const candidates: readonly { layout: RecordLayout; strideBytes: number }[] = [
  { layout: 'zk40', strideBytes: 40 },
  { layout: 'zk16', strideBytes: 16 },
  { layout: 'zk40', strideBytes: 49 },
  { layout: 'zk8', strideBytes: 8 },
];

/**
 * Proves the layout of the log.
 *
 * @param counted the terminal's own count; null when it gives none. Some firmware says 0 whatever the log holds, so 0 is
 * no count either
 * @param nowMs host time in milliseconds UTC, against which records look plausible or not
 */
export async function examineLog(session: TerminalSession, counted: number | null, nowMs: number): Promise<LogFacts> {
  const records = counted === 0 ? null : counted;
  if (records !== null && records <= smallLogRecords) return examineWhole(session);
  for (const candidate of candidates) {
    const total = records ?? (await sizeOf(session, candidate));
    if (total === null) continue;
    if (total <= smallLogRecords) return examineWhole(session);
    const tail = await session.readTail({ ...candidate, firstIndex: total - tailRecords });
    if (tail !== null && tail.totalRecords >= total && provenBy(tail, records !== null, nowMs)) {
      return { ...candidate, totalRecords: tail.totalRecords, tailReads: true };
    }
  }
  // Nothing short of the whole log would tell more, and a probe does not fetch what it knows to be large.
  if (records === null) return examineWhole(session);
  return { layout: null, strideBytes: null, totalRecords: null, tailReads: false };
}

/** Records in the log if they have this form: asking for an end beyond the end tells the size and moves no record. */
async function sizeOf(session: TerminalSession, form: (typeof candidates)[number]): Promise<number | null> {
  const beyond = await session.readTail({ ...form, firstIndex: beyondAnyLog });
  return beyond?.totalRecords ?? null;
}

async function examineWhole(session: TerminalSession): Promise<LogFacts> {
  const whole = await session.readLog();
  const { layout, strideBytes, totalRecords } = whole;
  if (totalRecords === 0) return { layout: null, strideBytes: null, totalRecords, tailReads: null };
  const last = await session.readTail({ layout, strideBytes, firstIndex: totalRecords - 1 });
  const expected = Buffer.from(whole.bytes.subarray(whole.bytes.length - strideBytes));
  const tailReads = last !== null && expected.equals(last.bytes.subarray(0, strideBytes));
  return { layout, strideBytes, totalRecords, tailReads };
}

/**
 * The records must look like records. Where the terminal counts, the stride is vouched for already by the size of the
 * log divided by that count; the counts given here are those of the tail, for only the tail is judged.
 */
function provenBy(tail: LogRead, isCounted: boolean, nowMs: number): boolean {
  const records = tail.totalRecords - tail.firstIndex;
  if (tail.bytes.length === 0 || tail.bytes.length !== records * tail.strideBytes) return false;
  const count = isCounted ? records : null;
  const verdict = proveLayout({
    recordBytes: tail.bytes,
    countBefore: count,
    countAfter: count,
    nowPacked: packedFromMs(nowMs),
  });
  return verdict.kind === 'proven' && verdict.layout === tail.layout && verdict.strideBytes === tail.strideBytes;
}
