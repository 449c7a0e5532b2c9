/**
 * The loop of one office: which terminal is due, who gets a turn, when to come back.
 *
 * One loop and one timer per office, whatever it is told and whenever: a terminal that hangs holds one of the office's
 * turns until its own deadline and nothing else, and other offices have loops of their own.
 */
import { GerbangError, isGerbangError, isStoreAway, needsPerson } from '../errors.ts';
import type { Log } from '../log.ts';
import { firstDelayMs, intervalMs, nextDueMs, type Pace, type PollEnd } from './pacing.ts';
import { createSleeper, ended, type RunningTime, systemTime, within } from './waiting.ts';

/** How a poll ended, and why where it is not simply done. */
export interface PollResult {
  readonly end: PollEnd;
  readonly error: GerbangError | null;
}

/** A terminal as the loop knows it: something that can be polled. */
export interface Pollable {
  readonly name: string;
  readonly log: Log;
  /**
   * One poll. Ends by itself, and soon after `signal` is aborted (deadline or stop); then its session is closed.
   *
   * @param rung it was rung for and is not due by itself
   * @throws GerbangError what went wrong; the loop backs off
   */
  poll(signal: AbortSignal, rung: boolean): Promise<PollResult>;
  /** Told of every end of a poll, how long it took, and how late it had begun; a bell is not late. */
  onEnd(result: PollResult, durationMs: number, lateMs: number): void;
}

/** What the loop needs beside its terminals. */
export interface PollerOptions {
  readonly pace: Pace;
  /** Sessions open at the same time in this office. */
  readonly sessions: number;
  /** One poll may take this long; then it is aborted. Milliseconds. */
  readonly deadlineMs: number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Default: the time of this process. */
  readonly time?: RunningTime;
}

/** A running loop. */
export interface Poller {
  /**
   * Polls the terminal as soon as a turn is free, unless it is backing off: a live event rings here. Bells that ring during
   * its poll, or sooner than {@link bellEveryMs} after that began, are one bell; its usual polls keep their time.
   *
   * @returns false when no poll comes of it
   */
  ring(name: string): boolean;
  /** Polls the terminal as soon as a turn is free, backing off or not: what kept it away is over. */
  retry(name: string): void;
  /** No new polls; running ones are aborted. Resolves within three seconds, whatever the terminals do. */
  stop(): Promise<void>;
}

interface Entry {
  readonly terminal: Pollable;
  dueAtMs: number;
  failures: number;
  running: boolean;
  /** Somebody waits for a poll that begins after now. */
  wanted: boolean;
  /** When the poll that was rung for may begin; null when nobody rang. */
  bellAtMs: number | null;
  startedAtMs: number;
}

const stopMs = 3_000;
/** At most five polls a second for one terminal, however often it rings. */
export const bellEveryMs = 200;

/** Starts polling. Its time is monotonic, so that a stepped wall clock moves no poll. */
export function startPoller(terminals: readonly Pollable[], options: PollerOptions): Poller {
  const { time = systemTime } = options;
  const stopping = new AbortController();
  const sleeper = createSleeper(time);
  const running = new Set<Promise<void>>();
  const startedAtMs = time.nowMs();
  const entries: Entry[] = terminals.map((terminal) => ({
    terminal,
    dueAtMs: startedAtMs + firstDelayMs(options.pace, options.random()),
    failures: 0,
    running: false,
    wanted: false,
    bellAtMs: null,
    startedAtMs: Number.NEGATIVE_INFINITY,
  }));

  const begin = (entry: Entry): void => {
    entry.running = true;
    entry.wanted = false;
    entry.startedAtMs = time.nowMs();
    const rung = entry.dueAtMs > entry.startedAtMs;
    const lateMs = rung ? 0 : entry.startedAtMs - entry.dueAtMs;
    entry.bellAtMs = null;
    const turn = attempt(entry, { rung, lateMs }, options, stopping.signal).finally(() => {
      entry.running = false;
      if (entry.failures > 0) entry.bellAtMs = null;
      running.delete(turn);
      sleeper.wake();
    });
    running.add(turn);
  };

  const loop = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const next = running.size < options.sessions ? soonest(entries) : null;
      const waitMs = next === null ? Number.POSITIVE_INFINITY : beginsAtMs(next) - time.nowMs();
      if (next !== null && waitMs <= 0) begin(next);
      else await sleeper.sleep(waitMs);
    }
  };
  const looping = loop();

  return {
    ring(name) {
      const entry = entries.find(({ terminal }) => terminal.name === name);
      if (entry === undefined || entry.failures > 0 || stopping.signal.aborted) return false;
      entry.bellAtMs ??= Math.max(time.nowMs(), entry.startedAtMs + bellEveryMs);
      sleeper.wake();
      return true;
    },
    retry(name) {
      const entry = entries.find(({ terminal }) => terminal.name === name);
      if (entry === undefined) return;
      entry.failures = 0;
      entry.wanted = true;
      entry.dueAtMs = time.nowMs();
      sleeper.wake();
    },
    async stop() {
      stopping.abort(new GerbangError('SHUTDOWN', 'The gateway is stopping.'));
      sleeper.wake();
      await within(Promise.all([looping, ...running]), stopMs, time);
    },
  };
}

