-- What people are told of, when, and who took it on. Words: docs/data.md, "Alerts". Why so: docs/decisions/0016-alerts.md.

create table alert (
  alert_id        bigint      generated always as identity primary key,
  -- Kind and place: one alert of a key is open at a time.
  alert_key       text        collate "C" not null,
  kind            text        not null,
  severity        text        not null check (severity in ('warning', 'critical')),
  office_code     text,
  terminal_name   text,
  -- Since when it is so, as far as known; when it was noticed; when it was over.
  since_at        timestamptz not null,
  opened_at       timestamptz not null default now(),
  closed_at       timestamptz,
  facts           jsonb       not null default '{}',
  acknowledged_at timestamptz,
  acknowledged_by text,
  note            text
);

create unique index alert_open on alert (alert_key) where closed_at is null;
create index alert_by_time on alert (opened_at);

-- What each channel was told of each alert.
create table alert_told (
  alert_id bigint      not null references alert (alert_id) on delete cascade,
  channel  text        not null,
  what     text        not null check (what in ('opened', 'closed')),
  told_at  timestamptz not null default now(),
  primary key (alert_id, channel, what)
);

-- Messages on their way to a channel: one message for all that happened together, kept until it is taken.
create table alert_message (
  message_id   bigint      generated always as identity primary key,
  channel      text        not null,
  body         jsonb       not null,
  created_at   timestamptz not null default now(),
  attempts     integer     not null default 0,
  next_at      timestamptz not null default now(),
  last_failure text,
  sent_at      timestamptz,
  given_up_at  timestamptz
);

create index alert_message_waiting on alert_message (channel, next_at) where sent_at is null and given_up_at is null;
