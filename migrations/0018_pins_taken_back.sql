-- A PIN that never meant its person is taken back: what it said moves here, with who took it back and why. An attendance
-- row follows from what person_pin says now; what it said before can be read for good. Words: docs/data.md.

create table person_pin_taken_back (
  person_pin_id   bigint      primary key,
  person_id       text        not null references person (person_id),
  office_code     text        not null,
  terminal_serial text        collate "C",
  pin             text        not null,
  from_at         timestamptz not null,
  until_at        timestamptz not null,
  created_at      timestamptz not null,
  taken_back_at   timestamptz not null default clock_timestamp(),
  taken_back_by   text        not null,
  reason          text        not null check (reason <> '' and length(reason) <= 500)
);

create index person_pin_taken_back_by_person on person_pin_taken_back (person_id);

create trigger never_changed before update or delete or truncate on person_pin_taken_back
  for each statement execute function refuse_to_change_evidence();
