
    

    create  table
      "warehouse"."main"."epi_legal_statuses__dbt_tmp"
  
    
    as (
      -- grain: one row per run of episodes of a period of care under one legal status
with

episodes as (
    select * from "warehouse"."main"."epi_episodes"
),

epi_legal_statuses as (
    select
        authority_code,
        child_id,
        is_short_break,
        care_period_number,
        legal_status_number,
        legal_status_code,
        legal_status_group_code,
        episode_start_date as legal_status_start_date,
        coalesce(
            lead(episode_start_date) over (
                partition by authority_code, child_id, is_short_break, care_period_number order by episode_start_date
            ),
            care_period_end_date
        ) as legal_status_end_date
    from episodes
    where is_legal_status_start
)

select * from epi_legal_statuses
    );
    
  