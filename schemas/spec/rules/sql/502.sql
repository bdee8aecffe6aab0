-- The earliest episode of a child that was still looked after at the end of the period before begins on another day.
select 'episode' as table_id, f.row_id
from first_episode f join last_open_episode l on l.child_id = f.child_id
where f.episode_start_date <> l.episode_start_date
