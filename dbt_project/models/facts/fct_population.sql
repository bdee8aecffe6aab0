-- grain: one row per authority, mid-year and age band, in the newest vintage held
with

reference_population as (
    select * from {{ ref('stg_reference__population') }}
),

observations as (
    select * from {{ ref('stg_statswales__observation') }}
),

authorities as (
    select * from {{ ref('authorities') }}
),

-- a mid-year extract by single year of age: the under-18s are the sum of ages 0 to 17, and only where all are there
observed_population as (
    select
        observations.area_code as authority_code,
        cast(extract(year from observations.reference_date) as integer) as mid_year,
        'under_18' as band,
        observations.vintage,
        cast(sum(observations.value) as bigint) as population
    from observations
    where
        observations.category_dimension = 'age'
        and extract(month from observations.reference_date) = 6
        and try_cast(observations.category_code as integer) between 0 and 17
    group by observations.area_code, observations.reference_date, observations.vintage
    having count(distinct try_cast(observations.category_code as integer)) = 18 and count(*) = count(observations.value)
),

held as (
    select
        authority_code,
        mid_year,
        band,
        vintage,
        population
    from reference_population
    union all
    select
        authority_code,
        mid_year,
        band,
        vintage,
        population
    from observed_population
),

fct_population as (
    select
        held.authority_code,
        held.mid_year,
        held.band,
        held.vintage,
        held.population
    from held
    inner join authorities on held.authority_code = authorities.authority_code
    where held.population is not null
    qualify
        row_number() over (
            partition by held.authority_code, held.mid_year, held.band
            order by held.vintage desc nulls last, held.population desc
        ) = 1
)

select * from fct_population
