-- One row per episode: the days that its legal status has lasted without a break, over the episodes that carry it on.
-- Episodes without a child are kept, so a run stays within its job (the submission) and not only within its child.
with stepped as (
    select job, row_id, child_id, legal_status_code, episode_start_date, coalesce(episode_end_date, period_end()) as until_date,
        lag(legal_status_code) over w as before_code,
        lag(episode_end_date) over w as before_end_date
    from episode where episode_start_date is not null
    window w as (partition by job, child_id order by episode_start_date, episode_end_date nulls last, row_id)
),
numbered as (
    select *, sum(case when before_code = legal_status_code and before_end_date is not null
        and episode_start_date between before_end_date and add_days(before_end_date, continuity_days())
        then 0 else 1 end) over (partition by job, child_id order by episode_start_date, until_date, row_id
        rows between unbounded preceding and current row) as run_no
    from stepped
)
select row_id, child_id, legal_status_code,
    days_between(min(episode_start_date) over (partition by job, child_id, run_no),
        max(until_date) over (partition by job, child_id, run_no)) as run_days
from numbered
