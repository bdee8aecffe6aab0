{#- The named policies for episodes that contradict each other. Three published teams treat the same overlap in three
    ways (end the earlier, merge, drop: LIIA, witan.cic, csc-cleaning), so the choice is declared, tagged on each row
    and switchable. What is never a matter of policy (a row without a start, an end before its start, care at 18)
    does not belong here: see int_episodes__judged.

    strict     no date is changed: a row that contradicts a later one is set aside
    end_early  the earlier row ends where the later one begins (the default)
    merge      overlapping rows become one, with what the first of them says
    ask        every row of a child with a contradiction is set aside until the authority has answered -#}

{% macro repair_policies() -%}
    {{ return(['strict', 'end_early', 'merge', 'ask']) }}
{%- endmacro %}

{% macro repair_policy() -%}
    {%- set policy = var('repair_policy') -%}
    {%- if policy not in repair_policies() -%}
        {{ exceptions.raise_compiler_error('repair_policy is one of ' ~ repair_policies() | join(', ')) }}
    {%- endif -%}
    {{ return(policy) }}
{%- endmacro %}
