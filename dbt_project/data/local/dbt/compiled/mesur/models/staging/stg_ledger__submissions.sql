-- grain: one row per submission that counts
with

ledger as (
    select * from read_parquet('ledger.parquet')
),

stg_ledger__submissions as (
    select distinct
        submission_id,
        return_id,
        authority_code,
        period_id
    from ledger
    where status in ('accepted', 'accepted_with_errors')
)

select * from stg_ledger__submissions