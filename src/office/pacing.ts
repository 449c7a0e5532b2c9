/**
 * When a terminal is looked at next. Pure: time and chance come in as numbers.
 *
 * It is a circuit breaker in small: closed while polls go well (`failures` is 0), open for the wait after a failure, and
 * half-open in the one poll that ends the wait. That poll is the only try; nothing else knocks meanwhile, a bell neither.
 * One that goes well closes the circuit, one that fails opens it for longer.
 *
 * A fleet must never knock in step: every interval carries jitter, so that terminals started together drift apart and
 * an office that comes back after an outage is not asked everything in the same second.
 */

/** How one poll ended, as far as the pace is concerned. */
export type PollEnd =
  /** Everything was read, or is known to be read. */
  | 'done'
  /** The terminal answered; the database or the queue did not, so what it holds stays with it for now. */
  | 'waits'
  /** Nothing was asked of the terminal: no turn for a whole read, or the queue is deep. */
  | 'put-off'
  | 'failed'
  /** Trying again changes nothing until a person has acted. */
  | 'needs-person';

/** The pace of one terminal. All durations in milliseconds. */
export interface Pace {
  readonly pollEveryMs: number;
  /** The least rest between the end of one session and the begin of the next. */
  readonly restMs: number;
}

/** Share of an interval that chance may add or take. */
const jitterShare = 0.1;
const firstRetryMs = 10_000;
const putOffMs = 5_000;
const slowestRetryMs = 5 * 60_000;
const firstPersonMs = 60_000;
const slowestPersonMs = 15 * 60_000;

/**
 * Milliseconds from the begin of the last poll to the begin of the next.
 *
 * After a failure the first retry comes early, because most failures are one lost packet; every further one doubles the
 * wait up to ten polls or five minutes, whichever is shorter (but never faster than the usual pace). Failures that need
 * a person begin at five polls or a minute: a wrong comm key must not be tried until the terminal locks itself.
 *
 * @param pace of this terminal
 * @param end how the last poll ended
 * @param failures failed polls in a row, this one included
 * @param chance uniform in [0, 1)
 */
export function intervalMs(pace: Pace, end: PollEnd, failures: number, chance: number): number {
  const { pollEveryMs } = pace;
  const jitter = 1 + jitterShare * (2 * chance - 1);
  if (end === 'done' || end === 'waits') return pollEveryMs * jitter;
  if (end === 'put-off') return Math.min(pollEveryMs, putOffMs) * (0.5 + chance);
  const doublings = 2 ** Math.min(Math.max(failures - 1, 0), 20);
  if (end === 'needs-person') {
    const firstMs = Math.max(5 * pollEveryMs, firstPersonMs);
    return Math.min(firstMs * doublings, Math.max(pollEveryMs, slowestPersonMs)) * jitter;
  }
  const cap = Math.max(pollEveryMs, Math.min(10 * pollEveryMs, slowestRetryMs));
  // Half of the wait is chance: terminals that failed together (a switch, a link) must not return together.
  return Math.min(Math.min(firstRetryMs, pollEveryMs / 2) * doublings, cap) * (0.5 + 0.5 * chance);
}

/**
 * When the next poll is due.
 *
 * @param startedAtMs monotonic, when the last poll began
 * @param endedAtMs monotonic, when it ended: a session is never opened sooner than the rest after it
 */
export function nextDueMs(pace: Pace, startedAtMs: number, endedAtMs: number, interval: number): number {
  return Math.max(startedAtMs + interval, endedAtMs + pace.restMs);
}

/**
 * When the first poll of a terminal is due, as milliseconds from now: spread over five seconds at most, so that the page
 * fills at once and a site's switch does not see every terminal's handshake in the same millisecond.
 */
export function firstDelayMs(pace: Pace, chance: number): number {
  return Math.min(pace.pollEveryMs, 5_000) * chance;
}
