/** What the steps of a poll share. */
import { GerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { OpenTerminal, TerminalTarget } from '../zk/driver.ts';
import type { BatchOrigin } from './batches.ts';
import { minuteOfDay, type SettingRule } from './clock-setting.ts';
import type { Place } from './identity.ts';
import type { KeptSession, LiveLine } from './live-line.ts';
import type { OfficeMeans } from './means.ts';
import { isSettled, startOfTerminal, type TerminalMemory } from './memory.ts';
import type { SessionTime } from './sampling.ts';
import type { GiveBack } from './slots.ts';

/** One terminal, as polling needs to know it. */
export interface PolledTerminal {
  readonly place: Place;
  readonly target: TerminalTarget;
  /** Keeps its session to hear it ring; null where it is only polled. */
  readonly live: LiveLine | null;
  /** The configured serial; null when it is learnt and pinned. */
  readonly serial: string | null;
  readonly open: OpenTerminal;
  readonly pollEveryMs: number;
  /** IANA zone of the office. */
  readonly timeZone: string;
  readonly settingRule: SettingRule;
  /** True at a minute of the office's day when people queue at its terminals. */
  isRush(minuteOfDay: number): boolean;
  /** What the office's zone adds to UTC at an instant, in milliseconds. */
  zoneOffsetMs(utcMs: number): number;
  /** Takes a turn for a whole read; null when none is free. */
  takeWholeRead(): GiveBack | null;
  readonly log: Log;
}

/** A poll that a person ordered, and what came of it where that is not plain from the poll. */
export interface PollOrder {
  readonly kind: 'read' | 'set-clock';
  setting: Readonly<Record<string, string | number | null>> | null;
}

/** What one poll carries from step to step. */
export interface Poll {
  readonly terminal: PolledTerminal;
  readonly memory: TerminalMemory;
  readonly means: OfficeMeans;
  readonly time: SessionTime;
  readonly fence: number;
  /** The session this poll goes over, where one was kept; null when it opens its own. */
  readonly kept: KeptSession | null;
  /** The terminal rang: somebody waits for this poll, so it does nothing else than read. */
  readonly rung: boolean;
  /** A person waits for this poll; null for the usual ones. */
  readonly order: PollOrder | null;
  /** Why the database did not answer at the begin of this poll; null when it did. */
  readonly storeAway: GerbangError | null;
  /** Why the queue takes no batches; null when it does. */
  readonly queueAway: GerbangError | null;
  /** Holds the turn for a whole read once there is one. */
  readonly turn: { giveBack: GiveBack | null };
  readonly log: Log;
  readonly startedAtMs: number;
}

/**
 * The time for questions that a record waits for: where somebody rang they are asked at once, not at the clock's tick, and
 * over a kept session the wait for the tick ends when somebody rings.
 */
export function promptTime({ kept, rung, time }: Poll): SessionTime {
  if (kept === null) return time;
  if (rung) return { ...time, pause: async () => undefined };
  return { ...time, pause: (ms, signal) => time.pause(ms, AbortSignal.any([signal, kept.bell.signal])) };
}

/** The time for a burst: a bell ends it, because the record behind that bell waits for the session. */
export function interruptibleTime({ kept, time }: Poll): SessionTime {
  return kept === null ? time : { ...time, signal: AbortSignal.any([time.signal, kept.bell.signal]) };
}

/** A whole log can be compared only when all of it that was read is stored, and the database can be asked for it. */
export function mayReadWhole({ memory, storeAway }: Poll): boolean {
  return storeAway === null && isSettled(memory.log);
}

/** The queue takes batches, and this terminal may have another one outstanding. */
export function mayHandOver({ memory, means, queueAway }: Poll): boolean {
  return queueAway === null && memory.log.outstanding.length < means.bounds.batchesPerTerminal;
}

/** Takes a turn for a whole read, unless this poll has one. False when none is free. */
export function takeTurn({ turn, terminal }: Poll): boolean {
  turn.giveBack ??= terminal.takeWholeRead();
  return turn.giveBack !== null;
}

/** Gives the turn back as soon as no whole log is in memory any more. */
export function giveTurnBack({ turn }: Poll): void {
  turn.giveBack?.();
  turn.giveBack = null;
}

/** People stand in front of the terminal now: whatever keeps it busy for long can wait. */
export function isRush({ terminal, time }: Poll): boolean {
  const utcMs = time.clock.nowMs();
  return terminal.isRush(minuteOfDay(utcMs + terminal.zoneOffsetMs(utcMs)));
}

/** The log was seen to end where everything known of it ends. */
export function noteEnd({ terminal, memory, means }: Poll, atMs: number): void {
  const cursor = startOfTerminal(memory);
  if (cursor === null) return;
  memory.endSeen = { epoch: cursor.epoch, next: cursor.next, atMs: Math.floor(atMs) };
  means.states.see(terminal.place, { readThroughMs: atMs });
}

/** What all batches of this poll bear. */
export function originOf({ terminal, memory, fence }: Poll): BatchOrigin {
  if (memory.serial === null) throw new GerbangError('INTERNAL', 'A batch was made for a terminal without a serial.');
  return { ...terminal.place, serial: memory.serial, fence };
}

/** Why a terminal waits although queue and database answer. */
export function notStoring(): GerbangError {
  const text =
    'What was read from this terminal is not stored yet, so nothing more is read; the terminal keeps it. Look at the database and the ingest worker.';
  return new GerbangError('QUEUE_FULL', text);
}
