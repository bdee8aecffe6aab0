
    

    create  table
      "warehouse"."main"."int_episodes__repaired__dbt_tmp"
  
    
    as (
      -- grain: one row per authority, child and episode start of the repaired history; repair_tag says what was changed
with

decided as (
    select * from "warehouse"."main"."int_episodes__decided"
),

int_episodes__repaired as (
    select
        authority_code,
        child_id,
        episode_start_date,
        repaired_end_date as episode_end_date,
        episode_end_date as reported_end_date,
        repair_tag,
        start_reason_code,
        end_reason_code,
        legal_status_code,
        legal_status_group_code,
        is_short_break,
        need_code,
        placement_code,
        provider_code,
        placement_authority_code,
        placement_location_code,
        placement_urn,
        submission_id,
        period_id,
        row_number
    from decided
    where set_aside_tag is null
)

select * from int_episodes__repaired
    );
    
  