/**
 * From stored evidence to conclusions: which samples speak for the records of a batch, and what the records of a batch
 * say about earlier batches of the same read.
 */
import type { Kysely } from 'kysely';
import { type CorrectedTime, type CorrectionInput, correctRecords, defaultLimits } from '../clock/correct.ts';
import { evidenceAround } from '../clock/evidence.ts';
import { segmentStarts } from '../clock/order.ts';
import type { ClockSample } from '../clock/sample.ts';
import { readConclusions, reviseAttendance, type StoredConclusion } from '../store/attendance.ts';
import { readClockSamples } from '../store/clock-samples.ts';
import type { LogRange } from '../store/punches.ts';
import type { Tables } from '../store/tables.ts';

/** Records that were read together with others, and what is known of their read. */
export interface ReadPart extends LogRange {
  readonly deviceMs: readonly (number | null)[];
  /** Arrival bracket of the read. */
  readonly bracket: { readonly absentAtMs: number | null; readonly presentAtMs: number };
  /** Offset of a well-set terminal in the office's zone, in milliseconds. */
  readonly nominalOffsetMs: number;
}

/** Conclusions about a batch. */
export interface Conclusions {
  readonly times: readonly CorrectedTime[];
  /** Earlier batches of the same read whose conclusions changed, to be published again. */
  readonly revised: readonly LogRange[];
}

/**
 * More than a day of quiet polls at one sample a minute would add nothing: drift makes old samples wide. Enough for the
 * longest burst, several polls around it, and a former poll's end.
 */
const samplesConsidered = 128;
const pageRecords = 5_000;

/** Corrects the records of a batch, with the samples that are stored by now. */
export async function conclude(tx: Kysely<Tables>, part: ReadPart): Promise<Conclusions> {
  const { serial, epoch, from, bracket } = part;
  const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs: Number.POSITIVE_INFINITY, limit: samplesConsidered };
  const samples = await readClockSamples(tx, serial, range);
  const [previous] = await readConclusions(tx, { serial, epoch, from: from - 1, to: from });
  const continuesRead = previous !== undefined && isOfRead(previous, bracket);
  // Where the gateway itself set the clock in between, running backwards says nothing.
  const isComparable = previous !== undefined && (continuesRead || !wasSet(samples, bracket));
  const previousDeviceMs = isComparable ? previous.deviceMs : null;
  const shared = { bracket, ...evidenceAround(samples, bracket), nominalOffsetMs: part.nominalOffsetMs };
  const times = correctRecords({
    ...shared,
    records: part.deviceMs.map((deviceMs) => ({ deviceMs })),
    neighbours: { previousDeviceMs, runsBackLater: false },
  });
  const runsBack = segmentStarts([previousDeviceMs, ...part.deviceMs], defaultLimits.toleranceMs).length > 0;
  const revised = continuesRead && runsBack ? await reviseEarlier(tx, part, shared) : [];
  return { times, revised };
}

/**
 * A read that is too long for one batch shows a clock that ran backwards only when a later batch arrives. What earlier
 * batches of that read concluded rested on the clock having run steadily up to its end, so it is concluded again.
 */
async function reviseEarlier(
  tx: Kysely<Tables>,
  part: ReadPart,
  shared: Omit<CorrectionInput, 'records' | 'neighbours'>,
): Promise<LogRange[]> {
  const { serial, epoch, bracket } = part;
  const revised: LogRange[] = [];
  for (let to = part.from; to > 0; to -= pageRecords) {
    const page = await readConclusions(tx, { serial, epoch, from: Math.max(0, to - pageRecords), to });
    const rows = page.filter((row) => isOfRead(row, bracket));
    const [first] = rows;
    if (first === undefined) break;
    if (rows.some((row) => row.status === 'final' || row.status === 'provisional')) {
      const times = correctRecords({
        ...shared,
        records: rows,
        neighbours: { previousDeviceMs: null, runsBackLater: true },
      });
      const range = { serial, epoch, from: first.ordinal, to };
      if ((await reviseAttendance(tx, range, times)) > 0) revised.push(range);
    }
    if (rows.length < page.length) break;
  }
  return revised;
}

function wasSet(samples: readonly ClockSample[], bracket: ReadPart['bracket']): boolean {
  const absentMs = bracket.absentAtMs ?? Number.NEGATIVE_INFINITY;
  const { presentAtMs } = bracket;
  return samples.some(({ kind, sentAtMs }) => kind === 'after-set' && sentAtMs > absentMs && sentAtMs < presentAtMs);
}

/** Whether a stored row was read in the same read: no two reads of a terminal end at the same instant. */
function isOfRead(row: StoredConclusion, bracket: ReadPart['bracket']): boolean {
  return row.presentAtMs === bracket.presentAtMs && row.absentAtMs === bracket.absentAtMs;
}
