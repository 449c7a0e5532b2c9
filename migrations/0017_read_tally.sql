-- Reads of personal data that are too many to note one by one (a system that follows the feed, a screen that shows live
-- rows): counted per reader, action, office and ten minutes, then moved into audit_entry as one entry. Counted here and not
-- in memory, so that a gateway that dies forgets none.
create table read_tally (
  actor_kind  text        not null check (actor_kind in ('account', 'token')),
  actor       text        not null,
  action      text        not null,
  -- Empty for all offices.
  office_code text        not null default '',
  begins_at   timestamptz not null,
  reads       integer     not null,
  records     bigint      not null,
  primary key (actor_kind, actor, action, office_code, begins_at)
);
