-- grain: one row per authority, child, day and kind of event: the report due to name it, and the first that did
{%- set columns = [
    'child_id', 'episode_start_date', 'episode_end_date', 'start_reason_code', 'end_reason_code', 'legal_status_code'
] %}
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

codes as (
    select * from {{ ref('int_codes__grouped') }}
),

episodes as (
    {{- union_returns('episode', columns) }}
),

-- settled quarters too: what they said, and when, is the question here
reported as (
    select
        submissions.authority_code,
        submissions.period_end_date,
        episodes.*,
        lag(episodes.legal_status_code) over (
            partition by submissions.authority_code, episodes.submission_id, episodes.child_id
            order by episodes.episode_start_date
        ) as previous_legal_status_code
    from episodes
    inner join submissions on episodes.submission_id = submissions.submission_id
    left join codes on codes.code_list = 'legal_status' and episodes.legal_status_code = codes.code
    where coalesce(codes.group_code, 'UNKNOWN') != 'SHORT_BREAKS' and episodes.child_id is not null
),

events as (
    select
        authority_code,
        period_end_date,
        child_id,
        episode_start_date as event_date,
        false as is_end,
        case when start_reason_code = 'S' then 'START' else 'CHANGE' end as event_kind_code
    from reported
    -- a change of legal status to the same one is none
    where
        episode_start_date <= period_end_date
        and not (
            coalesce(start_reason_code, '') = 'L'
            and coalesce(legal_status_code = previous_legal_status_code, false)
        )
    union all
    -- an episode that ends because the next one begins is told by that one
    select
        authority_code,
        period_end_date,
        child_id,
        episode_end_date as event_date,
        true as is_end,
        'END' as event_kind_code
    from reported
    where episode_end_date <= period_end_date and coalesce(end_reason_code, '') != 'X1'
),

first_seen as (
    select
        authority_code,
        child_id,
        event_date,
        is_end,
        min(period_end_date) as seen_date,
        min(event_kind_code) as event_kind_code
    from events
    group by authority_code, child_id, event_date, is_end
),

-- The report that should have named what happened on a day: the earliest that covers the day. Whether it did can only be
-- known once the authority has reported again.
days as (
    select distinct
        authority_code,
        event_date
    from first_seen
),

due as (
    select
        days.authority_code,
        days.event_date,
        submissions.period_end_date as due_date,
        submissions.system,
        row_number() over (
            partition by days.authority_code, days.event_date
            order by submissions.period_end_date, submissions.period_type, submissions.submission_id
        ) as due_rank
    from days
    inner join submissions
        on
            days.authority_code = submissions.authority_code
            and days.event_date between submissions.period_start_date and submissions.period_end_date
),

last_reports as (
    select
        authority_code,
        max(period_end_date) as last_report_date
    from submissions
    group by authority_code
),

int_events__reported as (
    select
        first_seen.authority_code,
        first_seen.child_id,
        first_seen.event_date,
        first_seen.is_end,
        first_seen.event_kind_code,
        due.due_date,
        first_seen.seen_date,
        case
            when due.system like 'carefirst%' then 'CAREFIRST'
            when due.system like 'wccis%' then 'WCCIS'
            when due.system is not null then 'OTHER'
            else 'RETURN'
        end as case_system_code,
        cast({{ days_between('first_seen.event_date', 'first_seen.seen_date') }} as integer) as days_to_record,
        cast(greatest(0, {{ days_between('due.due_date', 'first_seen.seen_date') }}) as integer) as days_late
    from first_seen
    inner join due
        on first_seen.authority_code = due.authority_code and first_seen.event_date = due.event_date
    inner join last_reports on due.authority_code = last_reports.authority_code
    where due.due_rank = 1 and due.due_date < last_reports.last_report_date
)

select * from int_events__reported
