/** What `status` says of those who are told. */
import type { ConsumerStanding } from '../store/consumers.ts';
import { consumerText } from '../words/consumers.ts';
import type { Cli } from './cli.ts';
import { printable } from './output.ts';

/** A consumer as `status --json` answers it; instants as ISO 8601 in UTC. */
export interface ConsumerStatus extends Omit<ConsumerStanding, 'failingSinceMs' | 'lastConfirmedMs'> {
  readonly failingSince: string | null;
  readonly lastConfirmed: string | null;
}

/** A consumer as data. */
export function consumerStatusOf({ failingSinceMs, lastConfirmedMs, ...rest }: ConsumerStanding): ConsumerStatus {
  const isoOf = (atMs: number | null): string | null => (atMs === null ? null : new Date(atMs).toISOString());
  return { ...rest, failingSince: isoOf(failingSinceMs), lastConfirmed: isoOf(lastConfirmedMs) };
}

/** A line per webhook; nothing when there are none. MQTT is named where it is configured, by `start` and `/metrics`. */
export function consumersText(consumers: readonly ConsumerStatus[], cli: Cli, nowMs: number): string {
  const lines = consumers.flatMap(({ failingSince, ...consumer }) => {
    if (!consumer.name.startsWith('webhook:')) return [];
    const failingForMs = failingSince === null ? null : nowMs - Date.parse(failingSince);
    return [`${printable(consumerText({ ...consumer, failingForMs }, cli.lang))}\n`];
  });
  return lines.length === 0 ? '' : `${lines.join('')}\n`;
}
