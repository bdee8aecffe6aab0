-- Care leaver information for a person of 17 or 18 whose last episode ended on or after the birthday in the period.
with last_episode_of as (
    select child_id, max(episode_start_date) as start_date, max(episode_end_date) as end_date,
        count(*) - count(episode_end_date_raw) as n_open
    from episode group by child_id
)
select 'care_leaver' as table_id, c.row_id
from care_leaver c join last_episode_of e on e.child_id = c.child_id
where coalesce(c.in_touch_code, c.activity_code, c.accommodation_code) is not null
    and age_on(c.birth_date, period_end()) in (17, 18)
    and e.n_open = 0
    and e.end_date >= add_years(c.birth_date, age_on(c.birth_date, period_end()))
