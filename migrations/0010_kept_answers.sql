-- Versions, answers that rows had, closed months and what was learnt about them later are kept like evidence: added to,
-- never changed or deleted.
do $$
declare kept regclass;
begin
  foreach kept in array array['clock_model', 'attendance_change', 'closed_period', 'attendance_adjustment',
                              'clock_alarm']::regclass[] loop
    execute format('create trigger never_changed before update or delete or truncate on %s
                    for each statement execute function refuse_to_change_evidence()', kept);
  end loop;
end
$$;
