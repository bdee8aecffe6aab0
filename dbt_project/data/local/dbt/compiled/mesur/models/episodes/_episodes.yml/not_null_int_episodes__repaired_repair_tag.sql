
    
    



select repair_tag
from "warehouse"."main"."int_episodes__repaired"
where repair_tag is null


