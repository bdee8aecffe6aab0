-- grain: one row per episode in a return, counting submissions of quarterly_export only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/quarterly_export/episode/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_quarterly_export__episode as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_quarterly_export__episode