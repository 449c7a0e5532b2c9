/** The tables of versions, changes and closed months as types. Meanings and units: docs/data.md. */
import type { ColumnType } from 'kysely';
import type { TimeStatus } from '../clock/correct.ts';

/** Read as milliseconds UTC (`-Infinity` for '-infinity'), written as ISO text (`instantText`). */
type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;
type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>;

/** Why a row was given another answer. */
export type ChangeReason = 'settled' | 'crosses-minute' | 'leaves-bound' | 'contradicted' | 'versioned';

export interface ModelTables {
  clock_model: {
    terminal_serial: string;
    version: number;
    built_at: DefaultedInstant;
    code_version: string;
    digest: Bytes;
    through_seq: number;
    samples_after: Instant;
    samples_until: Instant;
    epoch: number;
    from_ordinal: number;
    to_ordinal: number;
    time_zone: string;
  };
  attendance_change: {
    terminal_serial: string;
    epoch: number;
    ordinal: number;
    revision: number;
    occurred_at: Instant;
    earliest: Instant;
    latest: Instant;
    time_status: TimeStatus;
    model_version: number | null;
    changed_at: DefaultedInstant;
    why: ChangeReason;
  };
  closed_period: {
    office_code: string;
    month: string;
    time_zone: string;
    starts_at: Instant;
    ends_at: Instant;
    closed_at: DefaultedInstant;
    closed_by: string;
    rows: number;
    not_final: number;
    digest: Bytes;
  };
  attendance_adjustment: {
    terminal_serial: string;
    epoch: number;
    ordinal: number;
    model_version: number;
    office_code: string;
    month: string;
    kind: 'added' | 'changed';
    was_occurred_at: Instant | null;
    was_earliest: Instant | null;
    was_latest: Instant | null;
    was_status: TimeStatus | null;
    occurred_at: Instant;
    earliest: Instant;
    latest: Instant;
    time_status: TimeStatus;
    why: Exclude<ChangeReason, 'versioned'> | 'arrived-late';
    noted_at: DefaultedInstant;
  };
  clock_alarm: {
    terminal_serial: string;
    epoch: number;
    from_ordinal: number;
    to_ordinal: number;
    model_version: number;
    found_at: DefaultedInstant;
    earlier_version: number | null;
    earlier_status: TimeStatus;
    earlier_earliest: Instant;
    earlier_latest: Instant;
    later_status: TimeStatus;
    later_earliest: Instant;
    later_latest: Instant;
  };
}
