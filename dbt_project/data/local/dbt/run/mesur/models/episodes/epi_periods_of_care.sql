
    

    create  table
      "warehouse"."main"."epi_periods_of_care__dbt_tmp"
  
    
    as (
      -- grain: one row per period of care: episodes of one authority and child with no gap of more than a day
with

episodes as (
    select * from "warehouse"."main"."epi_episodes"
),

grouped as (
    select
        authority_code,
        child_id,
        is_short_break,
        care_period_number,
        min(care_period_start_date) as care_start_date,
        max(care_period_end_date) as care_end_date,
        count(*) as n_episodes,
        max(placement_number) as n_placements,
        max(legal_status_number) as n_legal_statuses,
        max(start_reason_code) filter (where is_care_period_start) as start_reason_code,
        max(need_group_code) filter (where is_care_period_start) as need_group_code,
        max(legal_status_group_code) filter (where is_care_period_start) as legal_status_group_code,
        max(placement_group_code) filter (where is_care_period_start) as placement_group_code,
        max(end_reason_group_code) filter (where is_care_period_last) as end_reason_group_code,
        max(repair_tag) filter (where is_care_period_last) as end_repair_tag
    from episodes
    group by authority_code, child_id, is_short_break, care_period_number
),

epi_periods_of_care as (
    select
        *,
        care_end_date is null as is_open,
        
        (date_diff('day', care_start_date::timestamp, care_end_date::timestamp ))
     as days_in_care
    from grouped
)

select * from epi_periods_of_care
    );
    
  