
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- fails with: percentages whose numerator is larger than their denominator, and counts below zero
with

cells as (
    select * from "warehouse"."main"."measure_cells"
)

select
    measure_id,
    area_code,
    period_id
from cells
where (unit = 'percent' and numerator > denominator) or numerator < 0 or contributors < 0
  
  
      
    ) dbt_internal_test