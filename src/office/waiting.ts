/** Waits that end: after a time, at an abort, or because something happened. */

/** How a process's time runs, and waits in it: the system's own, or that of a simulated world. */
export interface RunningTime {
  /** Monotonic milliseconds since an arbitrary start: a stepped wall clock moves it not at all. */
  nowMs(): number;
  /** Resolves after `ms`, or at once when `signal` is aborted. Never rejects: the caller looks at the signal. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/**
 * Resolves after `ms`, or at once when `signal` is aborted. Never rejects: the caller looks at the signal.
 *
 * @param ms not above 2^31 - 1; longer waits are cut to it
 */
export function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    const done = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', done);
      resolve();
    };
    const timer = setTimeout(done, Math.min(Math.max(ms, 0), 2 ** 31 - 1));
    signal.addEventListener('abort', done, { once: true });
  });
}

/** A reason for signals whose reason nobody reads: without one, each abort makes an error with its stack. */
export const ended = 'ended';

/** The time of this process. */
export const systemTime: RunningTime = { nowMs: () => performance.now(), pause };

/** A sleeper that others can wake. */
export interface Sleeper {
  /** Resolves after `ms`, or when {@link Sleeper.wake} is called; at once when it was called since the last sleep. */
  sleep(ms: number): Promise<void>;
  wake(): void;
}

/** One sleeper at a time. */
export function createSleeper(time: RunningTime = systemTime): Sleeper {
  let woken = false;
  let rouse: (() => void) | null = null;
  return {
    async sleep(ms) {
      if (!woken) {
        const waking = new AbortController();
        rouse = () => waking.abort(ended);
        await time.pause(ms, waking.signal);
        rouse = null;
      }
      woken = false;
    },
    wake() {
      woken = true;
      rouse?.();
    },
  };
}

/**
 * The work's result, or `null` when it takes longer than `ms`. The work goes on and its late failure is swallowed: the
 * caller has made sure that it ends by itself.
 */
export async function within<T>(work: Promise<T>, ms: number, time: RunningTime = systemTime): Promise<T | null> {
  const limit = new AbortController();
  try {
    return await Promise.race([work, time.pause(ms, limit.signal).then(() => null)]);
  } finally {
    limit.abort(ended);
    work.catch(() => undefined);
  }
}

/**
 * The work's result, unless `signal` is aborted first: then its reason is thrown at once.
 *
 * @param undo called with a result that came too late
 */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal, undo: (late: T) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
    work
      .then((result) => (signal.aborted ? undo(result) : resolve(result)), reject)
      .finally(() => signal.removeEventListener('abort', stop));
  });
}
