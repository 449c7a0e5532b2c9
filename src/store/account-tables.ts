/** Tables of migrations/0011_accounts.sql. */
import type { ColumnType, Generated } from 'kysely';

type Instant = ColumnType<number, string, string>;
type DefaultedInstant = ColumnType<number, string | undefined, string>;
type Bytes = ColumnType<Buffer, Uint8Array, Uint8Array>;

export interface AccountTables {
  account: {
    account_id: Generated<string>;
    login: string;
    name: string;
    role: 'operator' | 'hr' | 'viewer';
    office_code: string | null;
    password_hash: string | null;
    password_changed_at: Instant | null;
    failures: Generated<number>;
    locked_until: Instant | null;
    disabled_at: Instant | null;
    created_at: DefaultedInstant;
    created_by: string;
  };
  account_link: {
    link_sha256: Bytes;
    account_id: string;
    expires_at: Instant;
    used_at: Instant | null;
    created_at: DefaultedInstant;
    created_by: string;
  };
  web_session: {
    session_sha256: Bytes;
    account_id: string;
    created_at: DefaultedInstant;
    seen_at: DefaultedInstant;
    expires_at: Instant;
  };
  api_token: {
    token_id: Generated<string>;
    name: string;
    token_sha256: Bytes;
    scopes: string[];
    office_code: string | null;
    created_at: DefaultedInstant;
    created_by: string;
    expires_at: Instant | null;
    revoked_at: Instant | null;
    last_used_at: Instant | null;
  };
  read_tally: {
    actor_kind: 'account' | 'token';
    actor: string;
    action: string;
    office_code: Generated<string>;
    begins_at: Instant;
    reads: number;
    records: number;
  };
  audit_entry: {
    audit_id: ColumnType<number, never, never>;
    at: ColumnType<number, never, never>;
    actor_kind: 'account' | 'token' | 'command' | 'gateway';
    actor: string;
    action: string;
    subject: Generated<string>;
    office_code: string | null;
    request_id: string | null;
    detail: Generated<string>;
    head: ColumnType<Buffer, never, never>;
  };
}
