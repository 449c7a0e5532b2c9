-- Reports of broken, lost and moved terminals. Words: docs/data.md, "Reports of terminals".
-- Why so: docs/decisions/0014-incidents.md.

create table incident (
  number        bigint      generated always as identity primary key,
  kind          text        not null check (kind in ('broken', 'lost', 'wrong-time', 'moved')),
  -- Of the last step; kept beside the steps so that lists need not read them all.
  state         text        not null default 'reported'
                check (state in ('reported', 'acknowledged', 'verified', 'not-confirmed',
                                 'in-repair', 'repaired', 'replaced', 'written-off')),
  -- Null when the person found neither in the list and wrote it in words.
  office_code   text        references office (code),
  terminal_name text,
  place         text        not null default '' check (length(place) <= 300),
  -- Of the machine that stood there at the report.
  serial        text        collate "C",
  since_at      timestamptz not null,
  words         text        not null default '' check (length(words) <= 4000),
  opened_by     text        not null check (opened_by in ('account', 'token', 'command', 'gateway')),
  opened_at     timestamptz not null default now(),
  -- Of a person or a system; reminders and the gateway's own notes do not count.
  last_step_at  timestamptz not null default now(),
  closed_at     timestamptz,
  -- Since when the gateway reads the machine without fault again, and says so.
  well_since    timestamptz,
  reminders     integer     not null default 0,
  check (office_code is not null or place <> ''),
  check (terminal_name is null or office_code is not null)
);

create index incident_open on incident (office_code, terminal_name) where closed_at is null;
create index incident_by_time on incident (opened_at);

-- What happened, in order. Never changed.
create table incident_step (
  step_id    bigint      generated always as identity primary key,
  number     bigint      not null references incident (number),
  at         timestamptz not null default clock_timestamp(),
  actor_kind text        not null check (actor_kind in ('account', 'token', 'command', 'gateway')),
  actor      text        not null,
  actor_name text        not null,
  -- A state the report went to, or something beside the states.
  what       text        not null check (what in ('reported', 'acknowledged', 'verified', 'not-confirmed', 'in-repair',
                         'repaired', 'replaced', 'written-off', 'note', 'proof', 'probe', 'well-again', 'failed-again',
                         'reminder')),
  note       text        not null default '' check (length(note) <= 4000),
  detail     jsonb       not null default '{}'
);

create index incident_step_by_number on incident_step (number, step_id);

-- Photos and letters, as they are served: re-encoded where that is possible.
create table incident_proof (
  proof_id        uuid        primary key default gen_random_uuid(),
  number          bigint      not null references incident (number),
  step_id         bigint      not null references incident_step (step_id),
  file_name       text        not null check (length(file_name) between 1 and 120),
  media_type      text        not null check (media_type in ('image/jpeg', 'application/pdf')),
  content         bytea       not null check (octet_length(content) between 1 and 8388608),
  sha256          bytea       not null check (sha256 = sha256(content)),
  -- Of the file as it was sent, so that whoever has it can show that it is the same.
  received_sha256 bytea       not null check (octet_length(received_sha256) = 32),
  received_bytes  integer     not null,
  width           integer,
  height          integer,
  added_at        timestamptz not null default clock_timestamp()
);

create index incident_proof_by_number on incident_proof (number);

-- What the gateway knew, at the report and at its end.
create table incident_fact (
  number   bigint      not null references incident (number),
  taken_at timestamptz not null default clock_timestamp(),
  facts    jsonb       not null,
  primary key (number, taken_at)
);

-- A person said: at this place another machine stands from now on.
create table terminal_replacement (
  replacement_id bigint      generated always as identity primary key,
  office_code    text        not null,
  terminal_name  text        not null,
  old_serial     text        collate "C",
  new_serial     text        collate "C" not null check (new_serial ~ '^[A-Za-z0-9_.-]{1,40}$'),
  number         bigint      references incident (number),
  confirmed_at   timestamptz not null default now(),
  confirmed_by   text        not null
);

create index terminal_replacement_by_place on terminal_replacement (office_code, terminal_name, replacement_id);

do $$
declare kept regclass;
begin
  foreach kept in array array['incident_step', 'incident_proof', 'incident_fact', 'terminal_replacement']::regclass[] loop
    execute format('create trigger never_changed before update or delete or truncate on %s
                    for each statement execute function refuse_to_change_evidence()', kept);
  end loop;
end
$$;
