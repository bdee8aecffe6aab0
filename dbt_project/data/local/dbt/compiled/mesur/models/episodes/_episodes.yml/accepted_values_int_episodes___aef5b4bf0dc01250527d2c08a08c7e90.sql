
    
    

with all_values as (

    select
        repair_tag as value_field,
        count(*) as n_records

    from "warehouse"."main"."int_episodes__repaired"
    group by repair_tag

)

select *
from all_values
where value_field not in (
    'none','ended_at_next_start','ended_before_overlap','ended_day_before_18','ended_when_no_longer_reported','merged_with_later_rows'
)


