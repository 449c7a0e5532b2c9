/**
 * The host's clock was set back: what BullMQ has written down for later must not wait for the old time to come again.
 *
 * BullMQ keeps delays, and on PostgreSQL the time of the last search for dead workers, as the wall clock of whoever
 * wrote them. A host that starts with a wrong clock and is corrected an hour back would leave retries lying for an hour.
 */
import type { IQueueBackend } from 'bullmq';

const checkMs = 5_000;

/** Less is slewing, and delays of retries are longer anyway. */
const stepMs = 2_000;

/** Where the PostgreSQL backend keeps the time of its last search for dead workers; Redis has nothing there. */
const stallCheckField = 'stalled-check';

/**
 * Puts delayed jobs forward once at the start, since nobody knows what happened before, and after each step backwards.
 * A job handed out too early is only delayed again. Stops with `stopping`.
 *
 * @param stallCheckMs how often BullMQ searches for dead workers
 * @returns to be called whenever something is written down for later: a clock that is wrong for a moment only is seen then
 */
export function recoverFromClockSteps(
  backend: IQueueBackend,
  stallCheckMs: number,
  stopping: AbortSignal,
  complain: (error: unknown) => void,
): () => void {
  const recover = async (): Promise<void> => {
    await backend.promoteJobs();
    const lastCheckMs = Number(await backend.getQueueMetaField(stallCheckField));
    if (lastCheckMs > Date.now() + stallCheckMs) await backend.removeQueueMetaFields([stallCheckField]);
  };
  let aheadOfMonotonicMs = Date.now() - performance.now();
  let due = true;
  const check = (): void => {
    const nowAheadMs = Date.now() - performance.now();
    if (nowAheadMs < aheadOfMonotonicMs - stepMs) due = true;
    aheadOfMonotonicMs = nowAheadMs;
    if (!due) return;
    due = false;
    recover().catch((error: unknown) => {
      due = true;
      complain(error);
    });
  };
  const timer = setInterval(check, checkMs);
  timer.unref();
  stopping.addEventListener('abort', () => clearInterval(timer), { once: true });
  check();
  return check;
}
