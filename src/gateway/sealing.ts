/** Seals each day of evidence once it has ended, however long the gateway was away. */
import type { Kysely } from 'kysely';
import type { Log } from '../log.ts';
import { sealDays } from '../store/evidence-days.ts';
import type { Tables } from '../store/tables.ts';

/** Often enough that the digest of yesterday is there soon after it can be. */
const everyMs = 300_000;

/** Begins at once. Call what it returns to end it; a seal that is under way is waited for. */
export function keepDaysSealed(db: Kysely<Tables>, log: Log): () => Promise<void> {
  let running = Promise.resolve();
  const seal = async (): Promise<void> => {
    try {
      for (const { day, digest } of await sealDays(db)) {
        log.info({ day, digest: digest.toString('hex') }, 'day of evidence sealed');
      }
    } catch (err) {
      log.warn({ err }, 'evidence could not be sealed; it is tried again');
    }
  };
  const next = (): void => {
    running = running.then(seal);
  };
  next();
  const timer = setInterval(next, everyMs);
  timer.unref();
  return async () => {
    clearInterval(timer);
    await running;
  };
}
