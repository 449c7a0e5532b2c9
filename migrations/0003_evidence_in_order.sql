-- Evidence in the order it was stored, so that a conclusion can name what it was drawn from. Words: docs/data.md.

-- One row per batch that brought anything new. `seq` counts up without gaps per terminal; batches of one terminal are
-- applied one after the other, so it is the order of commits. `head` = SHA-256 over the head before it and `content`.
create table evidence_batch (
  terminal_serial text collate "C" not null references terminal (serial),
  seq             bigint      not null check (seq > 0),
  epoch           integer     not null,
  from_ordinal    bigint      not null,
  to_ordinal      bigint      not null check (to_ordinal >= from_ordinal),
  samples         integer     not null,
  events          integer     not null,
  stored_at       timestamptz not null,
  content         bytea       not null check (octet_length(content) = 32),
  head            bytea       not null check (octet_length(head) = 32),
  primary key (terminal_serial, seq)
);

create index evidence_batch_by_record on evidence_batch (terminal_serial, epoch, to_ordinal)
  where to_ordinal > from_ordinal;

-- The batch that brought a sample, and how far the host's own clock may have been from UTC where the system told.
alter table clock_sample add column seq bigint, add column host_error_ms double precision;

-- What else is known of a terminal's clock: sets of ours, lines of its operation log, jumps of the host's clock.
create table clock_event (
  terminal_serial text collate "C" not null references terminal (serial),
  identity        text collate "C" not null,
  seq             bigint      not null,
  kind            text        not null check (kind in ('set', 'operation', 'host-step')),
  at              timestamptz not null,
  until           timestamptz,
  absent_at       timestamptz,
  device_time     timestamp(0) without time zone,
  operation       integer,
  by_ms           double precision,
  primary key (terminal_serial, identity)
);

create index clock_event_by_time on clock_event (terminal_serial, at);
