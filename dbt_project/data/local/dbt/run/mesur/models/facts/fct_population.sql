
    

    create  table
      "warehouse"."main"."fct_population__dbt_tmp"
  
    
    as (
      -- grain: one row per authority, mid-year and age band, in the newest vintage held
with

observations as (
    select * from "warehouse"."main"."stg_statswales__observation"
),

authorities as (
    select * from "warehouse"."main"."authorities"
),

ages as (
    select
        observations.area_code as authority_code,
        cast(extract(year from observations.reference_date) as integer) as mid_year,
        coalesce(observations.vintage, '') as vintage,
        try_cast(observations.category_code as integer) as age,
        observations.value
    from observations
    inner join authorities on observations.area_code = authorities.authority_code
    where
        observations.category_dimension = 'age'
        and extract(month from observations.reference_date) = 6
        and try_cast(observations.category_code as integer) between 0 and 17
),

-- the under-18s are the sum of single years of age, and only where all eighteen are there
summed as (
    select
        authority_code,
        mid_year,
        'under_18' as band,
        vintage,
        cast(sum(value) as bigint) as population
    from ages
    group by authority_code, mid_year, vintage
    having count(value) = 18 and count(distinct age) = 18
),

fct_population as (
    select *
    from summed
    qualify row_number() over (partition by authority_code, mid_year, band order by vintage desc) = 1
)

select * from fct_population
    );
    
  