
  
  create view "warehouse"."main"."stg_lac_census__care_leaver__dbt_tmp" as (
    -- grain: one row per care leaver in a return, counting submissions of lac_census only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/lac_census/care_leaver/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_lac_census__care_leaver as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_lac_census__care_leaver
  );
