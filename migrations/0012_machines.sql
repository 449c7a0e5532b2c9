-- When machines could not be read, what people told machines to do, and which machines rest. Words: docs/data.md,
-- "Machines". Why so: docs/decisions/0013-machines.md.

-- A stretch in which a machine was not read. With kind `gateway-away` it is the gateway that was not there, for a whole
-- office: that says nothing about its machines, and people could punch all the while.
create table terminal_outage (
  outage_id        bigint      generated always as identity primary key,
  kind             text        not null check (kind in ('terminal', 'gateway-away')),
  office_code      text        not null,
  -- Null for `gateway-away`.
  terminal_name    text,
  -- As far as the machine was known when the outage was found.
  serial           text,
  -- The last moment at which it is known to have worked: its last read, or the end of a pause.
  from_at          timestamptz not null,
  -- The first try that failed: from here on it is certain.
  failed_at        timestamptz not null,
  -- Null while it lasts.
  until_at         timestamptz,
  ended_how        text        check (ended_how in ('read', 'paused', 'removed')),
  first_error_code text,
  last_error_code  text,
  -- Null: never read before.
  last_read_at     timestamptz,
  -- Which gateway noticed (gateway_host.holder).
  detected_by      text        not null,
  ended_by         text,
  check ((kind = 'gateway-away') = (terminal_name is null)),
  check ((until_at is null) = (ended_how is null) or kind = 'gateway-away'),
  check (from_at <= failed_at and (until_at is null or until_at >= from_at))
);

create unique index terminal_outage_open on terminal_outage (office_code, terminal_name)
  where until_at is null and kind = 'terminal';
create index terminal_outage_by_office on terminal_outage (office_code, from_at);

-- What changed at a machine, and its whole reads: the last hundred lines of each place, no line per poll.
create table terminal_poll (
  office_code   text        not null,
  terminal_name text        not null,
  poll_id       bigint      generated always as identity,
  at            timestamptz not null,
  kind          text        not null check (kind in ('well', 'trouble', 'whole-read')),
  error_code    text,
  -- Records in the machine's log at a whole read.
  records       bigint,
  primary key (office_code, terminal_name, poll_id)
);

-- What a person told a machine to do. Done by the gateway that polls its office, wherever the page was served.
create table terminal_command (
  command_id    uuid        primary key default gen_random_uuid(),
  office_code   text        not null,
  terminal_name text        not null,
  kind          text        not null check (kind in ('probe', 'read', 'set-clock', 'pause', 'resume')),
  requested_by  text        not null,
  requested_at  timestamptz not null default clock_timestamp(),
  -- Whoever has not done it by then has failed.
  deadline_at   timestamptz not null,
  state         text        not null default 'waiting' check (state in ('waiting', 'running', 'done', 'failed')),
  holder        text,
  started_at    timestamptz,
  done_at       timestamptz,
  result        jsonb,
  error_code    text,
  check ((done_at is null) = (state in ('waiting', 'running')))
);

create index terminal_command_by_place on terminal_command (office_code, terminal_name, requested_at desc);
create index terminal_command_open on terminal_command (deadline_at) where done_at is null;

-- A machine that rests because a person said so: not polled, and no outage.
create table terminal_pause (
  pause_id      bigint      generated always as identity primary key,
  office_code   text        not null,
  terminal_name text        not null,
  since_at      timestamptz not null default clock_timestamp(),
  -- It ends by itself then.
  until_at      timestamptz not null,
  reason        text        not null,
  paused_by     text        not null,
  ended_at      timestamptz,
  ended_by      text,
  check (until_at > since_at and (ended_at is null or ended_at >= since_at))
);

create unique index terminal_pause_open on terminal_pause (office_code, terminal_name) where ended_at is null;
create index terminal_pause_by_office on terminal_pause (office_code, since_at);
