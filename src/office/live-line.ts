/**
 * A session that is kept between polls to hear the terminal ring (docs/decisions/0006-polling.md, "Live events").
 *
 * A bell starts the same poll that a timer starts, over the same session, so there is one path for data and never a second
 * connection. Whatever goes wrong here ends the kept session and nothing else: the next poll opens one of its own.
 */
import { type GerbangError, isConnectionLost, isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { TerminalSession } from '../zk/driver.ts';
import { isDisturbed } from './host-steps.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import type { PollClock } from './means.ts';
import { ended, type RunningTime, systemTime } from './waiting.ts';

/** A session that is kept. */
export interface KeptSession {
  readonly session: TerminalSession;
  /** Stamps the session's readings; polls over it go by the same clock. */
  readonly clock: PollClock;
  /** The serial that was verified when the session was opened: another machine cannot take it over. */
  readonly serial: string;
  /** Aborted when the terminal rings; renewed by each poll. */
  bell: AbortController;
  readonly openedAtMs: number;
  polls: number;
  end(): Promise<void>;
}

/** See {@link createLiveLine}. */
export interface LiveLine {
  /**
   * The kept session, for one poll; null when there is none, or when it must be opened anew.
   *
   * @param now a host clock that was just anchored: a kept session whose clock disagrees was kept through a step
   */
  take(now: PollClock): Promise<KeptSession | null>;
  /** Registers for events and keeps the session, unless this terminal is known to have none. False: close it. */
  keep(session: TerminalSession, clock: PollClock, serial: string): Promise<boolean>;
  /** Ends the kept session; the next poll may keep another one. Never throws. */
  rest(): Promise<void>;
  /** Ends the kept session; nothing is kept any more. Never throws. */
  close(): Promise<void>;
}

/** What a line needs. */
export interface LiveLineMeans {
  /** Lease key of the connection that is made now. */
  address(): string;
  readonly leases: Pick<LeaseKeeper, 'guard'>;
  /** The terminal rang: poll it now. */
  ring(): void;
  /** Uniform in [0, 1). */
  random(): number;
  /** Default: the time of this process. */
  readonly time?: RunningTime;
  readonly log: Log;
}

/** A session is opened anew after this long or this many polls: message numbers are 16 bit and never reused. */
const keptMs = 3_600_000;
const keptPolls = 2_000;
/** A host clock that was stepped by more belongs to another session. */
const steppedMs = 500;
const firstBackOffMs = 60_000;
const slowestBackOffMs = 3_600_000;
/** A terminal without live events is asked again tomorrow: it may have been updated. */
const unsupportedMs = 24 * 3_600_000;
/** A session that lived this long was no failure. */
const soundMs = 600_000;

/** The longest a kept session lives, with a poll at its end; for the driver's own limit. Milliseconds. */
export function longestKeptMs(pollDeadlineMs: number): number {
  return 1.1 * keptMs + 2 * pollDeadlineMs;
}

/** Creates the line of one terminal. Close it when its office stops. */
export function createLiveLine(means: LiveLineMeans): LiveLine {
  const { time = systemTime } = means;
  let kept: KeptSession | null = null;
  let failures = 0;
  let notBeforeMs = 0;
  let closed = false;

  const backOff = (openedAtMs: number): void => {
    const nowMs = time.nowMs();
    failures = nowMs - openedAtMs > soundMs ? 1 : failures + 1;
    const waitMs = Math.min(firstBackOffMs * 2 ** Math.min(failures - 1, 20), slowestBackOffMs);
    notBeforeMs = nowMs + waitMs * (0.5 + 0.5 * means.random());
  };

  const refused = (error: GerbangError): boolean => {
    if (!isGerbangError(error, 'ZK_UNSUPPORTED', 'ZK_REFUSED')) return false;
    notBeforeMs = time.nowMs() + (error.code === 'ZK_UNSUPPORTED' ? unsupportedMs : slowestBackOffMs);
    means.log.info({ code: error.code }, 'terminal offers no live events, it is polled');
    return true;
  };

  const hold = (session: TerminalSession, clock: PollClock, serial: string): KeptSession => {
    const holding: KeptSession = {
      session,
      clock,
      serial,
      bell: new AbortController(),
      openedAtMs: time.nowMs(),
      polls: 0,
      async end() {
        unguard();
        if (kept === holding) kept = null;
        await session.close();
      },
    };
    const unguard = means.leases.guard(means.address(), () => void holding.end());
    return holding;
  };

  return {
    async take(now) {
      if (kept === null) return null;
      const isOld = time.nowMs() - kept.openedAtMs > keptMs * (0.9 + 0.2 * means.random());
      const isStepped = isDisturbed(kept.clock) || Math.abs(now.nowMs() - kept.clock.nowMs()) > steppedMs;
      if (isOld || isStepped || kept.polls >= keptPolls) {
        await kept.end();
        return null;
      }
      kept.polls += 1;
      kept.bell = new AbortController();
      return kept;
    },
    async keep(session, clock, serial) {
      if (closed || time.nowMs() < notBeforeMs) return false;
      const holding = hold(session, clock, serial);
      const onBell = (): void => {
        if (kept !== holding) return;
        holding.bell.abort(ended);
        means.ring();
      };
      const onLost = (error: GerbangError): void => {
        backOff(holding.openedAtMs);
        means.log.info({ code: error.code }, 'live session lost, the terminal is polled');
        void holding.end();
      };
      kept = holding;
      try {
        await session.listen(onBell, onLost);
      } catch (error) {
        await holding.end();
        if (!isGerbangError(error) || !(refused(error) || isConnectionLost(error))) throw error;
        return false;
      }
      // Whoever punched between the last read and the registration rang nobody.
      means.ring();
      return !closed;
    },
    rest: async () => kept?.end(),
    async close() {
      closed = true;
      await kept?.end();
    },
  };
}
