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
 * @param records the terminal's own count; null when it gives none
 * @param nowMs host time in milliseconds UTC, against which records look plausible or not
 */
export async function examineLog(session: TerminalSession, records: number | null, nowMs: number): Promise<LogFacts> {
  if (records === null || records <= smallLogRecords) return examineWhole(session);
  for (const candidate of candidates) {
    const firstIndex = records - tailRecords;
    const tail = await session.readTail({ ...candidate, firstIndex });
    if (tail !== null && tail.totalRecords >= records && provenBy(tail, nowMs)) {
      return { ...candidate, totalRecords: tail.totalRecords, tailReads: true };
    }
  }
  return { layout: null, strideBytes: null, totalRecords: null, tailReads: false };
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
 * The stride is already vouched for by the size of the log divided by the terminal's count; the records must look like
 * records too. The counts given are those of the tail, for only the tail is judged.
 */
function provenBy(tail: LogRead, nowMs: number): boolean {
  const count = tail.totalRecords - tail.firstIndex;
  if (tail.bytes.length === 0 || tail.bytes.length !== count * tail.strideBytes) return false;
  const verdict = proveLayout({
    recordBytes: tail.bytes,
    countBefore: count,
    countAfter: count,
    nowPacked: packedFromMs(nowMs),
  });
  return verdict.kind === 'proven' && verdict.layout === tail.layout && verdict.strideBytes === tail.strideBytes;
}
