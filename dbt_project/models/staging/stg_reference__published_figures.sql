-- grain: one row per published figure held (concept, area, period, breakdown category and vintage)
with

published_figures as (
    select * from {{ source('reference', 'published_figures') }}
),

stg_reference__published_figures as (
    select
        concept,
        area_code,
        period_id,
        breakdown_id,
        breakdown_code,
        vintage,
        cast(value as double) as value,
        unit,
        status,
        source
    from published_figures
)

select * from stg_reference__published_figures
