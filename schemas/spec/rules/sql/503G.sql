-- The open episode of the period before is now at another distance from home (a fifth of a mile or more).
select 'episode' as table_id, f.row_id
from first_episode f join last_open_episode l on l.child_id = f.child_id
where coalesce(abs(try_cast(f.placement_distance as double) - try_cast(l.placement_distance as double)) >= 0.2, true)
    and f.placement_distance is distinct from l.placement_distance
