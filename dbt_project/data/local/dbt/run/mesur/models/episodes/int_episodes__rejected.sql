
    

    create  table
      "warehouse"."main"."int_episodes__rejected__dbt_tmp"
  
    
    as (
      -- grain: one row per reported episode row that is not in the repaired history, with the reason as repair_tag
with

decided as (
    select * from "warehouse"."main"."int_episodes__decided"
),

reported as (
    select * from "warehouse"."main"."int_episodes__reported"
),

set_aside as (
    select
        authority_code,
        child_id,
        episode_start_date,
        episode_end_date,
        submission_id,
        period_id,
        row_number,
        repair_tag
    from decided
    where set_aside_tag is not null
),

without_key as (
    select
        authority_code,
        child_id,
        episode_start_date,
        episode_end_date,
        submission_id,
        period_id,
        row_number,
        'start_or_child_missing' as repair_tag
    from reported
    where child_id is null or episode_start_date is null
),

int_episodes__rejected as (
    select * from set_aside
    union all
    select * from without_key
)

select * from int_episodes__rejected
    );
    
  