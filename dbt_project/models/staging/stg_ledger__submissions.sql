-- grain: one row per submission that counts
with

ledger as (
    select * from {{ source('ledger', 'ledger') }}
),

stg_ledger__submissions as (
    select distinct
        submission_id,
        return_id,
        authority_code,
        period_id,
        system
    from ledger
    where status in ('accepted', 'accepted_with_errors')
)

select * from stg_ledger__submissions
