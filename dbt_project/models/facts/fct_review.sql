-- grain: one row per authority, child, period and day on which a review was held
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

review_records as (
    {{- union_returns('review', [
        'child_id', 'review_date', 'review_code', 'officer_continuity_code', 'parents_took_part_code'
    ]) }}
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
        bool_or(coalesce(review_records.review_code in ('PN1', 'PN2', 'PN3', 'PN5', 'PN6'), false)) as has_taken_part,
        max(review_records.officer_continuity_code) as officer_continuity_code,
        max(review_records.parents_took_part_code) as parents_took_part_code
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
        {{ age_on('children.birth_date', 'held.review_date') }} as age
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
        coalesce(officer_continuity_code in ('SAME', 'OTHER'), false) as is_officer_compared,
        coalesce(officer_continuity_code = 'SAME', false) as is_same_reviewing_officer,
        parents_took_part_code is not null as is_parents_part_known,
        coalesce(parents_took_part_code = '1', false) as have_parents_taken_part,
        sex_group_code,
        {{ age_band('age') }} as age_band_code
    from aged
)

select * from fct_review
