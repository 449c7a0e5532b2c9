-- A person's report takes over the gateway's own of the same machine, and the written note after a loss is a step of its
-- own. Words: docs/data.md, "Reports of terminals". Why so: docs/decisions/0014-incidents.md.

alter table incident
  drop constraint incident_state_check,
  add constraint incident_state_check
    check (state in ('reported', 'acknowledged', 'verified', 'not-confirmed',
                     'in-repair', 'repaired', 'replaced', 'written-off', 'merged')),
  -- The report that goes on in its place.
  add column merged_into bigint references incident (number),
  -- When the persons concerned and the authority were told of a loss in writing, as somebody says.
  add column note_sent_at timestamptz,
  add constraint incident_merged_check check ((state = 'merged') = (merged_into is not null) and merged_into <> number);

alter table incident_step
  drop constraint incident_step_what_check,
  add constraint incident_step_what_check
    check (what in ('reported', 'acknowledged', 'verified', 'not-confirmed', 'in-repair', 'repaired', 'replaced',
                    'written-off', 'merged', 'note', 'proof', 'probe', 'well-again', 'failed-again', 'reminder',
                    'note-sent'));

create index incident_merged on incident (merged_into) where merged_into is not null;
