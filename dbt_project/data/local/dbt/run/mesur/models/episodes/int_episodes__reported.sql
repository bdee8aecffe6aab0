
    

    create  table
      "warehouse"."main"."int_episodes__reported__dbt_tmp"
  
    
    as (
      -- grain: one row per episode row of a counting submission that no census has settled
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

codes as (
    select * from "warehouse"."main"."int_codes__grouped"
),

episodes as (
    select
        submission_id,
        row_number,
        child_id,
        episode_start_date,
        episode_end_date,
        start_reason_code,
        end_reason_code,
        legal_status_code,
        need_code,
        placement_code,
        provider_code,
        placement_authority_code,
        placement_location_code,
        placement_urn
    from "warehouse"."main"."stg_lac_census__episode"
    union all
    select
        submission_id,
        row_number,
        child_id,
        episode_start_date,
        episode_end_date,
        start_reason_code,
        end_reason_code,
        legal_status_code,
        need_code,
        placement_code,
        provider_code,
        placement_authority_code,
        placement_location_code,
        placement_urn
    from "warehouse"."main"."stg_quarterly_export__episode"
    union all
    select
        submission_id,
        row_number,
        child_id,
        episode_start_date,
        episode_end_date,
        start_reason_code,
        end_reason_code,
        legal_status_code,
        need_code,
        placement_code,
        provider_code,
        placement_authority_code,
        placement_location_code,
        placement_urn
    from "warehouse"."main"."stg_ssda903__episode"
),

int_episodes__reported as (
    select
        submissions.authority_code,
        submissions.period_id,
        submissions.period_end_date,
        submissions.report_number,
        episodes.*,
        coalesce(codes.group_code, 'UNKNOWN') as legal_status_group_code,
        coalesce(codes.group_code = 'SHORT_BREAKS', false) as is_short_break
    from episodes
    inner join submissions on episodes.submission_id = submissions.submission_id
    left join codes on codes.code_list = 'legal_status' and episodes.legal_status_code = codes.code
    where not submissions.is_settled
)

select * from int_episodes__reported
    );
    
  