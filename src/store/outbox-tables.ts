/** The tables behind "one order for all consumers" (docs/decisions/0010-one-order-for-all-consumers.md). */
import type { ColumnType, Generated } from 'kysely';

type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;

/** How a consumer stands: `disabled` by its own 410, `gone` when what it still needed is kept no longer. */
export type ConsumerCondition = 'ok' | 'retrying' | 'disabled' | 'gone';

export interface OutboxTables {
  outbox: {
    outbox_id: ColumnType<number, never, never>;
    terminal_serial: string;
    epoch: number;
    from_ordinal: number;
    to_ordinal: number;
    created_at: DefaultedInstant;
    end_position: number | null;
    sequenced_at: Instant | null;
  };
  outbox_head: {
    only_row: Generated<boolean>;
    next_position: number;
    sequenced_at: Instant;
  };
  outbox_consumer: {
    name: string;
    position: number;
    waits_for_ever: Generated<boolean>;
    state: Generated<ConsumerCondition>;
    failures: Generated<number>;
    failing_since: Instant | null;
    last_failure: string | null;
    last_confirmed_at: Instant | null;
    held_id: string | null;
    held_to: number | null;
    held_rows: number | null;
    held_body: ColumnType<Buffer, Uint8Array, Uint8Array> | null;
    created_at: DefaultedInstant;
  };
}
