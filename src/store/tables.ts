/**
 * The tables of `migrations/` as types. Meanings and units: docs/data.md.
 *
 * The three type arguments of a column are what a query returns, what an insert takes, what an update takes.
 */
import type { ColumnType, Generated } from 'kysely';
import type { TimeStatus } from '../clock/correct.ts';
import type { EpochReason } from '../punch/batch.ts';
import type { RecordLayout } from '../punch/record.ts';
import type { AccountTables } from './account-tables.ts';
import type { AlertTables } from './alert-tables.ts';
import type { CompletenessTables } from './completeness-tables.ts';
import type { EvidenceTables } from './evidence-tables.ts';
import type { IncidentTables } from './incident-tables.ts';
import type { MachineTables } from './machine-tables.ts';
import type { ModelTables } from './model-tables.ts';
import type { OutboxTables } from './outbox-tables.ts';
import type { PeopleTables } from './people-tables.ts';
import type { SetupTables } from './setup-tables.ts';

/** Read as milliseconds UTC (`-Infinity` for '-infinity'), written as ISO text (`instantText`). */
type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;
/** Written as raw bytes; the driver reads them as a Buffer. */
type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>;

export type { TimeStatus } from '../clock/correct.ts';

/** How a terminal stands, for people to see. */
export type TerminalCondition = 'waiting' | 'ok' | 'failing' | 'quarantined';

export interface Tables
  extends AccountTables,
    AlertTables,
    CompletenessTables,
    EvidenceTables,
    MachineTables,
    IncidentTables,
    ModelTables,
    OutboxTables,
    SetupTables,
    PeopleTables {
  office: {
    code: string;
    name: string;
    time_zone: string;
    updated_at: DefaultedInstant;
  };
  terminal: {
    serial: string;
    office_code: string;
    name: string;
    first_seen_at: DefaultedInstant;
  };
  terminal_pin: {
    office_code: string;
    terminal_name: string;
    serial: string;
    pinned_at: DefaultedInstant;
  };
  terminal_log: {
    serial: string;
    epoch: number;
    base_ordinal: number;
    next_ordinal: number;
    layout: RecordLayout;
    stride_bytes: number;
    recent_records: Bytes;
    fence: number;
    read_through_at: Instant | null;
    verified_at: Instant | null;
  };
  log_epoch: {
    terminal_serial: string;
    epoch: number;
    reason: EpochReason;
    prior_next: number;
    opened_at: DefaultedInstant;
  };
  punch: {
    terminal_serial: string;
    epoch: number;
    ordinal: number;
    punch_id: ColumnType<string, never, never>;
    pin: string;
    /** `YYYY-MM-DD HH:MM:SS` as the terminal's clock showed it; null for a date that does not exist. */
    device_time: string | null;
    device_time_raw: number;
    verify_mode: number;
    punch_state: number;
    work_code: number;
    raw: Bytes;
    source: string;
    received_at: Instant;
    absent_at: Instant | null;
  };
  attendance_time: {
    terminal_serial: string;
    epoch: number;
    ordinal: number;
    office_code: string;
    person_id: string | null;
    occurred_at: Instant;
    earliest: Instant;
    latest: Instant;
    time_status: TimeStatus;
    suspect: string | null;
    revision: Generated<number>;
    model_version: number | null;
    after_close: Generated<boolean>;
  };
  /** The view that readers use. */
  attendance: {
    punch_id: ColumnType<string, never, never>;
    office_code: ColumnType<string, never, never>;
    terminal_serial: ColumnType<string, never, never>;
    pin: ColumnType<string, never, never>;
    person_id: ColumnType<string | null, never, never>;
    occurred_at: ColumnType<number, never, never>;
    earliest: ColumnType<number, never, never>;
    latest: ColumnType<number, never, never>;
    time_status: ColumnType<TimeStatus, never, never>;
    device_time: ColumnType<string | null, never, never>;
    verify_mode: ColumnType<number, never, never>;
    punch_state: ColumnType<number, never, never>;
    work_code: ColumnType<number, never, never>;
    source: ColumnType<string, never, never>;
    received_at: ColumnType<number, never, never>;
    revision: ColumnType<number, never, never>;
    suspect: ColumnType<string | null, never, never>;
    epoch: ColumnType<number, never, never>;
    ordinal: ColumnType<number, never, never>;
    model_version: ColumnType<number | null, never, never>;
  };
  clock_sample: {
    terminal_serial: string;
    sampled_at: Instant;
    received_at: Instant;
    device_time: string;
    offset_earliest_ms: number;
    offset_latest_ms: number;
    kind: string;
    seq: number | null;
    host_error_ms: number | null;
  };
  evidence_batch: {
    terminal_serial: string;
    seq: number;
    epoch: number;
    from_ordinal: number;
    to_ordinal: number;
    samples: number;
    events: number;
    opens: Generated<boolean>;
    stored_at: Instant;
    content: Bytes;
    row_marks: Bytes;
    head: Bytes;
  };
  clock_event: {
    terminal_serial: string;
    identity: string;
    seq: number;
    kind: 'set' | 'operation' | 'host-step';
    at: Instant;
    until: Instant | null;
    absent_at: Instant | null;
    device_time: string | null;
    operation: number | null;
    by_ms: number | null;
  };
  set_aside: {
    set_aside_id: ColumnType<number, never, never>;
    terminal_serial: string | null;
    office_code: string | null;
    reason_code: string;
    reason: string;
    content: Bytes;
    fingerprint: Bytes;
    times: Generated<number>;
    set_aside_at: DefaultedInstant;
    last_at: DefaultedInstant;
  };
  gateway_host: {
    holder: string;
    host_id: string;
    host_name: string;
    pid: number;
    queue: 'postgres' | 'redis';
    offices: string[];
    version: string;
    started_at: DefaultedInstant;
    seen_at: DefaultedInstant;
  };
  terminal_lease: {
    lease_key: string;
    holder: string;
    fence: number;
    expires_at: Instant;
  };
  terminal_state: {
    office_code: string;
    terminal_name: string;
    serial: string | null;
    address: string;
    state: TerminalCondition;
    error_code: string | null;
    error_text: string | null;
    failing_since: Instant | null;
    last_attempt_at: Instant | null;
    last_read_at: Instant | null;
    offset_ms: number | null;
    offset_bound_ms: number | null;
    records: number | null;
    record_capacity: number | null;
    users: number | null;
    firmware: string | null;
    platform: string | null;
    device_name: string | null;
    updated_at: DefaultedInstant;
  };
}
