
    
    select
      count(*) as failures,
      count(*) != 0 as should_warn,
      count(*) != 0 as should_error
    from (
      
    
  
    
    



select repair_tag
from "warehouse"."main"."int_episodes__repaired"
where repair_tag is null



  
  
      
    ) dbt_internal_test