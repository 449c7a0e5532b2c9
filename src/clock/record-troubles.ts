/** What a person should see about records: dates ahead of the day they were read, and dates that do not exist. */
import type {
  ClockEvidence,
  ClockTrouble,
  OrdinalRange,
  RecordEvidence,
  RecordTime,
  TroubleKind,
} from './model-types.ts';

const dayMs = 86_400_000;
/** A day, and the largest zone: further ahead than any zone explains. */
const aheadMs = dayMs + 14 * 3_600_000;
/** So many different days, ahead of time, within so many days of work: a month that was filled in. */
const daysOfAFilledMonth = 5;
const filledWithinMs = 3 * dayMs;

/** Troubles that show in single records. */
export function troublesAmongRecords({ records }: ClockEvidence, times: readonly RecordTime[]): ClockTrouble[] {
  const impossible = stretches(records, (record) => record.deviceMs === null);
  const ahead = stretches(
    records,
    ({ deviceMs, presentAtMs }) => deviceMs !== null && deviceMs > presentAtMs + aheadMs,
  );
  return [
    ...impossible.map((stretch) => trouble('impossible-dates', stretch, times)),
    ...ahead.map((stretch) =>
      trouble(isFilledIn(stretch.records) ? 'filled-in-advance' : 'future-punches', stretch, times),
    ),
  ];
}

/** Neighbouring records of one epoch with something in common. */
interface Stretch {
  readonly from: number;
  readonly records: RecordEvidence[];
}

function stretches(records: readonly RecordEvidence[], holds: (record: RecordEvidence) => boolean): Stretch[] {
  const found: Stretch[] = [];
  for (const [index, record] of records.entries()) {
    if (!holds(record)) continue;
    const last = found.at(-1);
    const isNext = last !== undefined && last.from + last.records.length === index;
    if (isNext && last.records[0]?.epoch === record.epoch) last.records.push(record);
    else found.push({ from: index, records: [record] });
  }
  return found;
}

function isFilledIn(records: readonly RecordEvidence[]): boolean {
  const days = new Set(records.map(({ deviceMs }) => Math.floor((deviceMs ?? 0) / dayMs)));
  const [first, last] = [records[0], records.at(-1)];
  const readWithinMs = (last?.presentAtMs ?? 0) - (first?.presentAtMs ?? 0);
  return days.size >= daysOfAFilledMonth && readWithinMs <= filledWithinMs;
}

function trouble(kind: TroubleKind, { from, records }: Stretch, times: readonly RecordTime[]): ClockTrouble {
  const [first, last] = [records[0], records.at(-1)];
  const range: OrdinalRange = { epoch: first?.epoch ?? 0, from: first?.ordinal ?? 0, to: (last?.ordinal ?? 0) + 1 };
  const fromMs = times[from]?.earliestMs ?? 0;
  const untilMs = times[from + records.length - 1]?.latestMs ?? 0;
  return { kind, fromMs, untilMs, size: records.length, steps: [], records: [range] };
}
