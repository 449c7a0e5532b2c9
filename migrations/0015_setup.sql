-- Offices and machines that were added in the browser, beside those of gerbang.yaml. Words: docs/data.md, "Setting up".
-- Why so: docs/decisions/0015-setup.md.

-- One row. Its lock lets those who change take turns, its number tells gateways that something changed.
create table setup_revision (
  only_one boolean primary key default true check (only_one),
  revision bigint  not null default 0
);
insert into setup_revision default values;

create table managed_office (
  code       text        primary key,
  name       text        not null,
  time_zone  text        not null,
  -- What gerbang.yaml would hold of this office beside code, name, zone and terminals.
  settings   jsonb       not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now()
);

-- Of an office here or in gerbang.yaml: a machine may be added to either.
create table managed_terminal (
  office_code     text        not null,
  name            text        not null,
  host            text        not null,
  port            integer     not null check (port between 1 and 65535),
  serial          text,
  driver          text        not null,
  transport       text        not null,
  quirks          text[]      not null default '{}',
  -- AES-256-GCM, format in src/setup/key-box.ts; null for none. The key is never in the database.
  sealed_comm_key bytea,
  created_at      timestamptz not null default now(),
  updated_at      timestamptz not null default now(),
  primary key (office_code, name)
);

-- Where machines of an office may stand; an office without a row follows web.setupNetworks.
create table office_network (
  office_code text   primary key,
  networks    text[] not null check (cardinality(networks) > 0)
);

-- Every change, with what was there before and after; comm keys only as "there is one". Never changed.
create table setup_change (
  change_id   bigint      generated always as identity primary key,
  revision    bigint      not null,
  at          timestamptz not null default clock_timestamp(),
  actor_kind  text        not null,
  actor       text        not null,
  kind        text        not null check (kind in ('office', 'terminal')),
  office_code text        not null,
  name        text        not null default '',
  before      jsonb,
  after       jsonb
);

create trigger never_changed before update or delete or truncate on setup_change
  for each statement execute function refuse_to_change_evidence();
