
  
  create view "warehouse"."main"."stg_ssda903__episode__dbt_tmp" as (
    -- grain: one row per episode in a return, counting submissions of ssda903 only
with

counting_submissions as (
    select submission_id from "warehouse"."main"."stg_ledger__submissions"
),

typed as (
    select * from read_parquet('typed/ssda903/episode/*/*/*.parquet', union_by_name = true, hive_partitioning = false)
),

stg_ssda903__episode as (
    select typed.*
    from typed
    inner join counting_submissions on typed.submission_id = counting_submissions.submission_id
)

select * from stg_ssda903__episode
  );
