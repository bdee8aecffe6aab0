-- fails with: episodes of the repaired history that end after the next one of the child begins
with

repaired as (
    select * from "warehouse"."main"."int_episodes__repaired"
),

followed as (
    select
        *,
        lead(episode_start_date) over (partition by authority_code, child_id order by episode_start_date)
            as next_start_date
    from repaired
)

select
    submission_id,
    row_number
from followed
where
    coalesce(episode_end_date, cast('9999-12-31' as date)) > next_start_date
    or episode_end_date < episode_start_date