/**
 * Looking for terminals that moved: the addresses of the office's own range are asked one at a time, slowly, with the real
 * protocol (docs/decisions/0006-polling.md, "Terminals that moved"). A machine is its serial, so nothing else finds it.
 */
import { isGerbangError } from '../errors.ts';
import type { Log } from '../log.ts';
import type { HostClock, OpenTerminal, TerminalTarget } from '../zk/driver.ts';
import type { LeaseKeeper } from './lease-keeper.ts';
import { createSleeper, type RunningTime, systemTime, unlessAborted, within } from './waiting.ts';

/** An address and a port of the range. */
export interface Candidate {
  readonly host: string;
  readonly port: number;
}

/** A terminal that does not answer where it is configured. */
export interface Sought {
  /** Its name in the office. */
  readonly name: string;
  readonly serial: string;
  /** How it was reached; the address is replaced by each candidate's. */
  readonly target: TerminalTarget;
  readonly open: OpenTerminal;
  found(at: Candidate): void;
}

/** The search of one office. */
export interface Search {
  /** Looks for a terminal until it is found or forgotten; nothing new when it is sought already. */
  seek(sought: Sought): void;
  /** It answers again. */
  forget(name: string): void;
  /** Ends at once, with EXIT where a question is under way. Never throws. */
  stop(): Promise<void>;
}

/** What a search needs. */
export interface SearchMeans {
  readonly candidates: readonly Candidate[];
  readonly leases: Pick<LeaseKeeper, 'hold' | 'release'>;
  newHostClock(): HostClock;
  /** Between two addresses, in milliseconds. */
  readonly spacingMs: number;
  /** Default: the time of this process. */
  readonly time?: RunningTime;
  readonly log: Log;
}

const serialOption = '~SerialNumber';
/** The whole range is asked again for the same terminal after this. */
const sweepEveryMs = 3_600_000;
const connectTimeoutMs = 2_000;
const replyTimeoutMs = 3_000;
const sessionTimeoutMs = 15_000;
const stopMs = 2_500;

/** Creates the search of an office; it asks nobody until somebody is sought. */
export function createSearch(means: SearchMeans): Search {
  const stopping = new AbortController();
  const { time = systemTime } = means;
  const sleeper = createSleeper(time);
  const sought = new Map<string, { readonly one: Sought; sweepAtMs: number }>();
  /** Addresses that did not like our comm key: another try could lock them. */
  const keyRefused = new Set<string>();
  let running: Promise<void> | null = null;

  const found = (serial: string, at: Candidate): void => {
    for (const { one } of [...sought.values()]) {
      if (one.serial !== serial) continue;
      sought.delete(one.name);
      means.log.warn({ terminal: one.name, serial, host: at.host, port: at.port }, 'terminal found at another address');
      one.found(at);
    }
  };

  const sweep = async (one: Sought): Promise<void> => {
    for (const candidate of means.candidates) {
      if (stopping.signal.aborted || !sought.has(one.name)) return;
      const key = keyOfCandidate(candidate);
      if (keyRefused.has(key)) continue;
      const answer = await ask(one, candidate, means, stopping.signal);
      if (answer === 'key-refused') keyRefused.add(key);
      else if (answer !== null) found(answer.serial, candidate);
      await sleeper.sleep(means.spacingMs);
    }
  };

  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const [next] = [...sought.values()].sort((one, other) => one.sweepAtMs - other.sweepAtMs);
      if (next === undefined) return;
      const waitMs = next.sweepAtMs - time.nowMs();
      if (waitMs > 0) await sleeper.sleep(waitMs);
      else {
        await sweep(next.one);
        next.sweepAtMs = time.nowMs() + sweepEveryMs;
      }
    }
  };

  const begin = (): void => {
    running = run()
      .catch((err: unknown) => means.log.error({ err }, 'search for terminals broke'))
      .finally(() => {
        running = null;
      });
  };

  return {
    seek(one) {
      if (stopping.signal.aborted || sought.has(one.name) || means.candidates.length === 0) return;
      sought.set(one.name, { one, sweepAtMs: time.nowMs() });
      if (running === null) begin();
      else sleeper.wake();
    },
    forget(name) {
      if (sought.delete(name)) sleeper.wake();
    },
    async stop() {
      stopping.abort();
      sought.clear();
      sleeper.wake();
      if (running !== null) await within(running, stopMs, time);
    },
  };
}

/** CONNECT, serial, EXIT, under the address's own lease. Null when nobody of interest answers. */
async function ask(
  { target, open }: Sought,
  candidate: Candidate,
  { leases, newHostClock }: SearchMeans,
  signal: AbortSignal,
): Promise<{ readonly serial: string } | 'key-refused' | null> {
  const key = keyOfCandidate(candidate);
  const there = { ...target, ...candidate, connectTimeoutMs, replyTimeoutMs, sessionTimeoutMs };
  try {
    // Another gateway may poll what stands there; it is not disturbed.
    await leases.hold(key);
    const opening = open(there, newHostClock());
    const session = await unlessAborted(opening, signal, (late) => void late.close());
    try {
      return { serial: (await session.readOption(serialOption)) ?? '' };
    } finally {
      await session.close();
    }
  } catch (error) {
    if (signal.aborted) return null;
    if (isGerbangError(error, 'ZK_COMM_KEY_WRONG', 'ZK_COMM_KEY_LOCKED', 'ZK_COMM_KEY_REQUIRED')) return 'key-refused';
    if (isGerbangError(error)) return null;
    throw error;
  } finally {
    await leases.release(key);
  }
}

function keyOfCandidate({ host, port }: Candidate): string {
  return `${host}:${port}`;
}
