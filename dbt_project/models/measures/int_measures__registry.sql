-- grain: one row per measure, breakdown (total included) and kind of period
with

int_measures__registry as (
    select
        measure_id,
        fact_id,
        unit,
        population_band,
        breakdown_id,
        code_list,
        period_type
    from (
        values
        {%- for measure in measure_registry() %}
        {%- set outer = loop %}
        {%- for period_type in measure.periods %}
        {%- set middle = loop %}
        {%- for breakdown in [{'id': 'total', 'code_list': 'total'}] + measure.breakdowns %}
        ('{{ measure.id }}', '{{ measure.fact }}', '{{ measure.unit }}', '{{ measure.population or "" }}', '{{ breakdown.id }}', '{{ breakdown.code_list }}', '{{ period_type }}')
        {{- ',' if not (loop.last and middle.last and outer.last) }}
        {%- endfor %}
        {%- endfor %}
        {%- endfor %}
    ) as registry (measure_id, fact_id, unit, population_band, breakdown_id, code_list, period_type)
)

select * from int_measures__registry
