-- grain: one row per authority, child, period and day on which a review was held
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

children as (
    select * from "warehouse"."main"."ent_children"
),

review_records as (
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.review_date,
        reported.review_code
    from "warehouse"."main"."stg_lac_census__review" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
    union all
    select
        reported.submission_id,
        reported.row_number,
        coalesce(renamed.present_child_id, reported.child_id) as child_id,
        reported.review_date,
        reported.review_code
    from "warehouse"."main"."stg_ssda903__review" as reported
    left join "warehouse"."main"."int_children__renamed" as renamed
        on reported.authority_code = renamed.authority_code and reported.child_id = renamed.child_id
),

held as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        review_records.child_id,
        review_records.review_date,
        -- two rows for one review: the child took part if either says so
        bool_or(coalesce(review_records.review_code in ('PN1', 'PN2', 'PN3', 'PN5', 'PN6'), false)) as has_taken_part
    from review_records
    inner join submissions on review_records.submission_id = submissions.submission_id
    where
        review_records.child_id is not null
        and review_records.review_date between submissions.period_start_date and submissions.period_end_date
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        review_records.child_id,
        review_records.review_date
),

aged as (
    select
        held.*,
        coalesce(children.sex_group_code, 'U') as sex_group_code,
        cast(
        extract(year from held.review_date) - extract(year from children.birth_date)
        - case
            when
                extract(month from held.review_date) * 100 + extract(day from held.review_date)
                < extract(month from children.birth_date) * 100 + extract(day from children.birth_date)
                then 1
            else 0
        end as integer
    ) as age
    from held
    left join children
        on held.authority_code = children.authority_code and held.child_id = children.child_id
),

fct_review as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        true as is_review,
        coalesce(age >= 4, false) as is_aged_four_or_over,
        has_taken_part as has_child_taken_part,
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
    from aged
)

select * from fct_review