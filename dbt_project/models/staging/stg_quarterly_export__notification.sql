-- grain: one row per other authority in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from {{ ref('stg_ledger__submissions') }}
),

typed as (
    select * from {{ source('quarterly_export', 'notification') }}
),

stg_quarterly_export__notification as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__notification
