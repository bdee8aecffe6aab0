
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- fails with: periods of care whose placements do not add up to their days
with

placements as (
    select * from "warehouse"."main"."epi_placements"
),

periods_of_care as (
    select * from "warehouse"."main"."epi_periods_of_care"
),

tiled as (
    select
        authority_code,
        child_id,
        is_short_break,
        care_period_number,
        min(placement_start_date) as first_date,
        sum(
        (date_diff('day', placement_start_date::timestamp, placement_end_date::timestamp ))
    ) as n_days,
        count(*) - count(placement_end_date) as n_open
    from placements
    group by authority_code, child_id, is_short_break, care_period_number
)

select
    periods_of_care.authority_code,
    periods_of_care.care_period_number
from periods_of_care
left join tiled
    on
        periods_of_care.authority_code = tiled.authority_code
        and periods_of_care.child_id = tiled.child_id
        and periods_of_care.is_short_break = tiled.is_short_break
        and periods_of_care.care_period_number = tiled.care_period_number
where
    tiled.first_date is distinct from periods_of_care.care_start_date
    or (not periods_of_care.is_open and tiled.n_days is distinct from periods_of_care.days_in_care)
    or tiled.n_open != case when periods_of_care.is_open then 1 else 0 end
  
  
      
    ) dbt_internal_test