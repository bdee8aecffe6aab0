-- grain: one row per counting submission: how far into its period events reach, and whether it seems to stop early
{%- set columns = ['episode_start_date', 'episode_end_date', 'end_reason_code'] %}
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

episodes as (
    {{- union_reported('episode', columns) }}
),

days as (
    select
        submission_id,
        episode_start_date as event_date
    from episodes
    union all
    select
        submission_id,
        episode_end_date as event_date
    from episodes
    where coalesce(end_reason_code, '') != 'X1'
),

counted as (
    select
        submissions.submission_id,
        count(days.event_date) as n_events,
        max(days.event_date) as last_event_date
    from submissions
    left join days
        on
            submissions.submission_id = days.submission_id
            and days.event_date between submissions.period_start_date and submissions.period_end_date
    group by submissions.submission_id
),

measured as (
    select
        submissions.authority_code,
        submissions.period_id,
        submissions.period_type,
        submissions.year_id,
        submissions.return_id,
        submissions.submission_id,
        submissions.system,
        submissions.period_end_date,
        counted.n_events,
        counted.last_event_date,
        {{ days_between('submissions.period_start_date', 'counted.last_event_date') }} + 1 as n_days_reached,
        {{ days_between('counted.last_event_date', 'submissions.period_end_date') }} as n_days_silent
    from submissions
    inner join counted on submissions.submission_id = counted.submission_id
),

int_reports__reach as (
    select
        *,
        -- Events as frequent as up to the last one leave so many days silent by chance less than once in a million
        -- reports: exp(-n_events / n_days_reached * n_days_silent) < 1e-6.
        coalesce(n_events * n_days_silent > 13.8 * n_days_reached, false) as is_truncated
    from measured
)

select * from int_reports__reach
