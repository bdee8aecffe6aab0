-- grain: one row per measure, authority, period, breakdown and category that has rows in the fact of the measure
with

registry as (
    select distinct
        measure_id,
        fact_id,
        breakdown_id
    from {{ ref('int_measures__registry') }}
),
{% for fact in measured_facts() %}
{%- set breakdowns = breakdowns_of(measures_of(fact)) %}
{%- set aggregates = aggregates_of(fact) %}
{{ fact }} as (
    select * from {{ ref(fact) }}
),

-- one scan for every measure and breakdown of the fact
{{ fact }}_grouped as (
    select
        period_id,
        authority_code,
        {{ breakdown_id_of(breakdowns) }} as breakdown_id,
        {{ breakdown_code_of(breakdowns) }} as breakdown_code,
        {%- for expression, column in aggregates.items() %}
        {{ expression }} as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ fact }}
    group by grouping sets (
        (period_id, authority_code)
        {%- for breakdown in breakdowns %},
        (period_id, authority_code, {{ breakdown.column }})
        {%- endfor %}
    )
),

{{ fact }}_measures as (
    select
        registry.measure_id,
        grouped.period_id,
        grouped.authority_code,
        grouped.breakdown_id,
        grouped.breakdown_code,
        {%- for part in ['numerator', 'denominator', 'contributors'] %}
        cast(
            case registry.measure_id
                {%- for measure in measures_of(fact) %}
                {%- set expression = aggregates_of_measure(measure)[part] %}
                {%- if expression %}
                when '{{ measure.id }}' then grouped.{{ aggregates[expression] }}
                {%- endif %}
                {%- endfor %}
                when null then null
            end as bigint
        ) as {{ part }}{{ ',' if not loop.last }}
        {%- endfor %}
    from {{ fact }}_grouped as grouped
    inner join registry on registry.fact_id = '{{ fact }}' and grouped.breakdown_id = registry.breakdown_id
),
{% endfor %}
int_measures__counted as (
    {%- for fact in measured_facts() %}
    select * from {{ fact }}_measures
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
)

select * from int_measures__counted
