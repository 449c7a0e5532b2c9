-- What is gone from a log and was never read, and how complete each day of each office is. Words: docs/data.md.
-- Why so: docs/decisions/0011-completeness.md.

-- One row per thing that happened to a log. `at_least` is proven; `at_most` is null where nothing limits it, and 0 where
-- nothing was lost, provably. `since_at` is -infinity when the log had never been read to its end.
create table log_gap (
  gap_id          bigint      generated always as identity primary key,
  terminal_serial text collate "C" not null references terminal (serial),
  epoch           integer     not null,
  kind            text        not null
                  check (kind in ('cleared', 'shrank', 'wrapped', 'rewritten', 'layout-changed', 'swapped')),
  office_code     text        not null,
  terminal_name   text        not null,
  at_least        bigint      not null check (at_least >= 0),
  at_most         bigint      check (at_most >= 0),
  ground          text        not null
                  check (ground in ('unwatched', 'numbered', 'in-place', 'counter-doubted', 'out-of-reach')),
  since_at        timestamptz not null,
  until_at        timestamptz not null,
  stored          bigint      not null,
  counted         bigint      not null,
  found           bigint,
  found_at        timestamptz not null default now(),
  -- A machine that was out of reach was read again: what was on it is stored.
  reached_at      timestamptz,
  unique (terminal_serial, epoch, kind, since_at)
);

create index log_gap_by_office on log_gap (office_code, until_at);
create index log_gap_out_of_reach on log_gap (terminal_serial) where kind = 'swapped' and reached_at is null;

-- Which place belonged to an office, and which machine stood there, from when until when. A day is judged by those that
-- stood there on that day, also when the configuration has forgotten them since.
create table terminal_stay (
  stay_id         bigint      generated always as identity primary key,
  office_code     text        not null,
  terminal_name   text        not null,
  -- Null until the machine answered for the first time.
  serial          text collate "C",
  from_at         timestamptz not null,
  until_at        timestamptz check (until_at >= from_at),
  -- How far its log was read when it left.
  read_through_at timestamptz
);

create unique index terminal_stay_open on terminal_stay (office_code, terminal_name) where until_at is null;
create index terminal_stay_by_office on terminal_stay (office_code, until_at);

-- Places that are there now have stood there since their machine was first seen.
insert into terminal_stay (office_code, terminal_name, serial, from_at)
select s.office_code, s.terminal_name, s.serial, coalesce(t.first_seen_at, s.updated_at)
from terminal_state s
left join terminal t on t.serial = s.serial;

create sequence completeness_change;

create table completeness (
  office_code    text        not null,
  day            date        not null,
  state          text        not null check (state in ('complete', 'complete-except', 'not-yet')),
  reasons        jsonb       not null,
  terminals      integer     not null,
  terminals_read integer     not null,
  records        bigint      not null,
  not_final      bigint      not null,
  gaps           integer     not null,
  after_close    bigint      not null,
  -- Stands for the rows of the day and their revisions: another content, another number.
  content        numeric     not null,
  revision       integer     not null default 1,
  -- Counts all changes of this table in the order of their commits.
  change         bigint      not null,
  computed_at    timestamptz not null,
  primary key (office_code, day)
);

create index completeness_by_day on completeness (day);
create index completeness_by_change on completeness (change);
create index completeness_open on completeness (office_code, day) where state <> 'complete';

-- What must be counted again: stretches of six hours whose rows changed. Only ever added to and taken from, so that two
-- writers never wait for each other here.
create table completeness_due (
  office_code text        not null,
  starts_at   timestamptz not null,
  noted_at    timestamptz not null default now()
);

create index completeness_due_by_stretch on completeness_due (starts_at, office_code);

-- In the database and not in the program, so that no writer of conclusions can forget it.
create function note_completeness_due() returns trigger
language plpgsql as $$
begin
  if tg_op = 'INSERT' then
    insert into completeness_due (office_code, starts_at)
    select distinct office_code, date_bin('6 hours', occurred_at, timestamptz '2000-01-01 00:00:00+00') from new_rows;
  else
    insert into completeness_due (office_code, starts_at)
    select distinct either.office_code, date_bin('6 hours', either.occurred_at, timestamptz '2000-01-01 00:00:00+00')
    from old_rows o
    join new_rows n using (terminal_serial, epoch, ordinal)
    cross join lateral (values (o.office_code, o.occurred_at), (n.office_code, n.occurred_at))
      as either (office_code, occurred_at)
    where (o.office_code, o.occurred_at, o.time_status, o.revision)
          is distinct from (n.office_code, n.occurred_at, n.time_status, n.revision);
  end if;
  return null;
end
$$;

create trigger completeness_of_inserted after insert on attendance_time
referencing new table as new_rows
for each statement execute function note_completeness_due();

create trigger completeness_of_updated after update on attendance_time
referencing old table as old_rows new table as new_rows
for each statement execute function note_completeness_due();

-- The last two months of a database that has rows already. Older days are computed when somebody asks for them
-- (`gerbang completeness --recompute`).
insert into completeness_due (office_code, starts_at)
select o.code, a.starts_at
from office o
cross join lateral (
  select distinct date_bin('6 hours', occurred_at, timestamptz '2000-01-01 00:00:00+00') as starts_at
  from attendance_time
  where office_code = o.code and occurred_at >= now() - interval '62 days'
) a;
