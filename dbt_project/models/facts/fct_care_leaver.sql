-- grain: one row per authority, care leaver and period in which the return reports the care leaver
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

codes as (
    select * from {{ ref('int_codes__grouped') }}
),

care_leaver_records as (
    {{- union_returns('care_leaver', ['child_id', 'in_touch_code', 'activity_code', 'accommodation_code']) }}
),

latest_records as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        submissions.period_end_date,
        care_leaver_records.*
    from care_leaver_records
    inner join submissions on care_leaver_records.submission_id = submissions.submission_id
    where care_leaver_records.child_id is not null
    qualify
        row_number() over (
            partition by submissions.authority_code, submissions.period_id, care_leaver_records.child_id
            order by
                care_leaver_records.in_touch_code desc nulls last,
                care_leaver_records.activity_code nulls last,
                care_leaver_records.accommodation_code nulls last,
                submissions.return_id
        ) = 1
),

fct_care_leaver as (
    select
        latest_records.authority_code,
        latest_records.region_code,
        latest_records.period_id,
        latest_records.period_type,
        latest_records.child_id,
        true as is_care_leaver,
        coalesce(latest_records.in_touch_code = 'YES', false) as is_in_touch,
        coalesce(activities.group_code = 'EET', false) as is_in_education_employment_or_training,
        coalesce(accommodations.group_code = 'SUITABLE', false) as is_in_suitable_accommodation,
        coalesce(latest_records.accommodation_code in ('B1', 'B2'), false) as is_with_birth_family,
        coalesce(latest_records.accommodation_code in ('D1', 'D2', 'E1', 'E2', 'P1', 'P2', 'T1', 'T2'), false)
            as is_in_supported_accommodation,
        coalesce(latest_records.accommodation_code in ('K1', 'K2', 'U1', 'U2'), false) as is_living_independently,
        coalesce(latest_records.accommodation_code in ('Z1', 'Z2'), false) as is_with_former_foster_carers,
        coalesce({{ age_on('children.birth_date', 'latest_records.period_end_date') }} < 18, false) as is_aged_16_or_17,
        coalesce(children.sex_group_code, 'U') as sex_group_code
    from latest_records
    left join children
        on latest_records.authority_code = children.authority_code and latest_records.child_id = children.child_id
    left join codes as activities
        on activities.code_list = 'activity' and latest_records.activity_code = activities.code
    left join codes as accommodations
        on accommodations.code_list = 'accommodation' and latest_records.accommodation_code = accommodations.code
)

select * from fct_care_leaver
