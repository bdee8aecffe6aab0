-- grain: one row per observation of a StatsWales extract, counting submissions only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/statswales/observation/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_statswales__observation as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_statswales__observation