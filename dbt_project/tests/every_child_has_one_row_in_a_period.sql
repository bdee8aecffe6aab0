-- fails with: periods in which a child has more than one row in a fact that has one row for each child
{%- for fact in ['fct_child_period', 'fct_care_start', 'fct_care_end', 'fct_adoption', 'fct_care_leaver'] %}
select
    '{{ fact }}' as fact_id,
    authority_code,
    period_id
from {{ ref(fact) }}
group by authority_code, period_id, child_id
having count(*) > 1
{%- if not loop.last %}
union all
{%- endif %}
{%- endfor %}
