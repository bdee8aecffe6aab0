-- grain: one row per period of care: episodes of one authority and child with no gap of more than a day
with

episodes as (
    select * from {{ ref('epi_episodes') }}
),

grouped as (
    select
        authority_code,
        child_id,
        is_short_break,
        care_period_number,
        min(care_period_start_date) as care_start_date,
        max(care_period_end_date) as care_end_date,
        count(*) as n_episodes,
        max(placement_number) as n_placements,
        max(legal_status_number) as n_legal_statuses,
        {%- for column in [
            'start_reason_code', 'need_group_code', 'legal_status_group_code', 'placement_group_code'
        ] %}
        max({{ column }}) filter (where is_care_period_start) as {{ column }},
        {%- endfor %}
        max(end_reason_code) filter (where is_care_period_last) as end_reason_code,
        -- a row that ends because another begins says nothing of why care ended when none does
        max(case when end_reason_group_code = 'CONTINUES' then 'UNKNOWN' else end_reason_group_code end) filter (
            where is_care_period_last
        ) as end_reason_group_code,
        max(repair_tag) filter (where is_care_period_last) as end_repair_tag
    from episodes
    group by authority_code, child_id, is_short_break, care_period_number
),

epi_periods_of_care as (
    select
        *,
        care_end_date is null as is_open,
        {{ days_between('care_start_date', 'care_end_date') }} as days_in_care
    from grouped
)

select * from epi_periods_of_care
