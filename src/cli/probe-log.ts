/** The record size of a log and whether its end can be read alone, found without fetching a large log. */
import type { DeviceTime } from '../clock/device-time.ts';
import { type GerbangError, isGerbangError } from '../errors.ts';
import type { RecordLayout } from '../punch/record.ts';
import type { LogRead, TerminalSession } from '../zk/driver.ts';
import { proveLayout } from '../zk/layout-proof.ts';
import { packedFromMs } from '../zk/packed-time.ts';
import { decodeRecords } from '../zk/records.ts';

/** What was found; null is "not known" or "not proven". */
export interface LogFacts {
  readonly layout: RecordLayout | null;
  readonly strideBytes: number | null;
  readonly totalRecords: number | null;
  readonly tailReads: boolean | null;
  readonly proof: LayoutProof | null;
  /** Times of the records that were fetched, oldest first; the last one is the log's newest unless it is a ring. */
  readonly times: readonly DeviceTime[];
  /** Why the log could not be read. */
  readonly problem: GerbangError | null;
}

/** The witnesses that agree on a layout. The size of the log always is one. */
export interface LayoutProof {
  /** True when the terminal's own count of records fits. */
  readonly counter: boolean;
  /** Records whose content looks as this layout says. */
  readonly recordsExamined: number;
}

const nothingKnown: LogFacts = {
  layout: null,
  strideBytes: null,
  totalRecords: null,
  tailReads: null,
  proof: null,
  times: [],
  problem: null,
};

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
 * @returns with `problem` set when the log cannot be read
 */
export async function examineLog(session: TerminalSession, counted: number | null, nowMs: number): Promise<LogFacts> {
  try {
    return await examine(session, counted === 0 ? null : counted, nowMs);
  } catch (error) {
    if (!isGerbangError(error)) throw error;
    return { ...nothingKnown, problem: error };
  }
}

async function examine(session: TerminalSession, records: number | null, nowMs: number): Promise<LogFacts> {
  if (records !== null && records <= smallLogRecords) return examineWhole(session, records);
  for (const candidate of candidates) {
    const total = records ?? (await sizeOf(session, candidate));
    if (total === null) continue;
    if (total <= smallLogRecords) return examineWhole(session, records);
    const tail = await session.readTail({ ...candidate, firstIndex: total - tailRecords });
    if (tail !== null && tail.totalRecords >= total && provenBy(tail, records !== null, nowMs)) {
      return { ...factsOf(tail, records), tailReads: true };
    }
  }
  // Nothing short of the whole log would tell more, and a probe does not fetch what it knows to be large.
  return records === null ? examineWhole(session, records) : { ...nothingKnown, tailReads: false };
}

/** Records in the log if they have this form: asking for an end beyond the end tells the size and moves no record. */
async function sizeOf(session: TerminalSession, form: (typeof candidates)[number]): Promise<number | null> {
  const beyond = await session.readTail({ ...form, firstIndex: beyondAnyLog });
  return beyond?.totalRecords ?? null;
}

async function examineWhole(session: TerminalSession, counted: number | null): Promise<LogFacts> {
  const whole = await session.readLog();
  const { layout, strideBytes, totalRecords } = whole;
  if (totalRecords === 0) return { ...nothingKnown, totalRecords };
  const facts = factsOf(whole, counted);
  const last = await session.readTail({ layout, strideBytes, firstIndex: totalRecords - 1 });
  const expected = Buffer.from(whole.bytes.subarray(whole.bytes.length - strideBytes));
  return { ...facts, tailReads: last !== null && expected.equals(last.bytes.subarray(0, strideBytes)) };
}

function factsOf({ layout, strideBytes, totalRecords, bytes }: LogRead, counted: number | null): LogFacts {
  const times = Array.from(decodeRecords(layout, strideBytes, bytes), ({ deviceTime }) => deviceTime);
  const proof = { counter: counted !== null, recordsExamined: times.length };
  return { ...nothingKnown, layout, strideBytes, totalRecords, proof, times };
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
