/** Tables of migrations/0016_alerts.sql. */
import type { ColumnType, Generated } from 'kysely';

type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;

export interface AlertTables {
  alert: {
    alert_id: ColumnType<number, never, never>;
    alert_key: string;
    kind: string;
    severity: 'warning' | 'critical';
    office_code: string | null;
    terminal_name: string | null;
    since_at: Instant;
    opened_at: DefaultedInstant;
    closed_at: Instant | null;
    facts: Generated<string>;
    acknowledged_at: Instant | null;
    acknowledged_by: string | null;
    note: string | null;
  };
  alert_told: { alert_id: number; channel: string; what: 'opened' | 'closed'; told_at: DefaultedInstant };
  alert_message: {
    message_id: ColumnType<number, never, never>;
    channel: string;
    body: string;
    created_at: DefaultedInstant;
    attempts: Generated<number>;
    next_at: DefaultedInstant;
    last_failure: string | null;
    sent_at: Instant | null;
    given_up_at: Instant | null;
  };
}
