-- Who is behind which PIN, and what is needed to find punches of a person among ten million. Words: docs/data.md.
-- Why so: docs/decisions/0013-people-and-attendance.md.

create table person (
  person_id   text        primary key default gen_random_uuid()::text,
  name        text        not null check (name <> ''),
  -- Number of a civil servant; other staff have none.
  nip         text        unique check (nip ~ '^[0-9]{18}$'),
  office_code text        not null references office (code),
  -- Last day of service; null while it goes on.
  ended_on    date,
  updated_at  timestamptz not null default now()
);

create index person_by_office on person (office_code, name, person_id);
create index person_by_name on person (name, person_id);

-- A PIN means a person on one machine, or on all machines of an office that have no word of their own on it. Instants,
-- not days: what a row says must not move when somebody corrects the zone of an office.
create table person_pin (
  person_pin_id   bigint      generated always as identity primary key,
  person_id       text        not null references person (person_id),
  -- The office whose machines these are; with a machine: the office in whose zone the days were meant.
  office_code     text        not null references office (code),
  -- Null for the whole office. No reference: people are known before their machine is read for the first time.
  terminal_serial text        collate "C" check (terminal_serial ~ '^[A-Za-z0-9_.-]{1,40}$'),
  pin             text        not null check (pin <> ''),
  from_at         timestamptz not null default '-infinity',
  until_at        timestamptz not null default 'infinity',
  created_at      timestamptz not null default now(),
  check (from_at < until_at)
);

create index person_pin_by_person on person_pin (person_id);
create index person_pin_on_machine on person_pin (terminal_serial, pin, from_at) where terminal_serial is not null;
create index person_pin_in_office on person_pin (office_code, pin, from_at) where terminal_serial is null;

-- At one time a PIN is one person per machine and per office. In the database, so that no writer can forget it; without
-- an exclusion constraint, for that needs an extension that not every server has.
create function refuse_two_people_at_once() returns trigger language plpgsql as $$
begin
  perform pg_advisory_xact_lock(4370014);
  if exists (
    select from person_pin other
    where other.person_pin_id <> new.person_pin_id and other.pin = new.pin
      and (case when new.terminal_serial is null
             then other.terminal_serial is null and other.office_code = new.office_code
             else other.terminal_serial = new.terminal_serial end)
      and other.from_at < new.until_at and new.from_at < other.until_at
  ) then
    raise exception 'a PIN cannot be two people at once' using errcode = 'exclusion_violation';
  end if;
  return new;
end
$$;

create trigger one_person_at_once before insert or update on person_pin
  for each row execute function refuse_two_people_at_once();

-- A list of people that was sent and shown, and waits for a yes. Emptied when it is applied; forgotten after a day.
create table person_import (
  import_id  text        primary key default gen_random_uuid()::text,
  content    text        not null,
  created_by text        not null,
  created_at timestamptz not null default now()
);

-- Rows of one PIN on one machine. What happened after an instant was received after it, so days bound the search, too.
-- The entries of a terminal lie together, so that storing a batch touches few pages.
create index punch_by_pin on punch (terminal_serial, pin, received_at);

-- The person is looked up when a row is read, and only by those who ask for the column: a mapping that comes late holds
-- for all rows at once, and closed months stay byte for byte what they were.
create or replace view attendance as
select p.punch_id, a.office_code, a.terminal_serial, p.pin,
       coalesce(
         (select m.person_id from person_pin m
          where m.terminal_serial = a.terminal_serial and m.pin = p.pin
            and m.from_at <= a.occurred_at and m.until_at > a.occurred_at
          order by m.from_at desc limit 1),
         (select m.person_id from person_pin m
          where m.terminal_serial is null and m.office_code = a.office_code and m.pin = p.pin
            and m.from_at <= a.occurred_at and m.until_at > a.occurred_at
          order by m.from_at desc limit 1)) as person_id,
       a.occurred_at, a.earliest, a.latest, a.time_status,
       p.device_time, p.verify_mode, p.punch_state, p.work_code, p.source, p.received_at,
       a.revision, a.suspect, a.epoch, a.ordinal, a.model_version
from attendance_time a
join punch p using (terminal_serial, epoch, ordinal)
where not a.after_close;
