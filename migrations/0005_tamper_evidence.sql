-- Evidence that shows tampering. Words: docs/data.md, "Evidence that shows tampering".

-- `row_marks`: the first 8 bytes of the SHA-256 of each row of the batch, in the order they are hashed, to name a row that
-- was altered. `opens`: the batch opened its epoch, so that its `log_epoch` row is part of it.
alter table evidence_batch
  add column opens     boolean not null default false,
  add column row_marks bytea   not null default '';

-- A life of this database. A restored backup goes back in time: it starts a new life, and whoever follows what was
-- published (change feed, consumers) sees by the newest `id` that what it was told last may not be stored any more.
create table store_generation (
  id          uuid        primary key default gen_random_uuid(),
  created_at  timestamptz not null default clock_timestamp(),
  reason      text        not null check (reason in ('created', 'restored'))
);

insert into store_generation (reason) values ('created');

create index evidence_batch_by_time on evidence_batch (stored_at);

-- One row per day in UTC, written after the day has ended: a digest over the heads of all terminals that stored anything
-- on it, chained to the day before. A copy kept elsewhere dates the whole history before it.
create table evidence_day (
  day        date        primary key,
  terminals  integer     not null check (terminals >= 0),
  batches    bigint      not null check (batches >= 0),
  content    bytea       not null check (octet_length(content) = 32),
  row_marks  bytea       not null,
  digest     bytea       not null check (octet_length(digest) = 32),
  made_at    timestamptz not null default now()
);

-- Not even the owner of a table changes evidence by mistake. An owner who means to can still take the trigger away; that
-- is what the chain is for.
create function refuse_to_change_evidence() returns trigger language plpgsql as $$
begin
  raise exception 'evidence in % is never changed or deleted', tg_table_name
    using errcode = 'insufficient_privilege', hint = 'docs/data.md, "Evidence that shows tampering"';
end
$$;

do $$
declare
  evidence regclass;
begin
  for evidence in
    select named::regclass
    from unnest(array['punch', 'clock_sample', 'clock_event', 'log_epoch', 'evidence_batch', 'evidence_day',
                      'store_generation']) as named
    union all
    -- A statement trigger looks at the table that was named: partitions can be named, too.
    select inhrelid::regclass from pg_inherits where inhparent in ('punch'::regclass, 'clock_sample'::regclass)
  loop
    execute format('create trigger never_changed before update or delete or truncate on %s
                    for each statement execute function refuse_to_change_evidence()', evidence);
  end loop;
end
$$;
