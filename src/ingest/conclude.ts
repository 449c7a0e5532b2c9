/**
 * From stored evidence to conclusions: which samples speak for the records of a batch, and what the records of a batch
 * say about earlier batches of the same read.
 */
import type { Kysely } from 'kysely';
import type { CorrectedTime } from '../clock/correct.ts';
import { buildClockModel } from '../clock/model.ts';
import type { RecordEvidence } from '../clock/model-types.ts';
import { orderSlackMs } from '../clock/places.ts';
import type { ClockSample } from '../clock/sample.ts';
import { ownSetsIn } from '../clock/sets.ts';
import { readConclusions, reviseAttendance, type StoredConclusion } from '../store/attendance.ts';
import { readClockSamples } from '../store/clock-samples.ts';
import type { LogRange } from '../store/punches.ts';
import type { Tables } from '../store/tables.ts';

/** Records that were read together with others, and what is known of their read. */
export interface ReadPart extends LogRange {
  readonly deviceMs: readonly (number | null)[];
  /** Arrival bracket of the read. */
  readonly bracket: { readonly absentAtMs: number | null; readonly presentAtMs: number };
  /** IANA zone of the office. */
  readonly zone: string;
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
/** Samples up to so long after a read speak for it; a later rebuild of the model takes them all. */
const samplesAfterReadMs = 600_000;
const pageRecords = 5_000;

/** Corrects the records of a batch, with the samples that are stored by now. */
export async function conclude(tx: Kysely<Tables>, part: ReadPart): Promise<Conclusions> {
  const { serial, epoch, from, bracket } = part;
  const samples = await samplesAround(tx, serial, bracket);
  const records = part.deviceMs.map((deviceMs, index) => ({ epoch, ordinal: from + index, deviceMs, ...bracket }));
  const earlier = await earlierInRead(tx, part);
  const times = timesWith(part, samples, [...earlier, ...records]).slice(earlier.length);
  const last = earlier.at(-1);
  const runsBack = last !== undefined && runsBackIn([last, ...records]);
  return { times, revised: runsBack ? await reviseEarlier(tx, part, samples, records) : [] };
}

/** Samples up to shortly after the read, and some from before the log was last looked at. */
async function samplesAround(
  tx: Kysely<Tables>,
  serial: string,
  { absentAtMs, presentAtMs }: ReadPart['bracket'],
): Promise<ClockSample[]> {
  const untilMs = presentAtMs + samplesAfterReadMs;
  const range = { afterMs: Number.NEGATIVE_INFINITY, untilMs, limit: samplesConsidered };
  const near = await readClockSamples(tx, serial, range);
  const first = near[0];
  if (absentAtMs === null || first === undefined || first.sentAtMs <= absentAtMs) return near;
  return [...(await readClockSamples(tx, serial, { ...range, untilMs: absentAtMs })), ...near];
}

/**
 * What the same read found before these records: the last one tells whether the order holds, and where that one is in
 * doubt, so may be these.
 */
async function earlierInRead(tx: Kysely<Tables>, part: ReadPart): Promise<StoredRecord[]> {
  const { serial, epoch, from, bracket } = part;
  const [previous] = await readConclusions(tx, { serial, epoch, from: from - 1, to: from });
  if (previous === undefined || !isOfRead(previous, bracket)) return [];
  if (isTrusted(previous)) return [{ ...previous, epoch }];
  const page = await readConclusions(tx, { serial, epoch, from: Math.max(0, from - pageRecords), to: from });
  return page.filter((row) => isOfRead(row, bracket)).map((row) => ({ ...row, epoch }));
}

type StoredRecord = StoredConclusion & RecordEvidence;

function timesWith(
  part: ReadPart,
  samples: readonly ClockSample[],
  records: readonly RecordEvidence[],
): readonly CorrectedTime[] {
  const { zone } = part;
  const sets = ownSetsIn(samples, zone);
  return buildClockModel({ samples, sets, operations: [], hostSteps: [], records, zone }).times;
}

/**
 * A read that is too long for one batch shows a clock that ran backwards only when a later batch arrives. What earlier
 * batches of that read concluded rested on the clock having run steadily up to its end, so it is concluded again.
 */
async function reviseEarlier(
  tx: Kysely<Tables>,
  part: ReadPart,
  samples: readonly ClockSample[],
  records: readonly RecordEvidence[],
): Promise<LogRange[]> {
  const { serial, epoch, bracket } = part;
  const revised: LogRange[] = [];
  for (let to = part.from; to > 0; to -= pageRecords) {
    const page = await readConclusions(tx, { serial, epoch, from: Math.max(0, to - pageRecords), to });
    const rows = page.filter((row) => isOfRead(row, bracket));
    const [first] = rows;
    if (first === undefined) break;
    if (rows.some(isTrusted)) {
      const all = [...rows.map((row) => ({ ...row, epoch })), ...records];
      const range = { serial, epoch, from: first.ordinal, to };
      const times = timesWith(part, samples, all).slice(0, rows.length);
      if ((await reviseAttendance(tx, range, times)) > 0) revised.push(range);
    }
    if (rows.length < page.length) break;
  }
  return revised;
}

function isTrusted({ status }: StoredConclusion): boolean {
  return status === 'final' || status === 'provisional';
}

/** Whether device times run backwards anywhere, by more than firmware and a host may move them. */
function runsBackIn(records: readonly RecordEvidence[]): boolean {
  let highest = Number.NEGATIVE_INFINITY;
  for (const { deviceMs } of records) {
    if (deviceMs !== null && deviceMs < highest - orderSlackMs) return true;
    highest = Math.max(highest, deviceMs ?? highest);
  }
  return false;
}

/** Whether a stored row was read in the same read: no two reads of a terminal end at the same instant. */
function isOfRead(row: StoredConclusion, bracket: ReadPart['bracket']): boolean {
  return row.presentAtMs === bracket.presentAtMs && row.absentAtMs === bracket.absentAtMs;
}
