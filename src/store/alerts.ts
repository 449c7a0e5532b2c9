/** Alerts as they are kept: opened, told, taken on, over. */
import { type Kysely, sql } from 'kysely';
import { instantText } from './pg-types.ts';
import type { Tables } from './tables.ts';

/** An alert. Instants in milliseconds UTC. */
export interface AlertRow {
  readonly alertId: number;
  readonly key: string;
  readonly kind: string;
  readonly severity: 'warning' | 'critical';
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly sinceMs: number;
  readonly openedAtMs: number;
  readonly closedAtMs: number | null;
  readonly facts: Readonly<Record<string, string | number | null>>;
  readonly acknowledgedAtMs: number | null;
  readonly acknowledgedBy: string | null;
  readonly note: string | null;
}

/** What is opened. */
export interface NewAlert {
  readonly key: string;
  readonly kind: string;
  readonly severity: 'warning' | 'critical';
  readonly officeCode: string | null;
  readonly terminalName: string | null;
  readonly sinceMs: number;
  readonly facts: Readonly<Record<string, string | number | null>>;
}

/** More than anybody reads; a storm is grouped before it comes here. */
const mostOpen = 2_000;
/** What is over is kept for a year. */
const keptDays = 366;

const columns = sql`
  a.alert_id as "alertId", a.alert_key as key, a.kind, a.severity, a.office_code as "officeCode",
  a.terminal_name as "terminalName", a.since_at as "sinceMs", a.opened_at as "openedAtMs", a.closed_at as "closedAtMs",
  a.facts, a.acknowledged_at as "acknowledgedAtMs", a.acknowledged_by as "acknowledgedBy", a.note`;

