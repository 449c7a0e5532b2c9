/**
 * One receiver: what it is given next, and what its answer means.
 *
 * A message is kept in the database before it is sent, so that every repeat, by any gateway and after any crash, has the
 * same id and the same bytes. It is forgotten, and the cursor moved, once the receiver has confirmed it.
 */
import { crashPoint } from '../crash-points.ts';
import { cursorOf } from '../store/change-cursor.ts';
import { type ChangePage, readChanges } from '../store/changes.ts';
import {
  type Consumer,
  enrolConsumer,
  type HeldMessage,
  holdMessage,
  moveConsumer,
  noteFailure,
  readConsumer,
} from '../store/consumers.ts';
import type { Database } from '../store/database.ts';
import { sequenceOutbox } from '../store/outbox.ts';
import { toldRow } from '../store/told-row.ts';
import { pauseAfterFailure } from './pause.ts';
import { post } from './post.ts';
import { signatureOf } from './signature.ts';

/** A receiver as configured. */
export interface Receiver {
  readonly name: string;
  readonly url: string;
  readonly secret: string;
  /** Only these offices; empty for all. */
  readonly offices: readonly string[];
  /** Rows in one message. */
  readonly maxBatch: number;
  /** Where a name that is new begins. */
  readonly startAt: 'now' | 'oldest';
}

/** What delivering needs. */
export interface DeliveryMeans {
  readonly database: Database;
  /** Host time in milliseconds UTC, for the time a message is signed at. */
  readonly nowMs: () => number;
  /** In [0, 1). */
  readonly random: () => number;
  /** One request may take so long, in milliseconds. */
  readonly answerWithinMs: number;
  /** Ends a request that is under way. */
  readonly signal: AbortSignal;
}

/** What one step came to. */
export type Step =
  | { readonly kind: 'delivered'; readonly rows: number }
  /** Something changed without a message: look again at once. */
  | { readonly kind: 'moved' }
  | { readonly kind: 'nothing' }
  | { readonly kind: 'failed'; readonly reason: string; readonly pauseMs: number }
  /** The receiver answered 410: it wants no more. */
  | { readonly kind: 'unwanted' }
  /** It lagged so long that what it needs next is kept no longer. */
  | { readonly kind: 'gone' };

/** Under this name a receiver stands in `outbox_consumer`. */
export function consumerOf(receiverName: string): string {
  return `webhook:${receiverName}`;
}

/**
 * Delivers one message, if there is one.
 *
 * @throws GerbangError STORE_UNAVAILABLE; whatever was under way is repeated with the next step
 */
export async function deliverNext(receiver: Receiver, means: DeliveryMeans): Promise<Step> {
  const { db } = means.database;
  const name = consumerOf(receiver.name);
  const consumer = await readConsumer(db, name);
  if (consumer === null) {
    // First, or "now" would lie before what was committed already.
    await sequenceOutbox(db);
    await enrolConsumer(db, name, receiver.startAt);
    return { kind: 'moved' };
  }
  if (consumer.held !== null) return send(receiver, consumer, consumer.held, means);
  await sequenceOutbox(db);
  const { maxBatch: limit, offices } = receiver;
  const page = await readChanges(db, { from: consumer.position, limit, offices });
  if (page.kind === 'gone') {
    await noteFailure(db, name, consumer.position, 'gone', 'what comes next is kept no longer');
    return { kind: 'gone' };
  }
  if (page.rows.length > 0) {
    const message = messageOf(receiver, consumer.position, page);
    if (!(await holdMessage(db, name, consumer.position, message))) return { kind: 'moved' };
    crashPoint('webhook.after-hold');
    return send(receiver, consumer, message, means);
  }
  if (page.next === consumer.position) return { kind: 'nothing' };
  await moveConsumer(db, name, { from: consumer.position, to: page.next, rows: 0 });
  return { kind: 'moved' };
}

function messageOf(receiver: Receiver, from: number, page: ChangePage): HeldMessage {
  const { generation } = page.bounds;
  const cursor = cursorOf({ generation, position: page.next });
  const body = Buffer.from(JSON.stringify({ cursor, rows: page.rows.map(toldRow) }));
  // No dot in it: the dot parts what is signed.
  const id = `${receiver.name}_${generation}_${from}_${page.next}`;
  return { id, to: page.next, rows: page.rows.length, body };
}

async function send(
  { name: receiverName, url, secret }: Receiver,
  { position, failures }: Consumer,
  { id, to, rows, body }: HeldMessage,
  { database: { db }, nowMs, random, answerWithinMs, signal }: DeliveryMeans,
): Promise<Step> {
  const name = consumerOf(receiverName);
  const timestampSeconds = Math.floor(nowMs() / 1000);
  const headers = {
    'content-type': 'application/json',
    'user-agent': 'gerbang',
    'webhook-id': id,
    'webhook-timestamp': String(timestampSeconds),
    'webhook-signature': signatureOf(secret, id, timestampSeconds, body),
  };
  const outcome = await post({ url, headers, body, withinMs: answerWithinMs, signal });
  crashPoint('webhook.after-answer');
  switch (outcome.kind) {
    case 'confirmed': {
      const moved = await moveConsumer(db, name, { from: position, to, rows });
      crashPoint('webhook.after-move');
      return moved ? { kind: 'delivered', rows } : { kind: 'moved' };
    }
    case 'unwanted':
      await noteFailure(db, name, position, 'disabled', 'HTTP 410');
      return { kind: 'unwanted' };
    case 'failed': {
      const { reason, retryAfterMs } = outcome;
      // Stopped by ourselves: not a failure of the receiver.
      if (signal.aborted) return { kind: 'nothing' };
      await noteFailure(db, name, position, 'retrying', reason);
      return { kind: 'failed', reason, pauseMs: pauseAfterFailure(failures + 1, retryAfterMs, random()) };
    }
  }
}
