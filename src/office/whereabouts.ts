/** Where a terminal is polled: where it is configured, or where its serial was found. */
import { GerbangError, isConnectionLost, isGerbangError } from '../errors.ts';
import type { PollResult } from './poller.ts';
import type { Candidate, Search, Sought } from './search.ts';

/** See {@link createWhereabouts}. */
export interface Whereabouts {
  /** Where to poll now. */
  here(): Candidate;
  /** `host:port` of {@link Whereabouts.here}. */
  address(): string;
  /** The result as the office should see it: a terminal that is read elsewhere is well, and says so. */
  told(result: PollResult): PollResult;
  /** Learns from the end of a poll. @param serial whose log it would be; null before first contact */
  note(result: PollResult, serial: string | null): void;
}

/** Silent polls in a row before it is looked for: a cable that is pulled for a minute is no removal. */
const silentPolls = 3;

/**
 * @param configured where it ought to stand
 * @param search null where the office names no range
 * @param sought how to ask for it
 * @param moved called with the `host:port` that was left, when it is polled somewhere else from now on
 */
export function createWhereabouts(
  configured: Candidate,
  search: Search | null,
  sought: Omit<Sought, 'serial' | 'found'>,
  moved: (from: string) => void,
): Whereabouts {
  let here = configured;
  let silent = 0;
  const address = (): string => `${here.host}:${here.port}`;

  const go = (to: Candidate): void => {
    const from = address();
    here = to;
    silent = 0;
    moved(from);
  };

  return {
    here: () => here,
    address,
    told(result) {
      if (here === configured || result.end !== 'done') return result;
      return { end: 'done', error: movedError(address(), `${configured.host}:${configured.port}`) };
    },
    note({ end, error }, serial) {
      if (end === 'done') {
        silent = 0;
        search?.forget(sought.name);
        return;
      }
      const isAnother = isGerbangError(error, 'TERMINAL_SERIAL_MISMATCH');
      if (isAnother || isConnectionLost(error)) silent += 1;
      // A machine that gives another serial is not the one that is missing: there is nothing to wait for.
      if (serial === null || (silent < silentPolls && !isAnother)) return;
      // It has left the place where it was found: the configured one is the next best guess.
      if (here !== configured) go(configured);
      search?.seek({
        ...sought,
        serial,
        found(at) {
          go(at);
        },
      });
    },
  };
}

function movedError(now: string, before: string): GerbangError {
  const text = `The terminal was found by its serial at ${now} instead of ${before} and is read there. Correct its address in the configuration.`;
  return new GerbangError('TERMINAL_MOVED', text, { context: { now, before } });
}
