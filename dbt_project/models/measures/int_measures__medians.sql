-- grain: one row per measure whose unit is a median, area, period, breakdown and category
with

members as (
    select * from {{ ref('int_areas__members') }}
),
{% for measure in measure_registry() | selectattr('unit', 'equalto', 'median') %}
{{ measure.id | lower }} as (
    select
        '{{ measure.id }}' as measure_id,
        fact.period_id,
        members.area_code,
        {{ breakdown_id_of(measure.breakdowns) }} as breakdown_id,
        {{ breakdown_code_of(measure.breakdowns) }} as breakdown_code,
        cast(median(fact.{{ measure.value_column }}) as double) as median_value
    from {{ ref(measure.fact) }} as fact
    inner join members on fact.authority_code = members.authority_code
    where {{ numerator_condition(measure) }}
    group by grouping sets (
        (fact.period_id, members.area_code)
        {%- for breakdown in measure.breakdowns %},
        (fact.period_id, members.area_code, {{ breakdown.column }})
        {%- endfor %}
    )
),
{% endfor %}
int_measures__medians as (
    {%- for measure in measure_registry() | selectattr('unit', 'equalto', 'median') %}
    select * from {{ measure.id | lower }}
    union all
    {%- endfor %}
    select
        cast(null as {{ dbt.type_string() }}) as measure_id,
        cast(null as {{ dbt.type_string() }}) as period_id,
        area_code,
        cast(null as {{ dbt.type_string() }}) as breakdown_id,
        cast(null as {{ dbt.type_string() }}) as breakdown_code,
        cast(null as double) as median_value
    from members
    where false
)

select * from int_measures__medians
