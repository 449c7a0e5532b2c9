-- Who works with the pages and the API, and what they did. Words: docs/data.md, "Accounts and the audit log".
-- Why so: docs/decisions/0012-accounts.md.

create table account (
  account_id          uuid        primary key default gen_random_uuid(),
  -- Lower case always: nobody remembers how they once wrote it.
  login               text        not null unique check (login ~ '^[a-z0-9][a-z0-9._@-]{1,59}$'),
  name                text        not null,
  role                text        not null check (role in ('operator', 'hr', 'viewer')),
  -- Null for all offices.
  office_code         text,
  -- Null until the person has chosen one. Format: src/accounts/password.ts.
  password_hash       text,
  password_changed_at timestamptz,
  failures            integer     not null default 0,
  locked_until        timestamptz,
  disabled_at         timestamptz,
  created_at          timestamptz not null default now(),
  created_by          text        not null
);

-- A link to choose a password, good once. Only its hash is kept.
create table account_link (
  link_sha256 bytea       primary key check (octet_length(link_sha256) = 32),
  account_id  uuid        not null references account (account_id),
  expires_at  timestamptz not null,
  used_at     timestamptz,
  created_at  timestamptz not null default now(),
  created_by  text        not null
);

-- A browser that is signed in. Only the hash of its cookie is kept: whoever reads this table cannot sign in with it.
create table web_session (
  session_sha256 bytea       primary key check (octet_length(session_sha256) = 32),
  account_id     uuid        not null references account (account_id),
  created_at     timestamptz not null default now(),
  seen_at        timestamptz not null default now(),
  expires_at     timestamptz not null
);

create index web_session_by_account on web_session (account_id);

-- Systems that read or write the API.
create table api_token (
  token_id     uuid        primary key default gen_random_uuid(),
  name         text        not null unique,
  token_sha256 bytea       not null unique check (octet_length(token_sha256) = 32),
  scopes       text[]      not null,
  office_code  text,
  created_at   timestamptz not null default now(),
  created_by   text        not null,
  expires_at   timestamptz,
  revoked_at   timestamptz,
  last_used_at timestamptz
);

-- Every change, and every look at personal data. Chained like evidence: `head` = SHA-256 over the head before it and the
-- row, so that a removed or altered row shows. `audit_id` counts without gaps.
create table audit_entry (
  audit_id    bigint      primary key,
  at          timestamptz not null default clock_timestamp(),
  actor_kind  text        not null check (actor_kind in ('account', 'token', 'command', 'gateway')),
  -- Login, token name, or the user of the command line. Never a person who was looked at.
  actor       text        not null,
  action      text        not null check (action ~ '^[a-z]+(\.[a-z-]+)+$'),
  subject     text        not null default '',
  office_code text,
  request_id  text,
  detail      jsonb       not null default '{}',
  head        bytea       not null check (octet_length(head) = 32)
);

create index audit_entry_by_time on audit_entry (at);

-- What of a row is hashed; instants as microseconds, so that no setting of a connection changes it.
create function audit_content(a audit_entry) returns bytea language sql stable as $$
  select convert_to(jsonb_build_array(a.audit_id, (extract(epoch from a.at) * 1000000)::bigint, a.actor_kind, a.actor,
                                      a.action, a.subject, a.office_code, a.request_id, a.detail)::text, 'UTF8')
$$;

-- In the database and not in the program, so that no writer can forget it. Writers take turns: one chain, one order.
create function chain_audit_entry() returns trigger language plpgsql as $$
declare
  last_id   bigint;
  last_head bytea;
begin
  perform pg_advisory_xact_lock(4370011);
  select audit_id, head into last_id, last_head from audit_entry order by audit_id desc limit 1;
  new.audit_id := coalesce(last_id, 0) + 1;
  new.at := clock_timestamp();
  new.head := sha256(coalesce(last_head, ''::bytea) || audit_content(new));
  return new;
end
$$;

create trigger chained before insert on audit_entry for each row execute function chain_audit_entry();
create trigger never_changed before update or delete or truncate on audit_entry
  for each statement execute function refuse_to_change_evidence();
