-- What was committed gets one order that every consumer follows. Why: docs/decisions/0010-one-order-for-all-consumers.md.

-- An empty line would share its position with the next one.
delete from outbox where to_ordinal <= from_ordinal;

-- A line is one position per row; it ends before `end_position`. Null until it is sequenced, which is after its commit:
-- a transaction that commits late gets later positions, so nobody who follows positions can miss it.
alter table outbox
  add column end_position bigint unique,
  add column sequenced_at timestamptz,
  add constraint outbox_is_not_empty check (to_ordinal > from_ordinal);

create index outbox_unsequenced on outbox (outbox_id) where end_position is null;

create table outbox_head (
  only_row      boolean     primary key default true check (only_row),
  next_position bigint      not null,
  sequenced_at  timestamptz not null
) with (fillfactor = 50);

insert into outbox_head (next_position, sequenced_at) values (0, now());

-- Where each consumer stands: rows at positions below `position` were confirmed by it. `held_*` is a webhook's message
-- under way, kept so that every repeat is the same bytes.
create table outbox_consumer (
  name              text primary key,
  position          bigint      not null,
  -- Lines wait for this consumer however long it takes; for others only up to a limit.
  waits_for_ever    boolean     not null default false,
  state             text        not null default 'ok' check (state in ('ok', 'retrying', 'disabled', 'gone')),
  failures          integer     not null default 0,
  failing_since     timestamptz,
  last_failure      text,
  last_confirmed_at timestamptz,
  held_id           text,
  held_to           bigint,
  held_rows         integer,
  held_body         bytea,
  created_at        timestamptz not null default now()
) with (fillfactor = 50);

-- Lines that waited before this migration are the first ones that MQTT is given after it.
insert into outbox_consumer (name, position, waits_for_ever) values ('mqtt', 0, true);

-- Gives committed lines their positions; returns how many. One statement for the client, so that a client that dies or
-- freezes leaves nothing half done and holds nothing. Callers take turns at the row of `outbox_head`; each statement in
-- here sees what was committed before it began, so the second of two callers sees what the first one did. Lines of one
-- terminal keep their order: they are written under its lock, so they are numbered in the order of their commits.
create function sequence_outbox(max_lines integer) returns integer
language plpgsql as $$
declare
  head    bigint;
  told    timestamptz;
  placed  integer;
  ends    bigint;
begin
  if not exists (select from outbox where end_position is null) then
    return 0;
  end if;
  select next_position, greatest(sequenced_at, clock_timestamp()) into head, told from outbox_head for update;
  with waiting as (
    select outbox_id, sum(to_ordinal - from_ordinal) over (order by outbox_id) as upto
    from (select outbox_id, from_ordinal, to_ordinal from outbox where end_position is null
          order by outbox_id limit max_lines) as line
  ), sequenced as (
    update outbox o set end_position = head + w.upto, sequenced_at = told
    from waiting w where o.outbox_id = w.outbox_id
    returning o.end_position
  )
  select count(*), max(end_position) into placed, ends from sequenced;
  if placed > 0 then
    update outbox_head set next_position = ends, sequenced_at = told;
  end if;
  return placed;
end
$$;

-- Gateways of the version before took lines out of the outbox under this lease, and forgot them. Side by side with this
-- version they store on, and publish no more.
insert into terminal_lease (lease_key, holder, fence, expires_at)
values ('mqtt-publisher', 'retired by 0007_positions', nextval('lease_fence'), 'infinity')
on conflict (lease_key) do update
  set holder = excluded.holder, fence = excluded.fence, expires_at = excluded.expires_at;
