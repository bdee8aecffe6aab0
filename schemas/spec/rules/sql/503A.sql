-- The episode that was open at the end of the period before differs now in start_reason_code.
select 'episode' as table_id, f.row_id
from first_episode f join last_open_episode l on l.child_id = f.child_id
where f.start_reason_code is distinct from l.start_reason_code
