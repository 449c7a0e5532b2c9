/**
 * The records of the log, read by read: which clocks can have written them, and when (docs/time.md, "Which clock wrote
 * it"). Records that were found by one read share their arrival bracket, and are judged together.
 */
import { type Fit, type Found, judge, narrowed, uncorrectable } from './correct.ts';
import type { ClockEvidence, HostClockStep, RecordEvidence, RecordTime, Span } from './model-types.ts';
import { type Options, optionsOf, orderSlackMs } from './places.ts';
import { plausibleFromMs } from './reset.ts';
import type { Look, Run } from './runs.ts';
import { type Placed, placeIn } from './span.ts';
import { zoneOffsetMs } from './zone.ts';

/** Consecutive records of one epoch with one arrival bracket, and the clocks that may have written them. */
interface Read {
  readonly records: readonly RecordEvidence[];
  readonly bracket: Span;
  /** Index of the first and of the last run that can have been in force. */
  readonly first: number;
  readonly last: number;
  /** The first of them was in force when the log was last looked at; the last one when the read had ended. */
  readonly startKnown: boolean;
  readonly endKnown: boolean;
  /** The host's clock jumped meanwhile, so that the instants of these records are not on one scale. */
  readonly hostJumped: boolean;
}

/** A record with a date that exists, and how it would lie under each clock of its read; null where it does not fit. */
interface Candidate {
  readonly record: RecordEvidence;
  readonly shownMs: number;
  readonly bracket: Span;
  readonly placed: readonly (Placed | null)[];
  readonly spans: readonly (Span | null)[];
}

/** The host's own clock may have been corrected by so much between two reads, for instance over a restart. */
const hostSlackMs = 500;
/** More clocks than this in one read are not told apart; the oldest of them are left out. */
const mostClocks = 16;
/** So many records of one second in a row need not have been made in one second. */
const stuckFrom = 3;

/**
 * The time of every record.
 *
 * @param doubted looks after which the operation log tells of more moves than the samples show, up to the next look
 */
export function timesOf(
  evidence: Pick<ClockEvidence, 'samples' | 'hostSteps' | 'records' | 'zone'>,
  runs: readonly Run[],
  doubted: ReadonlySet<Look>,
): RecordTime[] {
  const times: RecordTime[] = [];
  const { samples, hostSteps, records, zone } = evidence;
  const hostErrorMs = samples.reduce((most, sample) => Math.max(most, sample.hostErrorMs ?? 0), 0);
  for (let from = 0; from < records.length; ) {
    const first = records[from];
    let to = from + 1;
    while (to < records.length && isSameRead(first, records[to])) to += 1;
    const read = readOf(records.slice(from, to), runs, { hostErrorMs, hostSteps });
    // One loop, not a spread: a read can hold more records than a call can take arguments.
    for (const time of timesOfRead(read, runs, doubted, zone)) times.push(time);
    from = to;
  }
  return times;
}

function isSameRead(a: RecordEvidence | undefined, b: RecordEvidence | undefined): boolean {
  return a?.epoch === b?.epoch && a?.absentAtMs === b?.absentAtMs && a?.presentAtMs === b?.presentAtMs;
}

function readOf(
  records: readonly RecordEvidence[],
  runs: readonly Run[],
  host: { readonly hostErrorMs: number; readonly hostSteps: readonly HostClockStep[] },
): Read {
  const absentAtMs = records[0]?.absentAtMs ?? null;
  const presentAtMs = records[0]?.presentAtMs ?? 0;
  const jumpMs = jumpBetween(host.hostSteps, absentAtMs ?? Number.NEGATIVE_INFINITY, presentAtMs);
  const doubtMs = host.hostErrorMs + jumpMs;
  // A host clock that went back between two reads leaves a bracket that holds nothing: then nothing is known of it.
  const looked = absentAtMs !== null && absentAtMs - hostSlackMs - doubtMs < presentAtMs;
  const bracket = {
    earliestMs: looked ? absentAtMs - hostSlackMs - doubtMs : Number.NEGATIVE_INFINITY,
    latestMs: presentAtMs + doubtMs,
  };
  const standing = looked ? countRuns(runs, ({ looks }) => (looks[0]?.sample.sentAtMs ?? 0) <= absentAtMs) - 1 : -1;
  const closing = countRuns(runs, ({ looks }) => (looks.at(-1)?.sample.receivedAtMs ?? 0) < presentAtMs);
  const last = Math.min(closing, runs.length - 1);
  const first = Math.max(0, Math.min(standing, last), last - mostClocks + 1);
  const startKnown = standing >= 0 && first === Math.min(standing, last);
  const endKnown = closing < runs.length;
  return { records, bracket, first, last, startKnown, endKnown, hostJumped: jumpMs > 0 };
}

