/** Tables of migrations/0013_incidents.sql and 0019_reports_taken_over.sql. Meanings: docs/data.md, "Reports of terminals". */
import type { ColumnType, Generated } from 'kysely';
import type { IncidentKind, IncidentState } from '../incident/steps.ts';

type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;
type Bytes = ColumnType<Buffer, Uint8Array, never>;

type ActorKind = 'account' | 'token' | 'command' | 'gateway';

export interface IncidentTables {
  incident: {
    number: Generated<number>;
    kind: IncidentKind;
    state: Generated<IncidentState>;
    office_code: string | null;
    terminal_name: string | null;
    place: string;
    serial: string | null;
    since_at: Instant;
    words: string;
    opened_by: ActorKind;
    opened_at: DefaultedInstant;
    last_step_at: DefaultedInstant;
    closed_at: Instant | null;
    well_since: Instant | null;
    merged_into: number | null;
    note_sent_at: Instant | null;
    reminders: Generated<number>;
  };
  incident_step: {
    step_id: Generated<number>;
    number: number;
    at: DefaultedInstant;
    actor_kind: ActorKind;
    actor: string;
    actor_name: string;
    what: IncidentState | 'note' | 'proof' | 'probe' | 'well-again' | 'failed-again' | 'reminder' | 'note-sent';
    note: string;
    detail: string;
  };
  incident_proof: {
    proof_id: Generated<string>;
    number: number;
    step_id: number;
    file_name: string;
    media_type: 'image/jpeg' | 'application/pdf';
    content: Bytes;
    sha256: Bytes;
    received_sha256: Bytes;
    received_bytes: number;
    width: number | null;
    height: number | null;
    added_at: DefaultedInstant;
  };
  incident_fact: {
    number: number;
    taken_at: DefaultedInstant;
    facts: string;
  };
  terminal_replacement: {
    replacement_id: Generated<number>;
    office_code: string;
    terminal_name: string;
    old_serial: string | null;
    new_serial: string;
    number: number | null;
    confirmed_at: DefaultedInstant;
    confirmed_by: string;
  };
}
