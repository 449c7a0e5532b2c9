-- Gateways that share this database, each with its last sign of life on the database's own clock. Offices are spread over
-- those that are alive; leases, not this table, decide who may talk to a terminal (docs/operations.md, "Several hosts").
create table gateway_host (
  holder     text primary key,
  -- Processes with one wall clock have one host_id.
  host_id    text not null,
  host_name  text not null,
  pid        integer not null,
  queue      text not null check (queue in ('postgres', 'redis')),
  offices    text[] not null,
  version    text not null,
  started_at timestamptz not null default now(),
  seen_at    timestamptz not null default now()
) with (fillfactor = 50);
