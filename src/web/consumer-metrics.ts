/** Numbers about those who are told: how far each is behind, and whether it needs a person. */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { ConsumerStanding } from '../store/consumers.ts';

/** The part of the metrics that speaks of consumers. Labels are the names of the configuration. */
export interface ConsumerMetrics {
  /** A message to a webhook ended: rows it confirmed, or null when it did not. */
  webhookEnded(receiver: string, rows: number | null): void;
  /** How consumers stand, asked for when metrics are read; `null` leaves the last numbers standing. */
  watchConsumers(read: () => Promise<readonly ConsumerStanding[] | null>): void;
}

/** What cannot be had in time must not hold up the other numbers. */
const readWithinMs = 1_000;

/** Creates the instruments. */
export function createConsumerMetrics(registry: Registry): ConsumerMetrics {
  const registers = [registry];
  const messages = new Counter({
    name: 'gerbang_webhook_messages_total',
    help: 'Messages to webhooks, by outcome',
    labelNames: ['webhook', 'outcome'],
    registers,
  });
  const rowsConfirmed = new Counter({
    name: 'gerbang_webhook_rows_total',
    help: 'Attendance rows confirmed by webhooks',
    labelNames: ['webhook'],
    registers,
  });
  return {
    webhookEnded(webhook, rows) {
      messages.inc({ webhook, outcome: rows === null ? 'failed' : 'confirmed' });
      if (rows !== null) rowsConfirmed.inc({ webhook }, rows);
    },
    watchConsumers: (read) => watchConsumers(registry, read),
  };
}

function watchConsumers(registry: Registry, read: () => Promise<readonly ConsumerStanding[] | null>): void {
  const labelNames = ['consumer'];
  const failures = new Gauge({
    name: 'gerbang_consumer_failures',
    help: 'Failures in a row since the consumer last confirmed',
    labelNames,
    registers: [registry],
  });
  const stopped = new Gauge({
    name: 'gerbang_consumer_stopped',
    help: '1 when the consumer is told nothing until a person acts: switched off, or too late',
    labelNames,
    registers: [registry],
  });
  // One reading fills all three; the registry collects them side by side and waits for each.
  new Gauge({
    name: 'gerbang_consumer_rows_behind',
    help: 'Rows the consumer has not confirmed',
    labelNames,
    registers: [registry],
    async collect() {
      const standings = await within(read().catch(() => null));
      if (standings === null) return;
      for (const gauge of [this, failures, stopped]) gauge.reset();
      for (const { name: consumer, rowsBehind, failures: inRow, state } of standings) {
        this.set({ consumer }, rowsBehind);
        failures.set({ consumer }, inRow);
        stopped.set({ consumer }, state === 'disabled' || state === 'gone' ? 1 : 0);
      }
    },
  });
}

async function within<T>(work: Promise<T | null>): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), readWithinMs);
  });
  const result = await Promise.race([work, late]);
  clearTimeout(timer);
  return result;
}