/** All that are open, the worst and oldest first. */
export async function readOpenAlerts(db: Kysely<Tables>): Promise<readonly AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${columns} from alert a where a.closed_at is null
    order by a.severity, a.since_at limit ${mostOpen}`.execute(db);
  return rows;
}

/** Which alerts a reader wants. */
export interface AlertQuery {
  readonly state: 'open' | 'closed' | 'all';
  readonly officeCode: string | null;
  /** Only alerts before this id. */
  readonly beforeId: number | null;
  readonly limit: number;
}

/** Alerts, newest first. A limited reader sees those of the office, and none of the whole house. */
export async function readAlertPage(db: Kysely<Tables>, query: AlertQuery): Promise<readonly AlertRow[]> {
  const { rows } = await sql<AlertRow>`
    select ${columns} from alert a
    where (${query.state} = 'all' or (a.closed_at is null) = (${query.state} = 'open'))
      and (${query.officeCode}::text is null or a.office_code = ${query.officeCode}::text)
      and (${query.beforeId}::bigint is null or a.alert_id < ${query.beforeId}::bigint)
    order by a.alert_id desc limit ${query.limit}`.execute(db);
  return rows;
}

/** Opens, refreshes and closes, in one statement each. */
export async function applyVerdict(
  db: Kysely<Tables>,
  verdict: {
    readonly open: readonly NewAlert[];
    readonly refresh: readonly NewAlert[];
    readonly close: readonly string[];
  },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    const known = [...verdict.open, ...verdict.refresh].map((one) => ({
      alert_key: one.key,
      kind: one.kind,
      severity: one.severity,
      office_code: one.officeCode,
      terminal_name: one.terminalName,
      since_at: instantText(one.sinceMs),
      facts: one.facts,
    }));
    if (known.length > 0)
      await sql`
        insert into alert (alert_key, kind, severity, office_code, terminal_name, since_at, facts)
        select alert_key, kind, severity, office_code, terminal_name, since_at, facts
        from jsonb_populate_recordset(null::alert, ${JSON.stringify(known)}::jsonb)
        on conflict (alert_key) where closed_at is null
        do update set facts = excluded.facts, since_at = least(alert.since_at, excluded.since_at)
        where alert.facts is distinct from excluded.facts`.execute(tx);
    if (verdict.close.length > 0)
      await sql`
        update alert set closed_at = now() where closed_at is null and alert_key = any (${[...verdict.close]}::text[])`.execute(
        tx,
      );
  });
}

/** Takes an alert on. @returns it, or null when there is none of this number that is open and not taken on */
export async function acknowledgeAlert(
  db: Kysely<Tables>,
  alertId: number,
  by: { readonly actor: string; readonly note: string; readonly officeCode: string | null },
): Promise<AlertRow | null> {
  const { rows } = await sql<AlertRow>`
    update alert a set acknowledged_at = now(), acknowledged_by = ${by.actor}, note = ${by.note}
    where a.alert_id = ${alertId} and a.closed_at is null and a.acknowledged_at is null
      and (${by.officeCode}::text is null or a.office_code = ${by.officeCode}::text)
    returning ${columns}`.execute(db);
  return rows[0] ?? null;
}

/** An alert with what one channel knows of it. */
export interface TellableRow extends AlertRow {
  readonly toldOpened: boolean;
  readonly toldClosed: boolean;
  readonly acknowledged: boolean;
}

/** Alerts a channel may have to be told of: open ones, and closed ones whose end it was not told. */
export async function readTellable(db: Kysely<Tables>, channel: string): Promise<readonly TellableRow[]> {
  const { rows } = await sql<TellableRow>`
    select ${columns}, o.told_at is not null as "toldOpened", c.told_at is not null as "toldClosed",
           a.acknowledged_at is not null as acknowledged
    from alert a
    left join alert_told o on o.alert_id = a.alert_id and o.channel = ${channel} and o.what = 'opened'
    left join alert_told c on c.alert_id = a.alert_id and c.channel = ${channel} and c.what = 'closed'
    where a.closed_at is null or (a.closed_at > now() - interval '7 days' and o.told_at is not null and c.told_at is null)
    order by a.alert_id limit ${mostOpen}`.execute(db);
  return rows;
}

/** Puts a message on its way, and notes in the same transaction what it tells. */
export async function sendNotice(
  db: Kysely<Tables>,
  notice: {
    readonly channel: string;
    readonly body: Readonly<Record<string, unknown>>;
    readonly opened: readonly number[];
    readonly closed: readonly number[];
  },
): Promise<void> {
  await db.transaction().execute(async (tx) => {
    await sql`insert into alert_message (channel, body) values (${notice.channel}, ${JSON.stringify(notice.body)}::jsonb)`.execute(
      tx,
    );
    await sql`
      insert into alert_told (alert_id, channel, what)
      select id, ${notice.channel}, 'opened' from unnest(${[...notice.opened]}::bigint[]) id
      union all
      select id, ${notice.channel}, 'closed' from unnest(${[...notice.closed]}::bigint[]) id
      on conflict do nothing`.execute(tx);
  });
}

/** A message that waits for its channel. */
export interface WaitingMessage {
  readonly messageId: number;
  readonly body: Readonly<Record<string, unknown>>;
  readonly attempts: number;
  readonly createdAtMs: number;
}

/** The oldest message of a channel that is due. */
export async function nextMessage(db: Kysely<Tables>, channel: string): Promise<WaitingMessage | null> {
  const { rows } = await sql<WaitingMessage>`
    select message_id as "messageId", body, attempts, created_at as "createdAtMs" from alert_message
    where channel = ${channel} and sent_at is null and given_up_at is null and next_at <= now()
    order by message_id limit 1`.execute(db);
  return rows[0] ?? null;
}

/** What became of a message. A failure is tried again, later each time, for a day; then it is given up, and stays here. */
export async function noteDelivery(db: Kysely<Tables>, messageId: number, failure: string | null): Promise<void> {
  if (failure === null) {
    await sql`update alert_message set sent_at = now(), attempts = attempts + 1 where message_id = ${messageId}`.execute(
      db,
    );
    return;
  }
  await sql`
    update alert_message set attempts = attempts + 1, last_failure = ${failure},
      next_at = now() + least(3600, 30 * 2 ^ least(attempts, 10)) * interval '1 second',
      given_up_at = case when created_at < now() - interval '1 day' then now() end
    where message_id = ${messageId}`.execute(db);
}

/** How each channel stands: messages waiting, and the last failure while there are any. */
export async function readChannels(db: Kysely<Tables>): Promise<
  readonly {
    readonly channel: string;
    readonly waiting: number;
    readonly lastFailure: string | null;
    readonly lastSentMs: number | null;
  }[]
> {
  const { rows } = await sql<{
    channel: string;
    waiting: number;
    lastFailure: string | null;
    lastSentMs: number | null;
  }>`
    select channel, (count(*) filter (where sent_at is null and given_up_at is null))::int as waiting,
           (array_agg(last_failure order by message_id desc) filter (where sent_at is null))[1] as "lastFailure",
           max(sent_at) as "lastSentMs"
    from alert_message group by channel order by channel`.execute(db);
  return rows;
}

/** Forgets what is long over. */
export async function pruneAlerts(db: Kysely<Tables>): Promise<void> {
  await sql`delete from alert where closed_at < now() - ${keptDays}::int * interval '1 day'`.execute(db);
  await sql`delete from alert_message where created_at < now() - interval '90 days'`.execute(db);
}

/** Open alerts by kind and severity, for the metrics. */
export async function countOpenAlerts(
  db: Kysely<Tables>,
): Promise<readonly { readonly kind: string; readonly severity: string; readonly alerts: number }[]> {
  const { rows } = await sql<{ kind: string; severity: string; alerts: number }>`
    select kind, severity, count(*)::int as alerts from alert where closed_at is null group by kind, severity`.execute(
    db,
  );
  return rows;
}
