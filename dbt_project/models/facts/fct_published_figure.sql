-- grain: one row per published figure held: concept, area, period, category and vintage
with

reference_figures as (
    select * from {{ ref('stg_reference__published_figures') }}
),

observations as (
    select * from {{ ref('stg_statswales__observation') }}
),

fct_published_figure as (
    select
        concept,
        area_code,
        period_id,
        coalesce(breakdown_id, 'total') as breakdown_id,
        coalesce(breakdown_code, 'T') as breakdown_code,
        vintage,
        value,
        unit,
        coalesce(status, '') as status,
        source
    from reference_figures
    union all
    select
        dataset_id || coalesce('/' || measure_code, '') as concept,
        area_code,
        period_id,
        coalesce(category_dimension, 'total') as breakdown_id,
        coalesce(category_code, 'T') as breakdown_code,
        vintage,
        value,
        null as unit,
        coalesce(status, '') as status,
        generation as source
    from observations
    where area_code is not null
)

select * from fct_published_figure
