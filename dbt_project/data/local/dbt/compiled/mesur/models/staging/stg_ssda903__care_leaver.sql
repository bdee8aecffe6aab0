-- grain: one row per care leaver in a return, counting submissions of ssda903 only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/ssda903/care_leaver/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_ssda903__care_leaver as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_ssda903__care_leaver