-- Fences are counted over all leases: a terminal that gets another address is read under another lease, and its batches
-- must not look older than those read at the old address.
create sequence lease_fence;

select setval(
  'lease_fence',
  greatest((select coalesce(max(fence), 0) from terminal_lease), (select coalesce(max(fence), 0) from terminal_log)) + 1,
  false
);
