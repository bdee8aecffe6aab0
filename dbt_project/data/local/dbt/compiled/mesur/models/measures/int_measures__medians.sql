-- grain: one row per measure whose unit is a median, area, period, breakdown and category
with

members as (
    select * from "warehouse"."main"."int_areas__members"
),

cla_median_days_in_care as (
    select
        'CLA_MEDIAN_DAYS_IN_CARE' as measure_id,
        fact.period_id,
        members.area_code,
        'total' as breakdown_id,
        coalesce('T') as breakdown_code,
        cast(median(fact.days_in_care_at_period_end) as double) as median_value
    from "warehouse"."main"."fct_child_period" as fact
    inner join members on fact.authority_code = members.authority_code
    where is_looked_after_at_period_end and days_in_care_at_period_end is not null
    group by grouping sets (
        (fact.period_id, members.area_code)
    )
),

int_measures__medians as (
    select * from cla_median_days_in_care
    union all
    select
        cast(null as TEXT) as measure_id,
        cast(null as TEXT) as period_id,
        area_code,
        cast(null as TEXT) as breakdown_id,
        cast(null as TEXT) as breakdown_code,
        cast(null as double) as median_value
    from members
    where false
)

select * from int_measures__medians