-- grain: one row per spell of care and support in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from {{ ref('stg_ledger__submissions') }}
),

typed as (
    select * from {{ source('quarterly_export', 'care_and_support') }}
),

stg_quarterly_export__care_and_support as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__care_and_support
