-- Versions of clock models, what they changed, and months that are closed. Words: docs/data.md. Why so:
-- docs/decisions/0008-versions-and-closed-months.md.

-- A version names exactly its evidence, so that it can be built again: samples and events of batches up to `through_seq`
-- that were asked or known after `samples_after` and not after `samples_until`, the records of a range, the zone.
create table clock_model (
  terminal_serial text collate "C" not null references terminal (serial),
  version         integer     not null check (version > 0),
  built_at        timestamptz not null default now(),
  code_version    text        not null,
  digest          bytea       not null check (octet_length(digest) = 32),
  through_seq     bigint      not null,
  samples_after   timestamptz not null,
  samples_until   timestamptz not null,
  epoch           integer     not null,
  from_ordinal    bigint      not null,
  to_ordinal      bigint      not null check (to_ordinal >= from_ordinal),
  time_zone       text        not null,
  primary key (terminal_serial, version)
);

-- The model that gave a row its time; null where it was concluded before there were versions. `after_close`: it arrived
-- for a month that was closed, and is shown among the adjustments instead of in the view.
alter table attendance_time
  add column model_version integer,
  add column after_close boolean not null default false;

create or replace view attendance as
select p.punch_id, a.office_code, a.terminal_serial, p.pin, a.person_id,
       a.occurred_at, a.earliest, a.latest, a.time_status,
       p.device_time, p.verify_mode, p.punch_state, p.work_code, p.source, p.received_at,
       a.revision, a.suspect, a.epoch, a.ordinal, a.model_version
from attendance_time a
join punch p using (terminal_serial, epoch, ordinal)
where not a.after_close;

-- The answer a row had before it was given another one.
create table attendance_change (
  terminal_serial text collate "C" not null,
  epoch           integer     not null,
  ordinal         bigint      not null,
  revision        integer     not null,
  occurred_at     timestamptz not null,
  earliest        timestamptz not null,
  latest          timestamptz not null,
  time_status     text        not null,
  model_version   integer,
  changed_at      timestamptz not null default now(),
  why             text        not null
                  check (why in ('settled', 'crosses-minute', 'leaves-bound', 'contradicted', 'versioned')),
  primary key (terminal_serial, epoch, ordinal, revision)
);

-- A month of an office that is never rewritten.
create table closed_period (
  office_code text        not null references office (code),
  month       text        not null check (month ~ '^\d{4}-(0[1-9]|1[0-2])$'),
  time_zone   text        not null,
  starts_at   timestamptz not null,
  ends_at     timestamptz not null check (ends_at > starts_at),
  closed_at   timestamptz not null default now(),
  closed_by   text        not null,
  rows        bigint      not null,
  not_final   bigint      not null,
  digest      bytea       not null check (octet_length(digest) = 32),
  primary key (office_code, month)
);

-- What was learnt about a closed month after it was closed: what would change, and why.
create table attendance_adjustment (
  terminal_serial text collate "C" not null,
  epoch           integer     not null,
  ordinal         bigint      not null,
  model_version   integer     not null,
  office_code     text        not null,
  month           text        not null,
  kind            text        not null check (kind in ('added', 'changed')),
  was_occurred_at timestamptz,
  was_earliest    timestamptz,
  was_latest      timestamptz,
  was_status      text,
  occurred_at     timestamptz not null,
  earliest        timestamptz not null,
  latest          timestamptz not null,
  time_status     text        not null,
  why             text        not null
                  check (why in ('arrived-late', 'settled', 'crosses-minute', 'leaves-bound', 'contradicted')),
  noted_at        timestamptz not null default now(),
  primary key (terminal_serial, epoch, ordinal, model_version),
  foreign key (office_code, month) references closed_period
);

create index attendance_adjustment_by_month on attendance_adjustment (office_code, month);

-- A later model contradicts an earlier one: something that was taken for granted about the clock is wrong. Both bounds
-- are those of the first row.
create table clock_alarm (
  terminal_serial  text collate "C" not null references terminal (serial),
  epoch            integer     not null,
  from_ordinal     bigint      not null,
  to_ordinal       bigint      not null check (to_ordinal > from_ordinal),
  model_version    integer     not null,
  found_at         timestamptz not null default now(),
  earlier_version  integer,
  earlier_status   text        not null,
  earlier_earliest timestamptz not null,
  earlier_latest   timestamptz not null,
  later_status     text        not null,
  later_earliest   timestamptz not null,
  later_latest     timestamptz not null,
  primary key (terminal_serial, epoch, from_ordinal, model_version)
);

create index clock_alarm_by_time on clock_alarm (found_at);
