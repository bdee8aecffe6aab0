-- grain: one row per authority, mid-year, age band and vintage of a population estimate
with

population as (
    select * from {{ source('reference', 'population') }}
),

stg_reference__population as (
    select
        authority_code,
        cast(mid_year as integer) as mid_year,
        band,
        vintage,
        cast(population as bigint) as population
    from population
)

select * from stg_reference__population
