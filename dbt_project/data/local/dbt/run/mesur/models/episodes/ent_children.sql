
    

    create  table
      "warehouse"."main"."ent_children__dbt_tmp"
  
    
    as (
      -- grain: one row per authority and child; each attribute as the latest return that states it (birth_date stays here)
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

codes as (
    select * from "warehouse"."main"."int_codes__grouped"
),

reported_episodes as (
    select * from "warehouse"."main"."int_episodes__reported"
),

child_records as (
    select
        submission_id,
        row_number,
        child_id,
        sex_code,
        birth_date,
        ethnicity_code,
        upn_id
    from "warehouse"."main"."stg_lac_census__child"
    union all
    select
        submission_id,
        row_number,
        child_id,
        sex_code,
        birth_date,
        ethnicity_code,
        upn_id
    from "warehouse"."main"."stg_quarterly_export__child"
    union all
    select
        submission_id,
        row_number,
        child_id,
        sex_code,
        birth_date,
        ethnicity_code,
        upn_id
    from "warehouse"."main"."stg_ssda903__child"
),

unaccompanied_records as (
    select
        submission_id,
        row_number,
        child_id,
        uasc_ceased_date
    from "warehouse"."main"."stg_lac_census__uasc"
    union all
    select
        submission_id,
        row_number,
        child_id,
        uasc_ceased_date
    from "warehouse"."main"."stg_ssda903__uasc"
),

ranked_records as (
    select
        submissions.authority_code,
        child_records.*,
        row_number() over (
            partition by submissions.authority_code, child_records.child_id
            order by
                submissions.report_number,
                child_records.sex_code nulls first,
                child_records.birth_date nulls first,
                child_records.ethnicity_code nulls first,
                child_records.upn_id nulls first,
                child_records.row_number
        ) as record_rank
    from child_records
    inner join submissions on child_records.submission_id = submissions.submission_id
    where not submissions.is_settled and child_records.child_id is not null
),

latest_attributes as (
    select
        authority_code,
        child_id,
        max_by(sex_code, record_rank) filter (where sex_code is not null) as sex_code,
        max_by(birth_date, record_rank) filter (where birth_date is not null) as birth_date,
        max_by(ethnicity_code, record_rank) filter (where ethnicity_code is not null) as ethnicity_code,
        max_by(upn_id, record_rank) filter (where upn_id is not null) as upn_id
    from ranked_records
    group by authority_code, child_id
),

unaccompanied as (
    select
        submissions.authority_code,
        unaccompanied_records.child_id,
        max(unaccompanied_records.uasc_ceased_date) as uasc_ceased_date
    from unaccompanied_records
    inner join submissions on unaccompanied_records.submission_id = submissions.submission_id
    group by submissions.authority_code, unaccompanied_records.child_id
),

known_children as (
    select authority_code, child_id from latest_attributes
    union
    select authority_code, child_id from reported_episodes where child_id is not null
),

ent_children as (
    select
        known_children.authority_code,
        known_children.child_id,
        latest_attributes.upn_id,
        latest_attributes.birth_date,
        cast(
        case
            when extract(day from 

    (latest_attributes.birth_date + cast(18 as bigint) * interval 1 year)) < extract(day from latest_attributes.birth_date)
                then 

    (

    (latest_attributes.birth_date + cast(18 as bigint) * interval 1 year) + cast(1 as bigint) * interval 1 day)
            else 

    (latest_attributes.birth_date + cast(18 as bigint) * interval 1 year)
        end as date
    ) as adult_date,
        coalesce(sex_codes.group_code, 'U') as sex_group_code,
        coalesce(ethnicity_codes.group_code, 'UNKNOWN') as ethnicity_group_code,
        unaccompanied.child_id is not null as is_unaccompanied,
        unaccompanied.uasc_ceased_date
    from known_children
    left join latest_attributes
        on
            known_children.authority_code = latest_attributes.authority_code
            and known_children.child_id = latest_attributes.child_id
    left join unaccompanied
        on
            known_children.authority_code = unaccompanied.authority_code
            and known_children.child_id = unaccompanied.child_id
    left join codes as sex_codes
        on sex_codes.code_list = 'sex' and latest_attributes.sex_code = sex_codes.code
    left join codes as ethnicity_codes
        on ethnicity_codes.code_list = 'ethnicity' and latest_attributes.ethnicity_code = ethnicity_codes.code
)

select * from ent_children
    );
    
  