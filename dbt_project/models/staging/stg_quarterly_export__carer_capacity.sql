-- grain: one row per kind of carer in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from {{ ref('stg_ledger__submissions') }}
),

typed as (
    select * from {{ source('quarterly_export', 'carer_capacity') }}
),

stg_quarterly_export__carer_capacity as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__carer_capacity
