/** One session with one terminal, ended with EXIT whatever happens: success, failure, Ctrl-C or SIGTERM. */
import { isGerbangError } from '../errors.ts';
import { createHostClock } from '../host-clock.ts';
import type { HostClock, OpenTerminal, TerminalSession } from '../zk/driver.ts';
import { openTerminal } from '../zk/terminal.ts';
import { openZklibTerminal } from '../zklib/terminal.ts';
import { interruptedBy } from './failure.ts';
import type { CommandTarget } from './target.ts';

const drivers: Readonly<Record<CommandTarget['driver'], OpenTerminal>> = {
  zk: openTerminal,
  'node-zklib': openZklibTerminal,
};

/** What the work inside a session gets. */
export interface OpenSession {
  readonly session: TerminalSession;
  readonly clock: HostClock;
  /** Aborted when a signal asked us to stop; waits inside the work watch it. */
  readonly signal: AbortSignal;
}

/** Time that opening a session may still take after a signal, before it is left to the system to close the socket. */
const openingGraceMs = 2000;

/**
 * Opens a session, does the work, closes the session.
 *
 * @throws GerbangError what opening or the work threw, or SHUTDOWN when a signal ended it
 */
export async function withTerminal<T>(target: CommandTarget, work: (open: OpenSession) => Promise<T>): Promise<T> {
  const clock = createHostClock();
  const stopping = new AbortController();
  let session: TerminalSession | null = null;
  let caught: NodeJS.Signals | null = null;

  const onSignal = (signal: NodeJS.Signals): void => {
    if (caught !== null) process.exit(1);
    caught = signal;
    stopping.abort();
    // Closing sends EXIT, and the request under way fails at once.
    if (session !== null) void session.close();
    else setTimeout(() => process.exit(1), openingGraceMs).unref();
  };
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  try {
    session = await drivers[target.driver](target, clock);
    if (caught !== null) throw interruptedBy(caught);
    const result = await work({ session, clock, signal: stopping.signal });
    if (caught !== null) throw interruptedBy(caught);
    return result;
  } catch (error) {
    // What a session says about its own end is noise when we ended it.
    throw caught !== null && isGerbangError(error) ? interruptedBy(caught) : error;
  } finally {
    await session?.close();
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
  }
}
