/** Those who follow what was stored: webhooks, the numbers about all of them, and how long lines are kept for them. */
import type { Config } from '../config.ts';
import { isStoreAway } from '../errors.ts';
import type { Log } from '../log.ts';
import { readConsumers } from '../store/consumers.ts';
import type { Database } from '../store/database.ts';
import { pruneOutbox } from '../store/outbox.ts';
import type { Metrics } from '../web/metrics.ts';
import { startWebhooks } from '../webhooks/webhooks.ts';

/** What following needs. */
export interface ConsumerMeans {
  readonly config: Config;
  readonly database: Database;
  readonly metrics: Metrics;
  readonly log: Log;
}

const pruneEveryMs = 600_000;
/** Lines forgotten in one statement, and statements in a row: nobody waits long behind them. */
const linesAtOnce = 2_000;
const roundsAtOnce = 100;
const dayMs = 86_400_000;

/** Starts following. Call what it returns to end it. */
export function startConsumers({ config, database, metrics, log }: ConsumerMeans): () => Promise<void> {
  metrics.watchConsumers(() => readConsumers(database.db));
  const webhooks = startWebhooks({
    database,
    receivers: config.webhooks.filter(({ enabled }) => enabled),
    log: log.child({ part: 'webhooks' }),
    nowMs: () => Date.now(),
    onOutcome: metrics.webhookEnded,
  });
  const keeping = { keepMs: config.outbox.keepDays * dayMs, lagMs: config.outbox.lagDays * dayMs };
  let running = Promise.resolve();
  let closed = false;

  async function prune(): Promise<void> {
    try {
      for (let round = 0; round < roundsAtOnce && !closed; round += 1) {
        if ((await pruneOutbox(database.db, keeping, linesAtOnce)) < linesAtOnce) return;
      }
    } catch (err) {
      log[isStoreAway(err) ? 'debug' : 'error']({ err }, 'old lines were not taken from the outbox');
    }
  }
  const timer = setInterval(() => {
    running = running.then(prune);
  }, pruneEveryMs);
  timer.unref();

  return async () => {
    closed = true;
    clearInterval(timer);
    await Promise.all([webhooks.close(), running]);
  };
}
