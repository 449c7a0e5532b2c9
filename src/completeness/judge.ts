/**
 * Whether a day of an office is complete. Pure: what is known goes in, the judgement with its reasons comes out.
 *
 * A day is complete when every machine that stood in the office on it was watched from its begin and is known to be read
 * to its end, nothing of it is missing, and every punch of it has its final time. "Read to its end" is the cursor's own word: it moves with the
 * transaction that stores the records, and only behind a read whose length agreed with the terminal's counter.
 */
import type { CompletenessReason, DayCounts, GapReason, OfficeDayRow, UnreadReason } from '../store/completeness.ts';
import { type GapRow, isOpenGap } from '../store/gaps.ts';
import type { Stay } from '../store/stays.ts';

/** A day of one office and what is known of it. Instants in milliseconds UTC. */
export interface DayFacts {
  readonly officeCode: string;
  readonly day: string;
  readonly startMs: number;
  readonly endMs: number;
  /** The last instant that must be read: the end of the day, or earlier where an office says so. */
  readonly relevantEndMs: number;
  readonly nowMs: number;
  /** When the first machine of the office was waited for; null when none ever was. */
  readonly watchedSinceMs: number | null;
  /** Machines of this office, whenever they stood there. */
  readonly stays: readonly Stay[];
  /** Gaps of this office, whenever. */
  readonly gaps: readonly GapRow[];
  readonly counts: DayCounts;
}

/** A machine that could not be read for so long is called silent; before, its records are expected any minute. */
const silentAfterMs = 24 * 3_600_000;
/** On a day that goes on, data of a machine counts as present when it was read within this. */
const freshWithinMs = 15 * 60_000;

/** Judges one day. */
export function judgeDay(facts: DayFacts): OfficeDayRow {
  const { officeCode, day, counts, nowMs, relevantEndMs } = facts;
  const isOver = nowMs >= relevantEndMs;
  const members = facts.stays.filter((stay) => touches(facts, stay.fromMs, stay.untilMs));
  const unread = members.filter((stay) => !isRead(stay, facts, isOver)).map((stay) => unreadReason(stay, facts));
  const gaps = facts.gaps.filter((gap) => isOpenGap(gap) && touches(facts, gap.sinceMs, gap.untilMs)).map(gapReason);
  const watched = facts.watchedSinceMs !== null && facts.watchedSinceMs < relevantEndMs;
  const reasons: CompletenessReason[] = [
    ...(isOver ? [] : [{ kind: 'day-not-over' as const }]),
    ...(watched ? [] : [{ kind: 'not-watched' as const }]),
    ...(watched && members.length === 0 ? [{ kind: 'no-terminals' as const }] : []),
    // While the day goes on no machine is read to its end; only those are named that somebody should look after.
    ...unread.filter(({ kind }) => isOver || kind !== 'unread'),
    ...members.flatMap((stay) => watchedSince(stay, facts)),
    ...gaps,
    ...(counts.notFinal > 0 ? [{ kind: 'not-final' as const, rows: counts.notFinal }] : []),
    ...(counts.afterClose > 0 ? [{ kind: 'after-close' as const, rows: counts.afterClose }] : []),
  ];
  return {
    officeCode,
    day,
    ...counts,
    state: stateOf(reasons),
    reasons,
    terminals: new Set(members.map(({ terminalName }) => terminalName)).size,
    terminalsRead: countPlaces(members, unread),
    gaps: gaps.length,
  };
}

/** What is expected to come makes a day "not yet"; what nobody expects any more makes it "complete except". */
function stateOf(reasons: readonly CompletenessReason[]): OfficeDayRow['state'] {
  if (reasons.some(({ kind }) => kind === 'day-not-over' || kind === 'unread')) return 'not-yet';
  return reasons.length > 0 ? 'complete-except' : 'complete';
}

function touches({ startMs, relevantEndMs }: DayFacts, fromMs: number, untilMs: number | null): boolean {
  return fromMs < relevantEndMs && (untilMs === null || untilMs >= startMs);
}

/** True when nothing of the day can still be on the machine; while the day goes on, when it was read lately. */
function isRead(stay: Stay, { relevantEndMs, nowMs }: DayFacts, isOver: boolean): boolean {
  if (stay.readThroughMs === null) return false;
  const neededMs = Math.min(isOver ? relevantEndMs : nowMs - freshWithinMs, stay.untilMs ?? Number.POSITIVE_INFINITY);
  return stay.readThroughMs >= neededMs;
}

function unreadReason(stay: Stay, { nowMs }: DayFacts): UnreadReason {
  const { counted, stored, readThroughMs } = stay;
  const kind = kindOf(stay, nowMs);
  const unstored = counted === null || counted <= (stored ?? 0) ? null : counted - (stored ?? 0);
  return {
    kind,
    terminal: stay.terminalName,
    serial: stay.serial,
    readThrough: isoOf(readThroughMs),
    since: sinceOf(kind, stay),
    errorCode: stay.errorCode,
    unstored,
  };
}

function sinceOf(kind: UnreadReason['kind'], { fromMs, untilMs, pausedSinceMs }: Stay): string | null {
  if (kind === 'left-unread') return isoOf(untilMs);
  if (kind === 'paused') return isoOf(pausedSinceMs ?? null);
  return kind === 'never-reached' ? isoOf(fromMs) : null;
}

function kindOf({ state, fromMs, untilMs, readThroughMs, pausedSinceMs }: Stay, nowMs: number): UnreadReason['kind'] {
  if (untilMs !== null) return 'left-unread';
  // Nothing more is expected while it rests, whatever was wrong before.
  if ((pausedSinceMs ?? null) !== null) return 'paused';
  if (state === 'quarantined') return 'quarantined';
  // Waiting means that we have not asked, or cannot store what it says: that is no news about the machine.
  const isSilent = state === 'failing' && nowMs - Math.max(readThroughMs ?? 0, fromMs) > silentAfterMs;
  if (!isSilent) return 'unread';
  return readThroughMs === null ? 'never-reached' : 'silent';
}

/** Its first read found what it still held: what was overwritten or cleared before is not even known to be gone. */
function watchedSince({ firstReadMs, fromMs, terminalName, serial }: Stay, { startMs }: DayFacts) {
  if (firstReadMs === null || firstReadMs <= Math.max(startMs, fromMs)) return [];
  const since = new Date(Math.floor(firstReadMs)).toISOString();
  return [{ kind: 'watched-since' as const, terminal: terminalName, serial, since }];
}

function gapReason(gap: GapRow): GapReason {
  return {
    kind: 'gap',
    terminal: gap.terminalName,
    serial: gap.serial,
    what: gap.kind,
    atLeast: gap.atLeast,
    atMost: gap.atMost,
    since: isoOf(gap.sinceMs),
    until: new Date(gap.untilMs).toISOString(),
  };
}

/** Places of which every machine that stood there is read: one that was replaced at noon counts when both are. */
function countPlaces(members: readonly Stay[], unread: readonly UnreadReason[]): number {
  const missing = new Set(unread.map(({ terminal }) => terminal));
  return new Set(members.map(({ terminalName }) => terminalName).filter((name) => !missing.has(name))).size;
}

function isoOf(atMs: number | null): string | null {
  return atMs === null || !Number.isFinite(atMs) ? null : new Date(Math.floor(atMs)).toISOString();
}
