/** Starts keeping how complete each day of each office is. */
import { startCompletenessKeeper } from '../completeness/keeper.ts';
import type { Log } from '../log.ts';
import type { Plan } from '../setup/plan.ts';
import type { Database } from '../store/database.ts';

/** Begins at once. Call what it returns to end it; what is under way is waited for. */
export function keepCompleteness(database: Database, plan: Plan, log: Log): () => Promise<void> {
  const offices = () =>
    plan.now().offices.map(({ code, relevantUntil }) => ({ code, relevantUntilMinute: minuteOf(relevantUntil) }));
  const keeper = startCompletenessKeeper({
    database,
    log: log.child({ part: 'completeness' }),
    nowMs: () => Date.now(),
    offices,
  });
  return () => keeper.close();
}

/** `20:30` as a minute of the day; null for its end. */
function minuteOf(time: string): number | null {
  const [hours = 24, minutes = 0] = time.split(':').map(Number);
  return hours >= 24 ? null : hours * 60 + minutes;
}