/** By how much the two ends of a bracket may be on different scales, when the host's clock jumped in between. */
function jumpBetween(steps: readonly HostClockStep[], absentMs: number, presentMs: number): number {
  const [fromMs, untilMs] = [Math.min(absentMs, presentMs), Math.max(absentMs, presentMs)];
  let jumpMs = 0;
  for (const { atMs, byMs } of steps) {
    // A clock that jumps back shows the time in between twice.
    if (Math.max(atMs, atMs + byMs) >= fromMs && Math.min(atMs, atMs + byMs) <= untilMs) jumpMs += Math.abs(byMs);
  }
  return jumpMs;
}

/** How many runs at the beginning fulfil a condition that no later one fulfils. */
function countRuns(runs: readonly Run[], holds: (run: Run) => boolean): number {
  let [low, high] = [0, runs.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    const run = runs[middle];
    if (run !== undefined && holds(run)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function timesOfRead(
  read: Read,
  runs: readonly Run[],
  doubted: ReadonlySet<Look>,
  zone: string,
): readonly RecordTime[] {
  // Looking a zone up is slow, and hardly ever needed.
  const nominalMsOf = (shownMs: number): number => shownMs - zoneOffsetMs(zone, read.bracket.latestMs);
  const candidates = read.records.flatMap((record) => candidateOf(record, read, runs));
  const explained = optionsOf({
    spans: candidates.map(({ spans }) => spans),
    brackets: candidates.map(({ bracket }) => credible(bracket)),
    shown: candidates.map(({ shownMs }) => shownMs),
    clocks: read.last - read.first + 1,
    startKnown: read.startKnown,
    endKnown: read.endKnown,
  });
  const stuck = stuckAmong(candidates);
  const options = explained.map((option, index) => (stuck.has(index) ? { ...option, unsampled: true } : option));
  const strange = options.map(({ unsampled }) => unsampled);
  const [firstStrange, lastStrange] = [strange.indexOf(true), strange.lastIndexOf(true)];
  let index = -1;
  const times = read.records.map((record) => {
    if (record.deviceMs === null) return uncorrectable({ certain: bracketOf(record, read) }, 'impossible-date');
    index += 1;
    const [candidate, option] = [candidates[index], options[index]];
    if (candidate === undefined || option === undefined || runs.length === 0) {
      const found = { certain: bracketOf(record, read), shownMs: record.deviceMs, nominalMsOf };
      return uncorrectable(found, 'no-sample');
    }
    const found: Found = {
      shownMs: candidate.shownMs,
      certain: candidate.bracket,
      startKnown: read.startKnown,
      options: option,
      fitsByItself: candidate.spans.some((span) => span !== null),
      strangeBefore: firstStrange >= 0 && firstStrange < index,
      strangeAfter: lastStrange > index,
      nominalMsOf,
    };
    return judge(found, fitsOf(candidate, option, read, runs, doubted));
  });
  return read.hostJumped ? times : inOrder(times);
}

/** What is certain of a record whatever the clock did: a live event told of it after it was made. */
function bracketOf({ heardAtMs }: RecordEvidence, { bracket }: Read): Span {
  const latestMs = Math.min(bracket.latestMs, heardAtMs ?? Number.POSITIVE_INFINITY);
  return { earliestMs: Math.min(bracket.earliestMs, latestMs), latestMs };
}

/** No punch is older than terminals are. */
function credible({ earliestMs, latestMs }: Span): Span {
  return { earliestMs: Math.min(Math.max(earliestMs, plausibleFromMs), latestMs), latestMs };
}

function candidateOf(record: RecordEvidence, read: Read, runs: readonly Run[]): Candidate[] {
  const { deviceMs } = record;
  if (deviceMs === null) return [];
  const bracket = bracketOf(record, read);
  const placed: (Placed | null)[] = [];
  const spans: (Span | null)[] = [];
  for (let index = read.first; index <= read.last; index += 1) {
    const run = runs[index];
    const place = run === undefined ? null : placeIn(run, deviceMs);
    const earliestMs = Math.max(place?.earliestMs ?? 0, bracket.earliestMs, run?.fromMs ?? 0, plausibleFromMs);
    const latest = Math.min(place?.latestMs ?? 0, bracket.latestMs, run?.untilMs ?? 0);
    placed.push(place);
    spans.push(place !== null && earliestMs <= latest ? { earliestMs, latestMs: latest } : null);
  }
  return [{ record, shownMs: deviceMs, bracket, placed, spans }];
}

/** Records of one second, more of them than a person can make in it: the clock stood still, and nobody saw it. */
function stuckAmong(candidates: readonly Candidate[]): Set<number> {
  const stuck = new Set<number>();
  for (let from = 0; from < candidates.length; ) {
    let to = from + 1;
    while (to < candidates.length && candidates[to]?.shownMs === candidates[from]?.shownMs) to += 1;
    if (to - from >= stuckFrom) for (let index = from; index < to; index += 1) stuck.add(index);
    from = to;
  }
  return stuck;
}

function fitsOf(
  candidate: Candidate,
  options: Options,
  read: Read,
  runs: readonly Run[],
  doubted: ReadonlySet<Look>,
): Fit[] {
  return options.clocks.flatMap((clock): Fit[] => {
    const index = read.first + clock;
    const [run, placed, span] = [runs[index], candidate.placed[clock] ?? null, candidate.spans[clock] ?? null];
    if (run === undefined || placed === null || span === null) return [];
    const { lookBefore, lookAfter } = placed;
    const isInside = lookBefore !== null && lookAfter !== null;
    const isDoubtful = isInside && isDoubted(run, lookBefore, lookAfter, doubted);
    return [
      {
        run: index,
        placed,
        span,
        isSurrounded: isInside && !isDoubtful,
        isOpen: !isInside && (lookBefore === null ? index === 0 : index === runs.length - 1),
        isFrozen: run.kind === 'frozen',
        formerSeenMs: run.fromMs,
      },
    ];
  });
}

function isDoubted(run: Run, from: number, to: number, doubted: ReadonlySet<Look>): boolean {
  return doubted.size > 0 && run.looks.slice(from, to).some((look) => doubted.has(look));
}

/** What only its bracket bounds can also not lie before a final time in front of it, nor after one behind it. */
function inOrder(times: readonly RecordTime[]): readonly RecordTime[] {
  const isLoose = ({ status }: RecordTime): boolean => status !== 'final' && status !== 'provisional';
  if (!times.some(isLoose)) return times;
  const floorsMs: number[] = [];
  let floorMs = Number.NEGATIVE_INFINITY;
  for (const time of times) {
    floorsMs.push(floorMs);
    if (time.status === 'final') floorMs = Math.max(floorMs, time.earliestMs - orderSlackMs);
  }
  const ordered = [...times];
  let ceilingMs = Number.POSITIVE_INFINITY;
  for (let index = times.length - 1; index >= 0; index -= 1) {
    const time = times[index];
    if (time === undefined) continue;
    if (isLoose(time)) ordered[index] = narrowed(time, { earliestMs: floorsMs[index] ?? floorMs, latestMs: ceilingMs });
    if (time.status === 'final') ceilingMs = Math.min(ceilingMs, time.latestMs + orderSlackMs);
  }
  return ordered;
}
