{#- Which returns carry which canonical table, so that a model can read a table from all of them.
    Definitions of single tables do not belong here: those are sources, derived from the specification. -#}

{% macro returns_carrying(table) -%}
    {%- set returns = [] -%}
    {%- for return_id, tables in return_tables().items() if table in tables -%}
        {%- do returns.append(return_id) -%}
    {%- endfor -%}
    {{ return(returns) }}
{%- endmacro %}

{#- The named columns of one canonical table over every return that carries it, counting submissions only. -#}
{% macro union_returns(table, columns) -%}
    {%- for return_id in returns_carrying(table) %}
    select
        submission_id,
        row_number,
        {{ columns | join(',\n        ') }}
    from {{ ref('stg_' ~ return_id ~ '__' ~ table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}
