-- How fast records come in is asked of the last minutes; evidence only grows at its end, so a block range index suffices.
create index evidence_batch_recent on evidence_batch using brin (stored_at) with (pages_per_range = 16);
