
    

    create  table
      "warehouse"."main"."fct_care_start__dbt_tmp"
  
    
    as (
      -- grain: one row per authority, child and period in which a period of care started (the first in the period)
with

periods as (
    select * from "warehouse"."main"."int_periods__reported"
),

periods_of_care as (
    select * from "warehouse"."main"."epi_periods_of_care"
),

children as (
    select * from "warehouse"."main"."ent_children"
),

started as (
    select
        periods.authority_code,
        periods.region_code,
        periods.period_id,
        periods.period_type,
        periods_of_care.child_id,
        periods_of_care.care_start_date,
        periods_of_care.care_period_number,
        periods_of_care.need_group_code,
        periods_of_care.legal_status_group_code,
        periods_of_care.placement_group_code
    from periods_of_care
    inner join periods
        on
            periods_of_care.authority_code = periods.authority_code
            and periods_of_care.care_start_date between periods.period_start_date and periods.period_end_date
    where not periods_of_care.is_short_break
    qualify
        row_number() over (
            partition by periods.authority_code, periods.period_id, periods_of_care.child_id
            order by periods_of_care.care_start_date
        ) = 1
),

aged as (
    select
        started.*,
        children.sex_group_code,
        children.ethnicity_group_code,
        cast(
        extract(year from started.care_start_date) - extract(year from children.birth_date)
        - case
            when
                extract(month from started.care_start_date) * 100 + extract(day from started.care_start_date)
                < extract(month from children.birth_date) * 100 + extract(day from children.birth_date)
                then 1
            else 0
        end as integer
    ) as age
    from started
    inner join children
        on started.authority_code = children.authority_code and started.child_id = children.child_id
),

fct_care_start as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        true as is_care_start,
        need_group_code = 'N1' as is_need_abuse_or_neglect,
        care_period_number > 1 as is_return_to_care,
        sex_group_code,
        case
        when age is null or age < 0 then 'UNKNOWN'
        when age < 1 then '0000'
        when age < 5 then '0104'
        when age < 10 then '0509'
        when age < 16 then '1015'
        when age < 18 then '1617'
        else '1899'
    end as age_band_code,
        ethnicity_group_code,
        need_group_code,
        legal_status_group_code,
        placement_group_code
    from aged
)

select * from fct_care_start
    );
    
  