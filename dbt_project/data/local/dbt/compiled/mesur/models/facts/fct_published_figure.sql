-- grain: one row per published figure held: dataset, measure, area, date or period, category and vintage
with

observations as (
    select * from "warehouse"."main"."stg_statswales__observation"
),

fct_published_figure as (
    select
        dataset_id || coalesce('/' || measure_code, '') as concept,
        dataset_id,
        measure_code,
        area_code,
        period_id,
        reference_date,
        coalesce(category_dimension, 'total') as breakdown_id,
        coalesce(category_code, 'T') as breakdown_code,
        coalesce(vintage, '') as vintage,
        value,
        coalesce(status, '') as status,
        submission_id
    from observations
    where area_code is not null
)

select * from fct_published_figure