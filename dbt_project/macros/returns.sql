{#- Which returns carry which canonical table, so that a model can read a table from all of them.
    Definitions of single tables do not belong here: those are sources, derived from the specification. -#}

{% macro returns_carrying(table) -%}
    {%- set returns = [] -%}
    {%- for return_id, tables in return_tables().items() if table in tables -%}
        {%- do returns.append(return_id) -%}
    {%- endfor -%}
    {{ return(returns) }}
{%- endmacro %}

{#- The named columns of one canonical table over every return that carries it, counting submissions only, as they
    were reported. -#}
{% macro union_reported(table, columns) -%}
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

{#- The same with each child under the id by which the authority knows it now (int_children__renamed). -#}
{% macro union_returns(table, columns) -%}
    {%- for return_id in returns_carrying(table) %}
    select
        reported.submission_id,
        reported.row_number,
        {%- for column in columns %}
        {% if column == 'child_id' -%}
        coalesce(renamed.present_child_id, reported.child_id) as child_id
        {%- else -%}
        reported.{{ column }}
        {%- endif %}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from {{ ref('stg_' ~ return_id ~ '__' ~ table) }} as reported
    left join {{ ref('int_children__renamed') }} as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
{%- endmacro %}

{#- Tables of the quarterly export beside its report of children and episodes: an authority may not send them. -#}
{% macro further_tables() -%}
    {{ return(return_tables()['quarterly_export'] | reject('in', ['child', 'episode']) | list) }}
{%- endmacro %}
