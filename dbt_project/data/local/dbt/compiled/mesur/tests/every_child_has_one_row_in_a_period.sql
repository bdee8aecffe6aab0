-- fails with: periods in which a child has more than one row in a fact that has one row for each child
select
    'fct_child_period' as fact_id,
    authority_code,
    period_id
from "warehouse"."main"."fct_child_period"
group by authority_code, period_id, child_id
having count(*) > 1
union all
select
    'fct_care_start' as fact_id,
    authority_code,
    period_id
from "warehouse"."main"."fct_care_start"
group by authority_code, period_id, child_id
having count(*) > 1
union all
select
    'fct_care_end' as fact_id,
    authority_code,
    period_id
from "warehouse"."main"."fct_care_end"
group by authority_code, period_id, child_id
having count(*) > 1
union all
select
    'fct_adoption' as fact_id,
    authority_code,
    period_id
from "warehouse"."main"."fct_adoption"
group by authority_code, period_id, child_id
having count(*) > 1
union all
select
    'fct_care_leaver' as fact_id,
    authority_code,
    period_id
from "warehouse"."main"."fct_care_leaver"
group by authority_code, period_id, child_id
having count(*) > 1