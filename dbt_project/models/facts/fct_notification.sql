-- grain: one row per authority, quarter and other authority that was notified or notified
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

notifications as (
    {{- union_reported('notification', ['other_authority_code', 'n_sent', 'n_received']) }}
),

fct_notification as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        notifications.other_authority_code,
        coalesce(max(notifications.n_sent) is not null, false) as has_sent,
        coalesce(max(notifications.n_received) is not null, false) as has_received,
        cast(max(notifications.n_sent) as integer) as n_sent,
        cast(max(notifications.n_received) as integer) as n_received
    from notifications
    inner join submissions on notifications.submission_id = submissions.submission_id
    where notifications.other_authority_code is not null
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        notifications.other_authority_code
)

select * from fct_notification
