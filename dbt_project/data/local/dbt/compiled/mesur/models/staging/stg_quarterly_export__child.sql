-- grain: one row per child in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/quarterly_export/child/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_quarterly_export__child as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__child