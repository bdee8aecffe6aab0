-- grain: one row per authority, child and period with an adoption record; is_adoption where care ended so in the period
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

ends as (
    select * from "warehouse"."main"."fct_care_end"
),

periods_of_care as (
    select * from "warehouse"."main"."epi_periods_of_care"
),

children as (
    select * from "warehouse"."main"."ent_children"
),

adoption_records as (
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.adoption_decision_date,
        reported.adoption_match_date,
        reported.foster_carer_adopter_code
    from "warehouse"."main"."stg_lac_census__adoption" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
    union all
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.adoption_decision_date,
        reported.adoption_match_date,
        reported.foster_carer_adopter_code
    from "warehouse"."main"."stg_ssda903__adoption" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
),

latest_records as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        submissions.period_end_date,
        adoption_records.*
    from adoption_records
    inner join submissions on adoption_records.submission_id = submissions.submission_id
    where adoption_records.child_id is not null
    qualify
        row_number() over (
            partition by submissions.authority_code, submissions.period_id, adoption_records.child_id
            order by
                adoption_records.adoption_decision_date desc nulls last,
                adoption_records.adoption_match_date desc nulls last,
                adoption_records.foster_carer_adopter_code nulls last,
                submissions.return_id
        ) = 1
),

adoption_dates as (
    select
        authority_code,
        child_id,
        max(care_end_date) as adopted_date
    from periods_of_care
    where end_reason_group_code = 'ADOPTED' and not is_short_break
    group by authority_code, child_id
),

described as (
    select
        latest_records.*,
        coalesce(ends.is_adopted, false) as is_adoption,
        coalesce(children.sex_group_code, 'U') as sex_group_code,
        cast(
        extract(year from least(coalesce(adoption_dates.adopted_date, latest_records.period_end_date), latest_records.period_end_date)) - extract(year from children.birth_date)
        - case
            when
                extract(month from least(coalesce(adoption_dates.adopted_date, latest_records.period_end_date), latest_records.period_end_date)) * 100 + extract(day from least(coalesce(adoption_dates.adopted_date, latest_records.period_end_date), latest_records.period_end_date))
                < extract(month from children.birth_date) * 100 + extract(day from children.birth_date)
                then 1
            else 0
        end as integer
    ) as age
    from latest_records
    left join ends
        on
            latest_records.authority_code = ends.authority_code
            and latest_records.period_id = ends.period_id
            and latest_records.child_id = ends.child_id
    left join children
        on latest_records.authority_code = children.authority_code and latest_records.child_id = children.child_id
    left join adoption_dates
        on
            latest_records.authority_code = adoption_dates.authority_code
            and latest_records.child_id = adoption_dates.child_id
),

fct_adoption as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        is_adoption,
        coalesce(foster_carer_adopter_code = '1', false) as is_by_foster_carer,
        adoption_decision_date is not null and adoption_match_date is not null as has_decision_and_match,
        cast(
        (date_diff('day', adoption_decision_date::timestamp, adoption_match_date::timestamp ))
     as integer) as days_decision_to_match,
        sex_group_code,
        case
        when age is null or age < 0 then 'UNKNOWN'
        when age < 1 then '0000'
        when age < 5 then '0104'
        when age < 10 then '0509'
        when age < 16 then '1015'
        when age < 18 then '1617'
        else '1899'
    end as age_band_code
    from described
)

select * from fct_adoption