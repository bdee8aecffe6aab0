
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  -- fails with: cells whose categories do not add up to the total beside them
with

cells as (
    select * from "warehouse"."main"."measure_cells"
),

totals as (
    select * from cells where breakdown_id = 'total'
),

summed as (
    select
        measure_id,
        area_code,
        period_id,
        breakdown_id,
        sum(numerator) as numerator,
        sum(denominator) as denominator
    from cells
    where breakdown_id != 'total'
    group by measure_id, area_code, period_id, breakdown_id
)

select
    summed.measure_id,
    summed.area_code,
    summed.period_id,
    summed.breakdown_id
from summed
inner join totals
    on
        summed.measure_id = totals.measure_id
        and summed.area_code = totals.area_code
        and summed.period_id = totals.period_id
where
    summed.numerator is distinct from totals.numerator
    or (totals.unit = 'percent' and summed.denominator is distinct from totals.denominator)
  
  
      
    ) dbt_internal_test