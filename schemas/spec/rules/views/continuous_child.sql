-- Children looked after without a break from the first to the last day of the period, short breaks apart.
with kept as (
    select child_id, row_id, start_reason_code, episode_start_date, episode_end_date,
        lag(row_id) over w as before_row_id,
        lag(episode_end_date) over w as before_end_date
    from episode where episode_start_date is not null and not is_short_break(legal_status_code)
    window w as (partition by child_id order by episode_start_date, episode_end_date nulls last, row_id)
),
numbered as (
    select *, sum(case when before_row_id is null or start_reason_code = 'S'
        or episode_start_date > add_days(before_end_date, continuity_days()) then 1 else 0 end)
        over (partition by child_id order by episode_start_date, episode_end_date nulls last, row_id
        rows between unbounded preceding and current row) as run_no
    from kept
)
select distinct child_id from (
    select child_id, run_no, min(episode_start_date) as first_date, max(episode_end_date) as last_date,
        count(*) - count(episode_end_date) as n_open
    from numbered group by child_id, run_no
) r
where first_date <= period_start() and (n_open > 0 or last_date >= period_end())
