-- fails with: keys of cells that occur more than once
with

cells as (
    select * from "warehouse"."main"."measure_cells"
)

select
    measure_id,
    area_code,
    period_id,
    breakdown_id,
    breakdown_code
from cells
group by measure_id, area_code, period_id, breakdown_id, breakdown_code
having count(*) > 1