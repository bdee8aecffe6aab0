-- grain: one row per child with a worker in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from {{ ref('stg_ledger__submissions') }}
),

typed as (
    select * from {{ source('quarterly_export', 'allocation') }}
),

stg_quarterly_export__allocation as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__allocation
