
    

    create  table
      "warehouse"."main"."measure_cells__dbt_tmp"
  
    
    as (
      -- grain: one row per measure, area, period, breakdown and category; a true zero is a row with 0
with

registry as (
    select * from "warehouse"."main"."int_measures__registry"
),

code_list_values as (
    select * from "warehouse"."main"."code_list_values"
),

coverage as (
    select * from "warehouse"."main"."int_coverage__areas"
),

counted as (
    select * from "warehouse"."main"."int_measures__counted"
),

medians as (
    select * from "warehouse"."main"."int_measures__medians"
),

members as (
    select * from "warehouse"."main"."int_areas__members"
),

populations as (
    select * from "warehouse"."main"."int_population__areas"
),

categories as (
    select distinct
        code_list,
        code
    from code_list_values
    union all
    select
        'total' as code_list,
        'T' as code
),

grid as (
    select
        registry.measure_id,
        registry.fact_id,
        registry.unit,
        registry.population_band,
        coverage.area_type,
        coverage.area_code,
        coverage.period_id,
        coverage.period_type,
        registry.breakdown_id,
        categories.code as breakdown_code,
        coverage.coverage_status,
        coverage.n_authorities,
        coverage.n_reporting
    from registry
    inner join coverage on registry.fact_id = coverage.fact_id and registry.period_type = coverage.period_type
    inner join categories on registry.code_list = categories.code_list
),

rolled as (
    select
        counted.measure_id,
        counted.period_id,
        members.area_code,
        counted.breakdown_id,
        counted.breakdown_code,
        sum(counted.numerator) as numerator,
        sum(counted.denominator) as denominator,
        sum(counted.contributors) as contributors
    from counted
    inner join members on counted.authority_code = members.authority_code
    group by
        counted.measure_id,
        counted.period_id,
        members.area_code,
        counted.breakdown_id,
        counted.breakdown_code
),

filled as (
    select
        grid.*,
        medians.median_value,
        -- what nobody reported is null; what was reported and is not there is a true zero
        case when grid.n_reporting > 0 then coalesce(rolled.numerator, 0) end as numerator,
        case
            when grid.n_reporting = 0 or grid.unit = 'count' then null
            when grid.unit = 'rate_per_10000' then populations.population
            else coalesce(rolled.denominator, 0)
        end as denominator,
        case when grid.n_reporting > 0 then coalesce(rolled.contributors, 0) end as contributors,
        case when grid.unit = 'rate_per_10000' then populations.population_vintage end as population_vintage
    from grid
    left join rolled
        on
            grid.measure_id = rolled.measure_id
            and grid.period_id = rolled.period_id
            and grid.area_code = rolled.area_code
            and grid.breakdown_id = rolled.breakdown_id
            and grid.breakdown_code = rolled.breakdown_code
    left join medians
        on
            grid.measure_id = medians.measure_id
            and grid.period_id = medians.period_id
            and grid.area_code = medians.area_code
            and grid.breakdown_id = medians.breakdown_id
            and grid.breakdown_code = medians.breakdown_code
    left join populations
        on
            grid.period_id = populations.period_id
            and grid.area_code = populations.area_code
            and grid.population_band = populations.population_band
),

measure_cells as (
    select
        measure_id,
        fact_id,
        unit,
        area_type,
        area_code,
        period_id,
        period_type,
        breakdown_id,
        breakdown_code,
        cast(numerator as bigint) as numerator,
        cast(denominator as bigint) as denominator,
        case unit
            when 'count' then cast(numerator as double)
            when 'percent' then 100.0 * cast(numerator as double) / nullif(denominator, 0)
            when 'rate_per_10000' then 10000.0 * cast(numerator as double) / nullif(denominator, 0)
            when 'median' then median_value
            else cast(numerator as double) / nullif(denominator, 0)
        end as value,
        cast(contributors as bigint) as contributors,
        coverage_status,
        population_vintage,
        cast(n_authorities as integer) as n_authorities,
        cast(n_reporting as integer) as n_reporting
    from filled
)

select * from measure_cells
    );
    
  