/** MQTT as a consumer of the order of changes: one page after the other, the cursor behind what the broker confirmed. */
import { crashPoint } from '../crash-points.ts';
import type { Log } from '../log.ts';
import { readChanges } from '../store/changes.ts';
import { enrolConsumer, moveConsumer, mqttConsumer, readConsumer } from '../store/consumers.ts';
import type { Database } from '../store/database.ts';
import type { Turn } from '../store/turn.ts';
import type { BrokerLink } from './link.ts';
import { punchMessage } from './messages.ts';

/** What following needs. */
export interface FollowMeans {
  readonly database: Database;
  readonly link: Pick<BrokerLink, 'publishAll'>;
  readonly turn: Turn;
  readonly log: Log;
  /** Told how many rows the broker has confirmed. */
  readonly onPublished: (rows: number) => void;
}

/** Rows on their way to the broker at one time. */
export const rowsInFlight = 500;

/**
 * Publishes the next page.
 *
 * @returns false when nothing waits, or another gateway publishes
 * @throws GerbangError MQTT_UNAVAILABLE, STORE_UNAVAILABLE; the page is published again then
 */
export async function publishNext({ database: { db }, link, turn, log, onPublished }: FollowMeans): Promise<boolean> {
  // Before each page: a gateway that was frozen must not go on where another one is at work.
  if (!(await turn.take())) return false;
  const standing = await readConsumer(db, mqttConsumer);
  if (standing === null) {
    await enrolConsumer(db, mqttConsumer, 'oldest');
    return true;
  }
  const from = standing.position;
  const page = await readChanges(db, { from, limit: rowsInFlight });
  if (page.kind === 'gone') {
    // Lines wait for MQTT however long it takes, so somebody else took them away. The rows themselves are in Postgres.
    log.error({ from, oldest: page.bounds.oldest }, 'rows that were not published yet are gone from the outbox');
    return moveConsumer(db, mqttConsumer, { from, to: page.bounds.oldest, rows: 0 });
  }
  if (page.next === from) return false;
  crashPoint('outbox.before-publish');
  await link.publishAll(page.rows.map(punchMessage));
  crashPoint('outbox.after-confirm');
  onPublished(page.rows.length);
  await moveConsumer(db, mqttConsumer, { from, to: page.next, rows: page.rows.length });
  crashPoint('outbox.after-move');
  return true;
}
