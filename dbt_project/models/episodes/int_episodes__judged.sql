-- grain: as int_episodes__harmonised; each row with what contradicts it, before any policy
with

harmonised as (
    select * from {{ ref('int_episodes__harmonised') }}
),

reported as (
    select * from {{ ref('int_episodes__reported') }}
),

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

-- what a report says of a death; a later report that goes on with the child speaks against it
deaths as (
    select
        authority_code,
        child_id,
        report_number,
        min(episode_end_date) as death_date
    from harmonised
    where end_reason_code = 'E2'
    group by authority_code, child_id, report_number
),

-- reports that name every child looked after in their period, in order
whole_cohort_reports as (
    select
        authority_code,
        report_number,
        max(period_end_date) over (partition by authority_code) as reported_until_date
    from submissions
    where not is_settled and return_id in ('{{ var("whole_cohort_returns") | join("', '") }}')
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
        max(episode_start_date) as last_start_date,
        min(episode_start_date) filter (
            where start_reason_code in {{ same_carer_reasons() }} or start_reason_code in {{ changed_carer_reasons() }}
        ) as first_continued_date
    from reported
    where child_id is not null
    group by authority_code, child_id, report_number
),

dated as (
    select
        harmonised.*,
        children.birth_date,
        children.adult_date,
        coalesce(
            harmonised.episode_start_date > deaths.death_date
            or (harmonised.episode_start_date = deaths.death_date and harmonised.end_reason_code is distinct from 'E2'),
            false
        ) as is_after_death,
        {{ add_days('children.adult_date', -1) }} as last_day_of_care_date,
        next_reports.reported_until_date,
        harmonised.episode_end_date is null and next_reports.next_report_number is not null as is_left_open,
        coalesce(
            child_reports.first_start_date <= harmonised.period_end_date
            and own_reports.last_start_date = harmonised.episode_start_date,
            false
        ) as is_replaced_later,
        case
            -- the next report goes on with a change of status or placement, so the child never left: the row ends there
            when child_reports.first_continued_date = child_reports.first_start_date then null
            when harmonised.episode_end_date is null and next_reports.next_report_number is not null
                -- the authority said the child was looked after on the last day of the period, so care ends the day after
                then greatest({{ add_days('harmonised.period_end_date', 1) }}, harmonised.episode_start_date)
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
    left join child_reports as own_reports
        on
            harmonised.authority_code = own_reports.authority_code
            and harmonised.child_id = own_reports.child_id
            and harmonised.report_number = own_reports.report_number
    left join deaths
        on
            harmonised.authority_code = deaths.authority_code
            and harmonised.child_id = deaths.child_id
            and harmonised.report_number = deaths.report_number
),

-- what no policy can keep: the tag says why, null means the row stands
screened as (
    select
        *,
        case
            when is_duplicate then 'duplicate_start'
            when episode_end_date < episode_start_date then 'end_before_start'
            when coalesce(episode_end_date, period_end_date) < birth_date then 'ends_before_birth'
            when episode_start_date >= adult_date then 'starts_at_18_or_over'
            when is_after_death then 'starts_after_death'
            -- the next report names the child, with an earlier row in place of this one, the last of its own report
            when is_left_open and is_replaced_later then 'withdrawn_by_later_report'
        end as screened_tag,
        -- looked after until the day before the 18th birthday (LACG1819); an open row only once that day is past
        case
            when episode_end_date > last_day_of_care_date then last_day_of_care_date
            when episode_end_date is null and last_day_of_care_date <= coalesce(reported_until_date, period_end_date)
                then last_day_of_care_date
        end as adult_end_date
    from dated
),

bounded as (
    select
        *,
        least(
            coalesce(episode_end_date, {{ far_future() }}),
            coalesce(unreported_end_date, {{ far_future() }}),
            coalesce(adult_end_date, {{ far_future() }})
        ) as own_end_date
    from screened
),

-- A series of short breaks is for a child who is not looked after (SFR106), so it never cuts care short: one that
-- begins while the last row of care before it still holds is set aside.
short_breaks_within_care as (
    select
        short_breaks.authority_code,
        short_breaks.child_id,
        short_breaks.episode_start_date
    from bounded as short_breaks
    inner join bounded as care
        on
            short_breaks.authority_code = care.authority_code
            and short_breaks.child_id = care.child_id
            and short_breaks.episode_start_date > care.episode_start_date
    where
        short_breaks.is_short_break
        and not care.is_short_break
        and short_breaks.screened_tag is null
        and care.screened_tag is null
    group by short_breaks.authority_code, short_breaks.child_id, short_breaks.episode_start_date
    having max_by(care.own_end_date, care.episode_start_date) > short_breaks.episode_start_date
),

sheltered as (
    select
        bounded.*,
        coalesce(
            bounded.screened_tag,
            case when within.child_id is not null then 'short_break_within_care' end
        ) as standing_tag
    from bounded
    left join short_breaks_within_care as within
        on
            bounded.authority_code = within.authority_code
            and bounded.child_id = within.child_id
            and bounded.episode_start_date = within.episode_start_date
            and bounded.is_short_break
),

neighboured as (
    select
        *,
        lead(episode_start_date) over history as following_start_date,
        max(own_end_date) over (
            partition by authority_code, child_id, standing_tag is null
            order by episode_start_date, row_number
            rows between unbounded preceding and 1 preceding
        ) as reached_date
    from sheltered
    window history as (
        partition by authority_code, child_id, standing_tag is null order by episode_start_date, row_number
    )
),

-- Accommodated for 24 hours or less is not looked after (s.74(1)(b)): a stay that begins and ends on one day, with no
-- other beside it. Under a care order the hours do not matter (s.74(1)(a)).
sequenced as (
    select
        *,
        coalesce(
            standing_tag,
            case
                when
                    episode_end_date = episode_start_date
                    and legal_status_group_code in ('VOLUNTARY', 'COMPULSORY')
                    and coalesce(reached_date < {{ add_days('episode_start_date', -1) }}, true)
                    and coalesce(following_start_date > {{ add_days('episode_start_date', 1) }}, true)
                    then 'under_24_hours'
            end
        ) as rejected_tag,
        case when standing_tag is null then following_start_date end as next_start_date
    from neighboured
),

int_episodes__judged as (
    select
        *,
        case
            when rejected_tag is not null or next_start_date is null or own_end_date <= next_start_date then null
            when episode_end_date is null then 'missing_end'
            else 'overlap'
        end as conflict_kind,
        rejected_tag is null
        and unreported_end_date is not null
        and own_end_date = unreported_end_date
        and own_end_date < coalesce(adult_end_date, {{ far_future() }}) as is_no_longer_reported
    from sequenced
)

select * from int_episodes__judged
