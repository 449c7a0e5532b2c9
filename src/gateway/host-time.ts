/** The host's own clock, for whoever measures against it or shows how far it can be trusted. */
import { createHostClock, type WatchedHostClock } from '../host-clock.ts';
import { type HostError, watchHostError } from '../host-error.ts';
import type { Log } from '../log.ts';

/** The host's clock while a gateway runs. */
export interface HostTime {
  /** A clock for one session, anchored now. */
  newClock(): WatchedHostClock;
  /** How far the host may be from UTC; null where nothing on this machine tells. */
  error(): HostError | null;
  close(): Promise<void>;
}

/** Smaller jumps are in the evidence, but worth no line. */
const tellFromMs = 500;

/** Starts watching the host's clock. */
export function startHostTime(log: Log): HostTime {
  let last = createHostClock();
  const watch = watchHostError((known) => {
    if (known !== null) log.info({ ...known }, 'how far this host may be from UTC is known');
    else log.warn('nothing tells how far this host may be from UTC; it is taken to be right');
  });
  return {
    newClock() {
      const { steppedMs, sleptMs } = last.departure();
      if (Math.abs(steppedMs) > tellFromMs) log.warn({ steppedMs }, 'the wall clock of this host was stepped');
      if (sleptMs > 0) log.warn({ sleptMs }, 'this host slept');
      last = createHostClock();
      return last;
    },
    error: watch.now,
    close: async () => watch.close(),
  };
}
