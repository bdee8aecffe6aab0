{#- Questions that models ask of the measure registry (macros/_generated/measure_registry.sql).
    SQL of single measures does not belong here: a measure names columns of a fact and nothing else. -#}

{#- Measures of one fact, in the order of the registry. -#}
{% macro measures_of(fact) -%}
    {{ return(measure_registry() | selectattr('fact', 'equalto', fact) | list) }}
{%- endmacro %}

{#- Facts that measures name, in the order of the registry. -#}
{% macro measured_facts() -%}
    {{ return(measure_registry() | map(attribute='fact') | unique | list) }}
{%- endmacro %}

{#- Breakdowns that the given measures use, each once. -#}
{% macro breakdowns_of(measures) -%}
    {%- set found = {} -%}
    {%- for measure in measures -%}
        {%- for breakdown in measure.breakdowns -%}
            {%- do found.update({breakdown.id: breakdown}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found.values() | list) }}
{%- endmacro %}

{#- The canonical table a fact is made from: a period has data for the fact where a return that carries it counts. -#}
{% macro fact_table_of(fact) -%}
    {{ return({
        'fct_adoption': 'adoption', 'fct_review': 'review', 'fct_care_leaver': 'care_leaver', 'fct_visit': 'visit',
        'fct_child_support': 'plan', 'fct_proceeding': 'plan', 'fct_panel_referral': 'panel_referral',
        'fct_carer_capacity': 'carer_capacity', 'fct_notification': 'notification',
        'fct_support_path': 'care_and_support'
    }.get(fact, 'episode')) }}
{%- endmacro %}

{#- Facts in which a child may have several rows in a period, so that children are counted apart from rows. -#}
{% macro has_several_rows_per_child(fact) -%}
    {{ return(fact in ['fct_review', 'fct_visit', 'fct_panel_referral', 'fct_recording']) }}
{%- endmacro %}

{#- Rows a measure is about: the columns that must all be true, as one condition. -#}
{% macro all_true(columns) -%}
    {{ return((columns | unique | join(' and ')) or 'true') }}
{%- endmacro %}

{#- Rows that make the numerator. A numerator is always a part of its denominator, except for a rate, whose
    denominator is a population. -#}
{% macro numerator_condition(measure) -%}
    {%- if measure.unit == 'percent' or measure.value_column -%}
        {%- set columns = measure.denominator + measure.numerator -%}
    {%- else -%}
        {%- set columns = measure.numerator -%}
    {%- endif -%}
    {%- set condition = all_true(columns) -%}
    {{ return(condition ~ ' and ' ~ measure.value_column ~ ' is not null' if measure.value_column else condition) }}
{%- endmacro %}

{#- The distinct aggregate expressions the measures of a fact need, each with one column name, so that a fact is
    scanned once however many measures it has. Returns {expression: column}. -#}
{% macro aggregates_of(fact) -%}
    {%- set found = {} -%}
    {%- for measure in measures_of(fact) -%}
        {%- for expression in aggregates_of_measure(measure).values() if expression not in found -%}
            {%- do found.update({expression: 'a' ~ (found | length)}) -%}
        {%- endfor -%}
    {%- endfor -%}
    {{ return(found) }}
{%- endmacro %}

{% macro aggregates_of_measure(measure) -%}
    {%- set rows = numerator_condition(measure) -%}
    {%- set base = 'count(*) filter (where ' ~ all_true(measure.denominator) ~ ')' -%}
    {%- set counted = 'count(*) filter (where ' ~ rows ~ ')' -%}
    {%- if has_several_rows_per_child(measure.fact) -%}
        {%- set children = 'count(distinct child_id) filter (where ' ~ rows ~ ')' -%}
    {%- else -%}
        {%- set children = counted -%}
    {%- endif -%}
    {%- set total = 'sum(' ~ measure.value_column ~ ') filter (where ' ~ rows ~ ')' -%}
    {%- if measure.unit == 'count' and measure.value_column -%}
        {#- a table that counts already: carers, notifications -#}
        {{ return({'numerator': total, 'contributors': total}) }}
    {%- elif measure.unit in ('mean', 'days') -%}
        {{ return({'numerator': total, 'denominator': counted, 'contributors': children}) }}
    {%- elif measure.unit == 'median' -%}
        {{ return({'numerator': counted, 'denominator': counted, 'contributors': children}) }}
    {%- elif measure.unit == 'percent' -%}
        {{ return({'numerator': counted, 'denominator': base, 'contributors': children}) }}
    {%- else -%}
        {{ return({'numerator': counted, 'contributors': children}) }}
    {%- endif -%}
{%- endmacro %}

{#- Which breakdown a row of a grouping set belongs to, and its category there. -#}
{% macro breakdown_id_of(breakdowns) -%}
    {%- if not breakdowns -%}
    'total'
    {%- else -%}
    case
        {%- for breakdown in breakdowns %}
        when grouping({{ breakdown.column }}) = 0 then '{{ breakdown.id }}'
        {%- endfor %}
        else 'total'
    end
    {%- endif -%}
{%- endmacro %}

{% macro breakdown_code_of(breakdowns) -%}
    coalesce({% for breakdown in breakdowns %}{{ breakdown.column }}, {% endfor %}'T')
{%- endmacro %}
