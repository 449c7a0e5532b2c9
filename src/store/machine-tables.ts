/** Tables of `migrations/0012_machines.sql` as types. */
import type { ColumnType, Generated } from 'kysely';

type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;

/** What a person can tell a machine to do. */
export const commandKinds = ['probe', 'read', 'set-clock', 'pause', 'resume'] as const;
export type CommandKind = (typeof commandKinds)[number];
export type CommandState = 'waiting' | 'running' | 'done' | 'failed';
/** `gateway-away`: nobody polled the office, which says nothing about its machines. */
export type OutageKind = 'terminal' | 'gateway-away';
/** `read`: it was read again. `paused`, `removed`: a person said that nobody waits for it any more. */
export type OutageEnd = 'read' | 'paused' | 'removed';

export interface MachineTables {
  terminal_outage: {
    outage_id: ColumnType<number, never, never>;
    kind: OutageKind;
    office_code: string;
    terminal_name: string | null;
    serial: string | null;
    from_at: Instant;
    failed_at: Instant;
    until_at: Instant | null;
    ended_how: OutageEnd | null;
    first_error_code: string | null;
    last_error_code: string | null;
    last_read_at: Instant | null;
    detected_by: string;
    ended_by: string | null;
  };
  terminal_poll: {
    office_code: string;
    terminal_name: string;
    poll_id: ColumnType<number, never, never>;
    at: Instant;
    kind: 'well' | 'trouble' | 'whole-read';
    error_code: string | null;
    records: number | null;
  };
  terminal_command: {
    command_id: Generated<string>;
    office_code: string;
    terminal_name: string;
    kind: CommandKind;
    requested_by: string;
    requested_at: DefaultedInstant;
    deadline_at: Instant;
    state: Generated<CommandState>;
    holder: string | null;
    started_at: Instant | null;
    done_at: Instant | null;
    result: Readonly<Record<string, unknown>> | null;
    error_code: string | null;
  };
  terminal_pause: {
    pause_id: ColumnType<number, never, never>;
    office_code: string;
    terminal_name: string;
    since_at: DefaultedInstant;
    until_at: Instant;
    reason: string;
    paused_by: string;
    ended_at: Instant | null;
    ended_by: string | null;
  };
}
