-- One row per episode with a start date: the number of its period of care. Episodes that follow each other on the same
-- day (in Wales the same or the next day) belong to one period; an episode left open goes on into the one after it.
with ordered as (
    select child_id, row_id, legal_status_code, start_reason_code, end_reason_code, episode_start_date, episode_end_date,
        lag(row_id) over w as before_row_id,
        lag(episode_end_date) over w as before_end_date
    from episode where episode_start_date is not null
    window w as (partition by child_id order by episode_start_date, episode_end_date nulls last, row_id)
)
select *, sum(case when before_row_id is null or episode_start_date > add_days(before_end_date, continuity_days())
    then 1 else 0 end) over (partition by child_id order by episode_start_date, episode_end_date nulls last, row_id
    rows between unbounded preceding and current row) as care_no
from ordered
