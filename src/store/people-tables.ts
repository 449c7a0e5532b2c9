/** Tables of migrations/0014_people.sql and 0018_pins_taken_back.sql. */
import type { ColumnType, Generated } from 'kysely';

type DefaultedInstant = ColumnType<number, string | undefined, string>;

export interface PeopleTables {
  person: {
    person_id: Generated<string>;
    name: string;
    nip: string | null;
    office_code: string;
    /** `YYYY-MM-DD`; null while the service goes on. */
    ended_on: string | null;
    updated_at: DefaultedInstant;
  };
  person_pin: {
    person_pin_id: ColumnType<number, never, never>;
    person_id: string;
    office_code: string;
    /** Null for all machines of the office. */
    terminal_serial: string | null;
    pin: string;
    from_at: DefaultedInstant;
    until_at: DefaultedInstant;
    created_at: DefaultedInstant;
  };
  person_pin_taken_back: {
    person_pin_id: number;
    person_id: string;
    office_code: string;
    terminal_serial: string | null;
    pin: string;
    from_at: ColumnType<number, string, never>;
    until_at: ColumnType<number, string, never>;
    created_at: ColumnType<number, string, never>;
    taken_back_at: DefaultedInstant;
    taken_back_by: string;
    reason: string;
  };
  person_import: {
    import_id: Generated<string>;
    content: string;
    created_by: string;
    created_at: DefaultedInstant;
  };
}
