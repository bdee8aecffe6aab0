-- grain: one row per episode in a return, counting submissions of lac_census only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/lac_census/episode/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_lac_census__episode as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_lac_census__episode