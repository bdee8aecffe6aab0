-- Compiled and never run by dbt: int_episodes__decided under every policy, for pipelines/flow/policies.py
{%- for policy in repair_policies() %}
-- policy: {{ policy }}
with

judged as (
    select * from {{ ref('int_episodes__judged') }}
),

{{ decided_under(policy) }}

select * from int_episodes__decided
{% endfor %}
