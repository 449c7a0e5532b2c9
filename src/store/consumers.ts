/**
 * Who follows the order of changes, and how far each one has come.
 *
 * A consumer's position moves only after it confirmed everything before the new one, and only from where it stood: of
 * two gateways that deliver at once by mistake, both may tell the same rows, and one of them moves the cursor.
 */
import { type Kysely, sql } from 'kysely';
import type { ConsumerCondition } from './outbox-tables.ts';
import type { Tables } from './tables.ts';

/** The consumer that publishes over MQTT; it is there from the first migration on. */
export const mqttConsumer = 'mqtt';

/** A message under way: the same bytes at every repeat. */
export interface HeldMessage {
  /** Names the message for ever: life of the database, consumer, first and last position. */
  readonly id: string;
  /** Where the consumer stands once it has confirmed. */
  readonly to: number;
  readonly rows: number;
  readonly body: Buffer;
}

/** Where a consumer stands. */
export interface Consumer {
  readonly position: number;
  readonly state: ConsumerCondition;
  readonly failures: number;
  readonly held: HeldMessage | null;
}

/** A consumer for people to see. Instants in milliseconds UTC. */
export interface ConsumerStanding {
  readonly name: string;
  readonly state: ConsumerCondition;
  /** Rows it has not confirmed yet. */
  readonly rowsBehind: number;
  readonly failures: number;
  readonly failingSinceMs: number | null;
  /** Such as `HTTP 503` or `no answer in time`; never what the other side wrote. */
  readonly lastFailure: string | null;
  readonly lastConfirmedMs: number | null;
}

/** Makes a consumer known, where it is not yet: `now` gives it what comes from here on, `oldest` all that is kept. */
export async function enrolConsumer(db: Kysely<Tables>, name: string, startAt: 'now' | 'oldest'): Promise<void> {
  await sql`
    insert into outbox_consumer (name, position)
    select ${name}, case when ${startAt === 'now'} then next_position else
      coalesce((select end_position - (to_ordinal - from_ordinal) from outbox where end_position is not null
                order by end_position limit 1), next_position) end
    from outbox_head
    on conflict (name) do nothing`.execute(db);
}

/** Where a consumer stands; null when nobody made it known. */
export async function readConsumer(db: Kysely<Tables>, name: string): Promise<Consumer | null> {
  interface Row extends Omit<Consumer, 'held'> {
    readonly id: string | null;
    readonly to: number;
    readonly rows: number;
    readonly body: Buffer;
  }
  const { rows } = await sql<Row>`
    select position, state, failures, held_id as id, held_to as "to", held_rows as rows, held_body as body
    from outbox_consumer where name = ${name}`.execute(db);
  const [row] = rows;
  if (row === undefined) return null;
  const { position, state, failures, id, to, rows: count, body } = row;
  return { position, state, failures, held: id === null ? null : { id, to, rows: count, body } };
}

/** Keeps a message before it is sent for the first time. False when the consumer does not stand at `from` any more. */
export async function holdMessage(
  db: Kysely<Tables>,
  name: string,
  from: number,
  message: HeldMessage,
): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox_consumer
    set held_id = ${message.id}, held_to = ${message.to}, held_rows = ${message.rows}, held_body = ${message.body}
    where name = ${name} and position = ${from} and held_id is null`.execute(db);
  return numAffectedRows === 1n;
}

/** A stretch that was confirmed; `rows` is 0 when all of it was of other offices and nothing was sent. */
export interface Confirmed {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
}

/** Moves a cursor over what was confirmed. False when the consumer does not stand at `from` any more. */
export async function moveConsumer(db: Kysely<Tables>, name: string, { from, to, rows }: Confirmed): Promise<boolean> {
  const { numAffectedRows } = await sql`
    update outbox_consumer
    set position = ${to}, state = 'ok', failures = 0, failing_since = null, last_failure = null,
        last_confirmed_at = case when ${rows > 0} then now() else last_confirmed_at end,
        held_id = null, held_to = null, held_rows = null, held_body = null
    where name = ${name} and position = ${from}`.execute(db);
  return numAffectedRows === 1n;
}

/** Writes down why a consumer does not move on from `from`. */
export async function noteFailure(
  db: Kysely<Tables>,
  name: string,
  from: number,
  state: Exclude<ConsumerCondition, 'ok'>,
  failure: string,
): Promise<void> {
  await sql`
    update outbox_consumer
    set state = ${state}, failures = failures + 1, failing_since = coalesce(failing_since, now()), last_failure = ${failure}
    where name = ${name} and position = ${from}`.execute(db);
}

/** A consumer that was switched off is delivered to again. */
export async function resumeConsumer(db: Kysely<Tables>, name: string): Promise<void> {
  await sql`
    update outbox_consumer set state = 'ok', failures = 0, failing_since = null, last_failure = null
    where name = ${name} and state = 'disabled'`.execute(db);
}

/** Webhooks whose names are not among these are shown as switched off. They keep their places. */
export async function disableConsumers(db: Kysely<Tables>, except: readonly string[]): Promise<void> {
  await sql`
    update outbox_consumer set state = 'disabled', last_failure = 'not in the configuration, or switched off there'
    where name like 'webhook:%' and state in ('ok', 'retrying') and name <> all (${except}::text[])`.execute(db);
}

/** How all consumers stand, by name. */
export async function readConsumers(db: Kysely<Tables>): Promise<readonly ConsumerStanding[]> {
  const { rows } = await sql<ConsumerStanding>`
    select name, state, failures, failing_since as "failingSinceMs", last_failure as "lastFailure",
           last_confirmed_at as "lastConfirmedMs",
           next_position - position
             + (select coalesce(sum(to_ordinal - from_ordinal), 0)::bigint from outbox where end_position is null)
             as "rowsBehind"
    from outbox_consumer, outbox_head
    order by name`.execute(db);
  return rows;
}
