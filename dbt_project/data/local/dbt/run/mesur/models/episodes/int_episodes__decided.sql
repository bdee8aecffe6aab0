
    

    create  table
      "warehouse"."main"."int_episodes__decided__dbt_tmp"
  
    
    as (
      -- grain: as int_episodes__judged; under the policy each row is kept, with its end and a tag, or set aside with a tag
with

judged as (
    select * from "warehouse"."main"."int_episodes__judged"
),

ended as (
    select
        *,
        least(own_end_date, coalesce(next_start_date, cast('9999-12-31' as date))) as end_date,
        rejected_tag as set_aside_tag,
        false as is_merged
    from judged
),

int_episodes__decided as (
    select
        * except (end_date),
        case when end_date < cast('9999-12-31' as date) then end_date end as repaired_end_date,
        case
            when set_aside_tag is not null then set_aside_tag
            when is_merged then 'merged_with_later_rows'
            when end_date = coalesce(episode_end_date, cast('9999-12-31' as date)) then 'none'
            when end_date < own_end_date and episode_end_date is null then 'ended_at_next_start'
            when end_date < own_end_date then 'ended_before_overlap'
            when end_date = adult_end_date then 'ended_day_before_18'
            else 'ended_when_no_longer_reported'
        end as repair_tag
    from ended
)

select * from int_episodes__decided
    );
    
  