/** From the bytes of a whole log to a log that is proven whole (docs/protocol.md, "Proving the record size"). */
import { GerbangError } from '../errors.ts';
import { maxDatasetBytes, withoutPrefix } from './bulk.ts';
import type { LogRead, TerminalCounters, TerminalTarget } from './driver.ts';
import { maxStrideBytes, proveLayout } from './layout-proof.ts';
import { packedFromMs } from './packed-time.ts';
import { isCutLogOf22 } from './plausible.ts';
import { datasetPrefixBytes } from './wire.ts';

/** Records beyond its stated capacity a terminal may plausibly hold. */
const spareRecords = 1000;

/** A whole log as it came, and what the terminal counted around it. */
export interface WholeLog extends Pick<LogRead, 'preparedAtMs' | 'completedAtMs' | 'bytesReceived'> {
  /** With its length prefix; null when the terminal says that there is nothing. */
  readonly dataset: Uint8Array | null;
  /** Counters before "prepare". */
  readonly before: TerminalCounters;
  /** Counters after the last byte. */
  readonly after: TerminalCounters;
  /** Host time, against which records look plausible or not. */
  readonly nowMs: number;
}

/**
 * Bound on a log's size, from the terminal's own capacity where it states one.
 *
 * @param strideBytes the record size, when it is known; the longest one considered otherwise
 */
export function largestLogBytes(
  counters: Pick<TerminalCounters, 'recordCapacity'>,
  strideBytes: number = maxStrideBytes,
): number {
  const { recordCapacity } = counters;
  if (recordCapacity === null || recordCapacity === 0) return maxDatasetBytes;
  return Math.min(maxDatasetBytes, strideBytes * (recordCapacity + spareRecords) + datasetPrefixBytes);
}

/**
 * The log, if everything known about it agrees.
 *
 * @param keepUnproven given the bytes when no layout fits that can be decoded
 * @throws GerbangError READ_INCOMPLETE, READ_CONTRADICTS_COUNTER, READ_LAYOUT_UNPROVEN, ZK_UNSUPPORTED
 */
export function provenLog(log: WholeLog, keepUnproven: TerminalTarget['keepUnproven']): LogRead {
  const { before, after, preparedAtMs, completedAtMs, bytesReceived } = log;
  const facts = { firstIndex: 0, preparedAtMs, completedAtMs, bytesReceived };
  const recordBytes = log.dataset === null ? new Uint8Array(0) : recordsIn(log.dataset, keepUnproven);
  if (recordBytes.length === 0) {
    if ((before.records ?? 0) > 0 && (after.records ?? 0) > 0) throw contradictsCounter(0, before, after);
    // An empty log proves no layout; 40 bytes is what nearly every terminal in use will write first.
    return { ...facts, layout: 'zk40', strideBytes: 40, totalRecords: 0, bytes: recordBytes };
  }
  const verdict = proveLayout({
    recordBytes,
    countBefore: before.records,
    countAfter: after.records,
    nowPacked: packedFromMs(log.nowMs),
  });
  switch (verdict.kind) {
    case 'proven': {
      const { layout, strideBytes, records } = verdict;
      return { ...facts, layout, strideBytes, totalRecords: records, bytes: verdict.expanded ?? recordBytes };
    }
    case 'contradicts-counter':
      throw contradictsCounter(verdict.records, before, after);
    case 'unsupported':
      keepUnproven?.(recordBytes);
      throw wlSeries();
    case 'unproven':
      keepUnproven?.(recordBytes);
      throw layoutUnproven(recordBytes.length, before, after);
  }
}

/** The dataset without its prefix. WL units cut a longer log at 4,096 bytes, which their records explain better. */
function recordsIn(whole: Uint8Array, keepUnproven: TerminalTarget['keepUnproven']): Uint8Array {
  try {
    return withoutPrefix(whole);
  } catch (error) {
    const records = whole.subarray(datasetPrefixBytes);
    if (!isCutLogOf22(records)) throw error;
    keepUnproven?.(records);
    throw wlSeries();
  }
}

function wlSeries(): GerbangError {
  return new GerbangError(
    'ZK_UNSUPPORTED',
    'The log is in the 22-byte form of WL10, WL20 and AK3750: its fields are not known well enough, and these machines give only the first 4 KB of it. Nothing was stored.',
    { context: { strideBytes: 22 } },
  );
}

function contradictsCounter(records: number, before: TerminalCounters, after: TerminalCounters): GerbangError {
  return new GerbangError(
    'READ_CONTRADICTS_COUNTER',
    'The log holds another number of records than the terminal counts. Nothing was stored; if this repeats, check that its option DownloadNewLog is 0, or try the quirk readDirectly.',
    { context: { records, countBefore: before.records, countAfter: after.records } },
  );
}

function layoutUnproven(bytes: number, before: TerminalCounters, after: TerminalCounters): GerbangError {
  return new GerbangError(
    'READ_LAYOUT_UNPROVEN',
    'No known record layout fits this log. Nothing was stored; attach a capture of `gerbang probe --capture` to a report.',
    { context: { bytes, countBefore: before.records, countAfter: after.records } },
  );
}
