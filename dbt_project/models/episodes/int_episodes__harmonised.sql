-- grain: one row per authority, child and episode start as the latest report says it, and its duplicates there
with

reported as (
    select * from {{ ref('int_episodes__reported') }}
),

int_episodes__harmonised as (
    select
        *,
        -- of several rows with one start care stands before a short break, then the longest; codes decide next, so
        -- that the order of rows does not
        row_number() over (
            partition by authority_code, child_id, episode_start_date
            order by
                report_number desc,
                case when is_short_break then 1 else 0 end,
                coalesce(episode_end_date, {{ far_future() }}) desc,
                legal_status_code nulls last,
                placement_code nulls last,
                start_reason_code nulls last,
                end_reason_code nulls last,
                need_code nulls last,
                placement_location_code nulls last,
                provider_code nulls last,
                placement_authority_code nulls last,
                placement_urn nulls last,
                row_number
        ) > 1 as is_duplicate
    from reported
    where child_id is not null and episode_start_date is not null
    qualify
        report_number = max(report_number) over (partition by authority_code, child_id, episode_start_date)
)

select * from int_episodes__harmonised
