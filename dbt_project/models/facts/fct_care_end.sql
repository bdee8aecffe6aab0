-- grain: one row per authority, child and period in which a period of care ended (the last in the period)
with

periods as (
    select * from {{ ref('int_periods__reported') }}
),

periods_of_care as (
    select * from {{ ref('epi_periods_of_care') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

ended as (
    select
        periods.authority_code,
        periods.region_code,
        periods.period_id,
        periods.period_type,
        periods_of_care.child_id,
        periods_of_care.care_end_date,
        periods_of_care.days_in_care,
        periods_of_care.end_reason_group_code,
        periods_of_care.end_reason_code
    from periods_of_care
    inner join periods
        on
            periods_of_care.authority_code = periods.authority_code
            and periods_of_care.care_end_date between periods.period_start_date and periods.period_end_date
    where not periods_of_care.is_short_break
    qualify
        row_number() over (
            partition by periods.authority_code, periods.period_id, periods_of_care.child_id
            order by periods_of_care.care_end_date desc, periods_of_care.care_start_date desc
        ) = 1
),

aged as (
    select
        ended.*,
        children.sex_group_code,
        children.ethnicity_group_code,
        {{ age_on('children.birth_date', 'ended.care_end_date') }} as age
    from ended
    inner join children
        on ended.authority_code = children.authority_code and ended.child_id = children.child_id
),

fct_care_end as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        true as is_care_end,
        end_reason_group_code = 'ADOPTED' as is_adopted,
        end_reason_group_code = 'HOME' as is_returned_home,
        end_reason_group_code = 'SGO' as is_special_guardianship,
        end_reason_group_code = 'WIR' as is_when_i_am_ready,
        coalesce(age >= 16, false) as is_aged_16_or_over,
        end_reason_group_code = 'INDEPENDENT' as is_to_independence,
        coalesce(days_in_care <= 182, false) as is_within_6_months,
        coalesce(days_in_care > 365, false) as is_after_a_year,
        coalesce(end_reason_code = 'E43', false) as is_guardianship_of_former_carer,
        coalesce(end_reason_code = 'E44', false) as is_guardianship_of_other_carer,
        cast(days_in_care as integer) as days_in_care,
        sex_group_code,
        {{ age_band('age') }} as age_band_code,
        ethnicity_group_code,
        end_reason_group_code
    from aged
)

select * from fct_care_end
