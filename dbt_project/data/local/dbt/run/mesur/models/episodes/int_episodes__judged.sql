
    

    create  table
      "warehouse"."main"."int_episodes__judged__dbt_tmp"
  
    
    as (
      -- grain: as int_episodes__harmonised; each row with what contradicts it, before any policy
with

harmonised as (
    select * from "warehouse"."main"."int_episodes__harmonised"
),

reported as (
    select * from "warehouse"."main"."int_episodes__reported"
),

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

children as (
    select * from "warehouse"."main"."ent_children"
),

-- reports that name every child looked after in their period, in order
whole_cohort_reports as (
    select
        authority_code,
        report_number,
        max(period_end_date) over (partition by authority_code) as reported_until_date
    from submissions
    where not is_settled and return_id in ('ssda903', 'lac_census', 'quarterly_export')
),

next_reports as (
    select
        submissions.authority_code,
        submissions.report_number,
        min(whole_cohort_reports.report_number) as next_report_number,
        max(whole_cohort_reports.reported_until_date) as reported_until_date
    from submissions
    left join whole_cohort_reports
        on
            submissions.authority_code = whole_cohort_reports.authority_code
            and submissions.report_number < whole_cohort_reports.report_number
    where not submissions.is_settled
    group by submissions.authority_code, submissions.report_number
),

child_reports as (
    select
        authority_code,
        child_id,
        report_number,
        min(episode_start_date) as first_start_date,
        min(episode_start_date) filter (
            where start_reason_code in ('L', 'T', 'U') or start_reason_code in ('P', 'B')
        ) as first_continued_date
    from reported
    where child_id is not null
    group by authority_code, child_id, report_number
),

dated as (
    select
        harmonised.*,
        children.adult_date,
        cast(

    (children.adult_date + cast(-1 as bigint) * interval 1 day) as date) as last_day_of_care_date,
        next_reports.reported_until_date,
        harmonised.episode_end_date is null and next_reports.next_report_number is not null as is_left_open,
        coalesce(child_reports.first_start_date <= harmonised.period_end_date, false) as is_replaced_later,
        case
            -- the next report goes on with a change of status or placement, so the child never left: the row ends there
            when child_reports.first_continued_date = child_reports.first_start_date then null
            when harmonised.episode_end_date is null and next_reports.next_report_number is not null
                -- the authority said the child was looked after on the last day of the period, so care ends the day after
                then greatest(cast(

    (harmonised.period_end_date + cast(1 as bigint) * interval 1 day) as date), harmonised.episode_start_date)
        end as unreported_end_date
    from harmonised
    left join children
        on harmonised.authority_code = children.authority_code and harmonised.child_id = children.child_id
    left join next_reports
        on
            harmonised.authority_code = next_reports.authority_code
            and harmonised.report_number = next_reports.report_number
    left join child_reports
        on
            harmonised.authority_code = child_reports.authority_code
            and harmonised.child_id = child_reports.child_id
            and next_reports.next_report_number = child_reports.report_number
),

-- what no policy can keep: the tag says why, null means the row stands
screened as (
    select
        *,
        case
            when is_duplicate then 'duplicate_start'
            when episode_end_date < episode_start_date then 'end_before_start'
            when episode_start_date >= adult_date then 'starts_at_18_or_over'
            -- the next report names the child, with an earlier row in place of this one
            when is_left_open and is_replaced_later then 'withdrawn_by_later_report'
        end as rejected_tag,
        -- looked after until the day before the 18th birthday (LACG1819); an open row only once that day is past
        case
            when episode_end_date > last_day_of_care_date then last_day_of_care_date
            when episode_end_date is null and last_day_of_care_date <= coalesce(reported_until_date, period_end_date)
                then last_day_of_care_date
        end as adult_end_date
    from dated
),

sequenced as (
    select
        *,
        case
            when rejected_tag is null
                then lead(episode_start_date) over (
                    partition by authority_code, child_id, rejected_tag is null order by episode_start_date, row_number
                )
        end as next_start_date,
        least(
            coalesce(episode_end_date, cast('9999-12-31' as date)),
            coalesce(unreported_end_date, cast('9999-12-31' as date)),
            coalesce(adult_end_date, cast('9999-12-31' as date))
        ) as own_end_date
    from screened
),

int_episodes__judged as (
    select
        *,
        case
            when next_start_date is null or own_end_date <= next_start_date then null
            when episode_end_date is null then 'missing_end'
            else 'overlap'
        end as conflict_kind,
        rejected_tag is null
        and unreported_end_date is not null
        and own_end_date = unreported_end_date
        and own_end_date < coalesce(adult_end_date, cast('9999-12-31' as date)) as is_no_longer_reported
    from sequenced
)

select * from int_episodes__judged
    );
    
  