-- The episode that was open at the end of the period before differs now in legal_status_code.
select 'episode' as table_id, f.row_id
from first_episode f join last_open_episode l on l.child_id = f.child_id
where f.legal_status_code is distinct from l.legal_status_code