function soonest(entries: readonly Entry[]): Entry | null {
  let found: Entry | null = null;
  for (const entry of entries) {
    if (!entry.running && (found === null || beginsAtMs(entry) < beginsAtMs(found))) found = entry;
  }
  return found;
}

function beginsAtMs({ dueAtMs, bellAtMs }: Entry): number {
  return Math.min(dueAtMs, bellAtMs ?? Number.POSITIVE_INFINITY);
}

/** One turn of one terminal, and when its next one is due. Never throws. */
async function attempt(
  entry: Entry,
  { rung, lateMs }: { readonly rung: boolean; readonly lateMs: number },
  options: PollerOptions,
  stopping: AbortSignal,
): Promise<void> {
  const { startedAtMs } = entry;
  const { time = systemTime } = options;
  const result = await pollOnce(entry.terminal, rung, options, stopping);
  const { end } = result;
  if (!stopping.aborted) {
    if (end === 'failed' || end === 'needs-person') entry.failures += 1;
    else entry.failures = 0;
    entry.terminal.onEnd(result, time.nowMs() - startedAtMs, lateMs);
  }
  if (entry.wanted) {
    entry.failures = 0;
    entry.dueAtMs = time.nowMs() + options.pace.restMs;
    return;
  }
  // Bells must not put off the poll that keeps the clocks and compares the log.
  if (rung && end === 'done') return;
  const interval = intervalMs(options.pace, end, entry.failures, options.random());
  entry.dueAtMs = nextDueMs(options.pace, startedAtMs, time.nowMs(), interval);
}

async function pollOnce(
  terminal: Pollable,
  rung: boolean,
  options: PollerOptions,
  stopping: AbortSignal,
): Promise<PollResult> {
  const { time = systemTime, deadlineMs } = options;
  const ending = new AbortController();
  const limit = new AbortController();
  const stop = (): void => {
    limit.abort(ended);
    ending.abort(stopping.reason);
  };
  stopping.addEventListener('abort', stop, { once: true });
  void time.pause(deadlineMs, limit.signal).then(() => {
    if (!limit.signal.aborted) ending.abort(tooSlow(deadlineMs));
  });
  try {
    return await terminal.poll(ending.signal, rung);
  } catch (thrown) {
    // What a session says about its own end is noise when we ended it.
    const reason: unknown = ending.signal.aborted ? ending.signal.reason : thrown;
    const error = isGerbangError(reason) ? reason : unexpected(reason);
    if (error.code === 'INTERNAL') terminal.log.error({ err: reason }, 'poll broke');
    return { end: endOf(error), error };
  } finally {
    limit.abort(ended);
    stopping.removeEventListener('abort', stop);
  }
}

/** Our own parts being away is no fault of the terminal: keep the usual pace, do not back off for minutes. */
function endOf(error: GerbangError): PollEnd {
  if (needsPerson(error)) return 'needs-person';
  return isStoreAway(error) ? 'waits' : 'failed';
}

function tooSlow(deadlineMs: number): GerbangError {
  const text = `The poll took longer than ${Math.round(deadlineMs / 1000)} s and was ended. Look at the link to the terminal.`;
  return new GerbangError('READ_TOO_SLOW', text, { context: { deadlineMs } });
}

/** What was thrown goes to the log, not into a text for the page: nobody knows what stands in it. */
function unexpected(thrown: unknown): GerbangError {
  const text = 'The poll broke in a way nobody foresaw. Please report it with the log; the terminal is tried again.';
  return new GerbangError('INTERNAL', text, { cause: thrown });
}
