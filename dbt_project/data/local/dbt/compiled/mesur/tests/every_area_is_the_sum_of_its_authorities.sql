-- fails with: regions and Wales that are not the sum of the authorities that reported
with

cells as (
    select * from "warehouse"."main"."measure_cells"
),

members as (
    select * from "warehouse"."main"."int_areas__members"
),

summed as (
    select
        cells.measure_id,
        cells.period_id,
        cells.breakdown_id,
        cells.breakdown_code,
        members.area_code,
        sum(cells.numerator) as numerator,
        count(cells.numerator) as n_reporting
    from cells
    inner join members on cells.area_code = members.authority_code
    where cells.area_type = 'authority'
    group by cells.measure_id, cells.period_id, cells.breakdown_id, cells.breakdown_code, members.area_code
)

select
    cells.measure_id,
    cells.area_code,
    cells.period_id
from cells
inner join summed
    on
        cells.measure_id = summed.measure_id
        and cells.period_id = summed.period_id
        and cells.breakdown_id = summed.breakdown_id
        and cells.breakdown_code = summed.breakdown_code
        and cells.area_code = summed.area_code
where cells.numerator is distinct from summed.numerator or cells.n_reporting != summed.n_reporting