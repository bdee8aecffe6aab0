{#- Tables that are a union of what each authority has by itself: in a run that names the authorities that have changed
    (pipelines/flow/standing_warehouse.py), only their rows are taken out and made anew, all others stay as they are.
    A table of which a row depends on more than one authority does not belong here: it is a plain table. -#}

{#- The authorities a run is limited to; nothing when everything is built. Set for one invocation, never while parsing. -#}
{% macro changed_authorities() -%}
    {%- set named = env_var('MESUR_DBT_CHANGED', '') -%}
    {{ return(named.split(',') if named else []) }}
{%- endmacro %}

{% macro of_changed_authorities() -%}
    authority_code in ('{{ changed_authorities() | join("', '") }}')
{%- endmacro %}

{#- Whether rows of a model can be told apart by authority: typed tables, the ledger, and models of this kind. -#}
{% macro has_own_rows(name) -%}
    {%- set staged = ['stg_ledger__submissions'] -%}
    {%- for return_id, tables in return_tables().items() -%}
        {%- for table in tables -%}
            {%- do staged.append('stg_' ~ return_id ~ '__' ~ table) -%}
        {%- endfor -%}
    {%- endfor -%}
    {%- set node = graph.nodes.get('model.mesur.' ~ name) -%}
    {{ return(name in staged or (node is not none and node.config.materialized == 'by_authority')) }}
{%- endmacro %}

{#- As dbt's own; in a limited run a model of this kind, or a check of the data, reads no more than the rows of the
    authorities named: nothing has touched the others since they were checked. -#}
{% macro ref(name) -%}
    {%- set relation = builtins.ref(name) -%}
    {%- set is_by_authority = model.config.materialized == 'by_authority' or model.resource_type == 'test' -%}
    {%- if execute and is_by_authority and changed_authorities() and has_own_rows(name) -%}
        {{ return('(select * from ' ~ relation ~ ' where ' ~ of_changed_authorities() ~ ')') }}
    {%- endif -%}
    {{ return(relation) }}
{%- endmacro %}

{% materialization by_authority, default %}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set existing_relation = load_cached_relation(this) -%}
    {{ run_hooks(pre_hooks) }}
    {%- if changed_authorities() and existing_relation is not none -%}
        {%- call statement('take_out') -%}
            delete from {{ target_relation }} where {{ of_changed_authorities() }}
        {%- endcall -%}
        {%- call statement('main') -%}
            insert into {{ target_relation }}
            select * from (
            {{ compiled_code }}
            ) as remade
            where {{ of_changed_authorities() }}
        {%- endcall -%}
    {%- else -%}
        {{ drop_relation_if_exists(existing_relation) }}
        {%- call statement('main') -%}
            {{ create_table_as(False, target_relation, compiled_code) }}
        {%- endcall -%}
    {%- endif -%}
    {{ run_hooks(post_hooks) }}
    {% do adapter.commit() %}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
