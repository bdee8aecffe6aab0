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
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.episode_start_date,
        reported.episode_end_date,
        reported.start_reason_code,
        reported.end_reason_code,
        reported.legal_status_code,
        reported.need_code,
        reported.placement_code,
        reported.provider_code,
        reported.placement_authority_code,
        reported.placement_location_code,
        reported.placement_urn
    from "warehouse"."main"."stg_lac_census__episode" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
    union all
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.episode_start_date,
        reported.episode_end_date,
        reported.start_reason_code,
        reported.end_reason_code,
        reported.legal_status_code,
        reported.need_code,
        reported.placement_code,
        reported.provider_code,
        reported.placement_authority_code,
        reported.placement_location_code,
        reported.placement_urn
    from "warehouse"."main"."stg_quarterly_export__episode" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
    union all
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.episode_start_date,
        reported.episode_end_date,
        reported.start_reason_code,
        reported.end_reason_code,
        reported.legal_status_code,
        reported.need_code,
        reported.placement_code,
        reported.provider_code,
        reported.placement_authority_code,
        reported.placement_location_code,
        reported.placement_urn
    from "warehouse"."main"."stg_ssda903__episode" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
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