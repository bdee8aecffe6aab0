-- One row per period of care: its first day and its last (null while it goes on).
select child_id, care_no, min(episode_start_date) as care_start_date,
    case when count(episode_end_date) = count(*) then max(episode_end_date) end as care_end_date
from care_episode group by child_id, care_no
