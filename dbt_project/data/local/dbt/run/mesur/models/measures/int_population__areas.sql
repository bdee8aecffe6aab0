
    

    create  table
      "warehouse"."main"."int_population__areas__dbt_tmp"
  
    
    as (
      -- grain: one row per period, fact and area: the population of its reporting authorities, where all of theirs is known
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

members as (
    select * from "warehouse"."main"."int_areas__members"
),

periods as (
    select * from "warehouse"."main"."periods"
),

population as (
    select * from "warehouse"."main"."fct_population"
),

reported as (
    select distinct
        authority_code,
        period_id
    from submissions
),

bands as (
    select distinct band from population
),

int_population__areas as (
    select
        reported.period_id,
        members.area_code,
        bands.band as population_band,
        -- the rate at 31 March uses the estimate of the middle of the year before (domain.md 8); a numerator of the
        -- authorities that reported is set against the population of the same authorities
        case
            when count(*) = count(population.population) then cast(sum(population.population) as bigint)
        end as population,
        max(population.vintage) as population_vintage
    from reported
    inner join periods on reported.period_id = periods.period_id
    inner join members on reported.authority_code = members.authority_code
    cross join bands
    left join population
        on
            reported.authority_code = population.authority_code
            and periods.mid_year = population.mid_year
            and bands.band = population.band
    group by reported.period_id, members.area_code, bands.band
)

select * from int_population__areas
    );
    
  