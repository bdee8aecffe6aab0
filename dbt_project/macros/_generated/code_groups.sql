{# generated from schemas/spec by `python -m schemas build`; do not edit #}
{% macro temporary_placement_codes() -%}
    ('T0', 'T1', 'T2', 'T3', 'T4')
{%- endmacro %}
