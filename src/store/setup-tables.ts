/** Tables of migrations/0015_setup.sql. */
import type { ColumnType, Generated } from 'kysely';

type DefaultedInstant = ColumnType<number, string | undefined, string>;

export interface SetupTables {
  setup_revision: { only_one: Generated<boolean>; revision: number };
  managed_office: {
    code: string;
    name: string;
    time_zone: string;
    settings: ColumnType<Readonly<Record<string, unknown>>, string, string>;
    created_at: DefaultedInstant;
    updated_at: DefaultedInstant;
  };
  managed_terminal: {
    office_code: string;
    name: string;
    host: string;
    port: number;
    serial: string | null;
    driver: string;
    transport: string;
    quirks: string[];
    sealed_comm_key: ColumnType<Buffer | null, Uint8Array | null, Uint8Array | null>;
    created_at: DefaultedInstant;
    updated_at: DefaultedInstant;
  };
  office_network: { office_code: string; networks: string[] };
  setup_change: {
    change_id: ColumnType<number, never, never>;
    revision: number;
    at: DefaultedInstant;
    actor_kind: string;
    actor: string;
    kind: 'office' | 'terminal';
    office_code: string;
    name: string;
    before: ColumnType<unknown, string | null, never>;
    after: ColumnType<unknown, string | null, never>;
  };
}
