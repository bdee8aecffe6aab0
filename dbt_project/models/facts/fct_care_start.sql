{%- set windows = {'6': 182, '12': 365, '24': 730} -%}
-- grain: one row per authority, child and period in which a period of care started (the first in the period)
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

-- how far the reports of an authority reach: what became of a child is known up to there
horizons as (
    select
        authority_code,
        max(period_end_date) as last_known_date
    from periods
    group by authority_code
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
        periods_of_care.placement_group_code,
        periods_of_care.care_end_date,
        periods_of_care.end_reason_group_code
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
        horizons.last_known_date,
        children.sex_group_code,
        children.ethnicity_group_code,
        {{ age_on('children.birth_date', 'started.care_start_date') }} as age
    from started
    inner join children
        on started.authority_code = children.authority_code and started.child_id = children.child_id
    inner join horizons on started.authority_code = horizons.authority_code
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
        coalesce(age >= 16, false) as is_aged_16_or_over,
        coalesce(age < 1, false) as is_aged_under_1,
        {%- for months, days in windows.items() %}
        {{ add_days('care_start_date', days) }} <= last_known_date as is_followed_{{ months }}_months,
        coalesce(care_end_date <= {{ add_days('care_start_date', days) }}, false)
        and end_reason_group_code = 'HOME' as is_home_within_{{ months }}_months,
        coalesce(care_end_date > {{ add_days('care_start_date', days) }}, true) as is_in_care_after_{{ months }}_months,
        {%- endfor %}
        sex_group_code,
        {{ age_band('age') }} as age_band_code,
        ethnicity_group_code,
        need_group_code,
        legal_status_group_code,
        placement_group_code
    from aged
)

select * from fct_care_start
