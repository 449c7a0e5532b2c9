-- The path of a punch: evidence (immutable), conclusions (recomputable), and what is needed to keep both true.
-- Words: docs/data.md. Why these keys and partitions: docs/decisions/0004-keys-and-growth.md.

create table office (
  code        text primary key,
  name        text not null,
  time_zone   text not null,
  updated_at  timestamptz not null default now()
);

-- A machine is its serial number; where it stands is a fact about it.
create table terminal (
  serial         text collate "C" primary key check (serial ~ '^[A-Za-z0-9_.-]{1,40}$'),
  office_code    text not null references office (code),
  name           text not null,
  first_seen_at  timestamptz not null default now()
);

-- Which serial was learnt at a configured place (office + name). Another serial there later is an alarm.
create table terminal_pin (
  office_code    text not null,
  terminal_name  text not null,
  serial         text collate "C" not null,
  pinned_at      timestamptz not null default now(),
  primary key (office_code, terminal_name)
);

-- The cursor. It moves only in the transaction that stores the records.
create table terminal_log (
  serial          text collate "C" primary key references terminal (serial),
  epoch           integer not null,
  base_ordinal    bigint  not null,
  next_ordinal    bigint  not null check (next_ordinal >= base_ordinal),
  layout          text    not null,
  stride_bytes    integer not null,
  recent_records  bytea   not null,
  fence           bigint  not null,
  read_through_at timestamptz,
  verified_at     timestamptz
) with (fillfactor = 50);

create table log_epoch (
  terminal_serial text collate "C" not null,
  epoch           integer not null,
  reason          text not null,
  prior_next      bigint not null,
  opened_at       timestamptz not null default now(),
  primary key (terminal_serial, epoch)
);

-- Evidence. The key holds no time, no address and no person, so nothing learnt later can double a row.
create table punch (
  terminal_serial text collate "C" not null,
  epoch           integer  not null,
  ordinal         bigint   not null,
  punch_id        text collate "C" generated always as
                    (terminal_serial || '-' || epoch::text || '-' || ordinal::text) stored,
  pin             text     not null,
  device_time     timestamp(0) without time zone,
  device_time_raw bigint   not null,
  verify_mode     smallint not null,
  punch_state     smallint not null,
  work_code       bigint   not null,
  raw             bytea    not null,
  source          text     not null,
  received_at     timestamptz not null,
  absent_at       timestamptz,
  primary key (terminal_serial, epoch, ordinal)
) partition by hash (terminal_serial);

-- Conclusions. `attendance` below joins them with their evidence; readers use the view.
create table attendance_time (
  terminal_serial text collate "C" not null,
  epoch           integer not null,
  ordinal         bigint  not null,
  office_code     text    not null,
  person_id       text,
  occurred_at     timestamptz not null,
  earliest        timestamptz not null,
  latest          timestamptz not null,
  time_status     text    not null
                  check (time_status in ('final', 'provisional', 'bounded', 'ambiguous', 'uncorrectable')),
  suspect         text,
  revision        integer not null default 1,
  primary key (terminal_serial, epoch, ordinal)
) partition by hash (terminal_serial);

create index attendance_time_by_office on attendance_time (office_code, occurred_at);
-- For those who review what was flagged: holds flagged rows only.
create index attendance_time_suspect on attendance_time (terminal_serial, epoch) where suspect is not null;

create view attendance as
select p.punch_id, a.office_code, a.terminal_serial, p.pin, a.person_id,
       a.occurred_at, a.earliest, a.latest, a.time_status,
       p.device_time, p.verify_mode, p.punch_state, p.work_code, p.source, p.received_at,
       a.revision, a.suspect, a.epoch, a.ordinal
from attendance_time a
join punch p using (terminal_serial, epoch, ordinal);

-- One comparison of clocks. Offsets are the terminal's clock minus true time in the office's zone.
create table clock_sample (
  terminal_serial    text collate "C" not null references terminal (serial),
  sampled_at         timestamptz not null,
  received_at        timestamptz not null,
  device_time        timestamp(0) without time zone not null,
  offset_earliest_ms bigint not null,
  offset_latest_ms   bigint not null check (offset_latest_ms >= offset_earliest_ms),
  kind               text not null,
  primary key (terminal_serial, sampled_at)
) partition by hash (terminal_serial);

do $$
declare
  parent text;
begin
  foreach parent in array array['punch', 'attendance_time', 'clock_sample'] loop
    for part in 0..7 loop
      execute format('create table %1$I partition of %2$I for values with (modulus 8, remainder %3$s)',
                     parent || '_p' || part, parent, part);
    end loop;
  end loop;
end
$$;

-- Records and batches that could not be applied: kept whole, never dropped. The same content is kept once and counted,
-- so that a terminal that is refused at every poll does not fill the disk.
create table set_aside (
  set_aside_id    bigint generated always as identity primary key,
  terminal_serial text collate "C",
  office_code     text,
  reason_code     text not null,
  reason          text not null,
  content         bytea not null,
  fingerprint     bytea not null,
  times           integer not null default 1,
  set_aside_at    timestamptz not null default now(),
  last_at         timestamptz not null default now(),
  unique (reason_code, fingerprint)
);

-- What must be published, written with the rows it speaks of: one line per batch and range.
create table outbox (
  outbox_id       bigint generated always as identity primary key,
  terminal_serial text collate "C" not null,
  epoch           integer not null,
  from_ordinal    bigint not null,
  to_ordinal      bigint not null,
  created_at      timestamptz not null default now()
);

-- One connection per terminal across all processes; the fence grows with each new holder.
create table terminal_lease (
  lease_key  text primary key,
  holder     text not null,
  fence      bigint not null,
  expires_at timestamptz not null
) with (fillfactor = 50);

-- What `gerbang status` and the page show. Overwritten at each poll; no history.
create table terminal_state (
  office_code       text not null,
  terminal_name     text not null,
  serial            text,
  address           text not null,
  state             text not null check (state in ('waiting', 'ok', 'failing', 'quarantined')),
  error_code        text,
  error_text        text,
  failing_since     timestamptz,
  last_attempt_at   timestamptz,
  last_read_at      timestamptz,
  offset_ms         double precision,
  offset_bound_ms   double precision,
  records           bigint,
  record_capacity   bigint,
  users             bigint,
  firmware          text,
  platform          text,
  device_name       text,
  updated_at        timestamptz not null default now(),
  primary key (office_code, terminal_name)
) with (fillfactor = 50);
