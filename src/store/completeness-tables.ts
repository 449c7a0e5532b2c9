/** The tables of `migrations/0006_gaps_and_completeness.sql`. Meanings: docs/data.md. */
import type { ColumnType, Generated } from 'kysely';
import type { LossGround, LossKind } from '../punch/loss.ts';

type Instant = ColumnType<number, string, string>;

export interface CompletenessTables {
  log_gap: {
    gap_id: ColumnType<number, never, never>;
    terminal_serial: string;
    epoch: number;
    kind: LossKind;
    office_code: string;
    terminal_name: string;
    at_least: number;
    at_most: number | null;
    ground: LossGround;
    since_at: Instant;
    until_at: Instant;
    stored: number;
    counted: number;
    found: number | null;
    found_at: ColumnType<number, string | undefined, never>;
    reached_at: Instant | null;
  };
  terminal_stay: {
    stay_id: ColumnType<number, never, never>;
    office_code: string;
    terminal_name: string;
    serial: string | null;
    from_at: Instant;
    until_at: Instant | null;
    read_through_at: Instant | null;
  };
  completeness: {
    office_code: string;
    /** `YYYY-MM-DD` in the office's zone. */
    day: string;
    state: 'complete' | 'complete-except' | 'not-yet';
    reasons: ColumnType<unknown, string, string>;
    terminals: number;
    terminals_read: number;
    records: number;
    not_final: number;
    gaps: number;
    after_close: number;
    content: string;
    revision: Generated<number>;
    change: number;
    computed_at: Instant;
  };
  completeness_due: {
    office_code: string;
    starts_at: Instant;
    noted_at: ColumnType<number, string | undefined, never>;
  };
}
