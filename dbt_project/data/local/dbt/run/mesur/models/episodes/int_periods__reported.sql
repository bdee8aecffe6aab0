
    

    create  table
      "warehouse"."main"."int_periods__reported__dbt_tmp"
  
    
    as (
      -- grain: one row per authority and period for which a return with episodes counts
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

periods as (
    select * from "warehouse"."main"."periods"
),

int_periods__reported as (
    select distinct
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        submissions.period_start_date,
        submissions.period_end_date,
        years.period_start as year_start_date
    from submissions
    inner join periods as years on submissions.year_id = years.period_id
)

select * from int_periods__reported
    );
    
  