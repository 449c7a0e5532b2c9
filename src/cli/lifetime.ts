/** The life of a program that runs until it is told to stop: signals, the order of stopping, and a last deadline. */

/** Everything is stopped within 10 s (docs/operations.md, "Signals"); the rest is for the process itself to end. */
const lastDeadlineMs = 9_800;

/** A program's life. */
export interface Lifetime {
  /** Aborted when it is told to stop. */
  readonly signal: AbortSignal;
  /** Resolves when it is told to stop. */
  readonly ended: Promise<void>;
  /** Tells it to stop, as a signal would. */
  end(): void;
  /** Adds something to stop, to be stopped before everything that was added earlier. */
  onStop(stop: () => Promise<unknown>): void;
  /** Stops everything, newest first. Errors are told to `onError`, and the next is stopped all the same. */
  stopAll(onError: (error: unknown) => void): Promise<void>;
}

/**
 * Begins a life. The first SIGINT or SIGTERM ends it in order, the second at once.
 *
 * @param onEnding called once when it is told to stop
 */
export function beginLife(onEnding: () => void): Lifetime {
  const ending = new AbortController();
  const stops: (() => Promise<unknown>)[] = [];
  const end = (): void => {
    if (ending.signal.aborted) return;
    ending.abort();
    onEnding();
    setTimeout(() => process.exit(1), lastDeadlineMs).unref();
  };
  const onSignal = (): void => {
    if (ending.signal.aborted) process.exit(1);
    end();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // The terminal window was closed: nobody is left to press Ctrl-C.
  process.on('SIGHUP', onSignal);
  return {
    signal: ending.signal,
    ended: new Promise((resolve) => ending.signal.addEventListener('abort', () => resolve(), { once: true })),
    end,
    onStop: (stop) => stops.push(stop),
    async stopAll(onError) {
      for (const stop of stops.splice(0).reverse()) await stop().catch(onError);
      process.off('SIGINT', onSignal).off('SIGTERM', onSignal).off('SIGHUP', onSignal);
    },
  };
}
