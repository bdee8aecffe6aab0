{%- set further = {
    'plan': [
        'pathway_plan_date', 'health_due_date', 'health_plan_date', 'education_plan_code', 'permanency_plan_code',
        'permanency_plan_date', 'placement_order_date', 'adoption_placed_date'
    ],
    'profile': [
        'learning_needs_code', 'disability_code', 'mental_health_code', 'substance_misuse_code', 'offending_code',
        'exploitation_risk_code', 'parent_learning_code', 'parent_substance_code', 'parent_mental_health_code',
        'parent_abuse_code'
    ]
} -%}
-- grain: one row per authority, child and quarter: looked after on its last day and named by a further table of the export
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

children as (
    select * from {{ ref('fct_child_period') }}
),

allocations as (
    {{- union_returns('allocation', ['child_id', 'worker_kind_code']) }}
),

plans as (
    {{- union_returns('plan', ['child_id'] + further.plan) }}
),

profiles as (
    {{- union_returns('profile', ['child_id'] + further.profile) }}
),

named as (
    select submission_id, child_id from allocations
    union
    select submission_id, child_id from plans
    union
    select submission_id, child_id from profiles
),

allocated as (
    select submission_id, child_id, min(worker_kind_code) as worker_kind_code
    from allocations
    group by submission_id, child_id
),

planned as (
    select
        submission_id,
        child_id,
        {%- for column in further.plan %}
        max({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from plans
    group by submission_id, child_id
),

profiled as (
    select
        submission_id,
        child_id,
        {%- for column in further.profile %}
        max({{ column }}) as {{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from profiles
    group by submission_id, child_id
),

told as (
    select
        children.authority_code,
        children.region_code,
        children.period_id,
        children.period_type,
        children.child_id,
        children.age_band_code,
        children.sex_group_code,
        children.days_in_care_at_period_end,
        submissions.period_end_date,
        allocated.worker_kind_code,
        {%- for column in further.plan %}
        planned.{{ column }},
        {%- endfor %}
        {%- for column in further.profile %}
        profiled.{{ column }}{{ ',' if not loop.last }}
        {%- endfor %}
    from named
    inner join submissions on named.submission_id = submissions.submission_id
    inner join children
        on
            submissions.authority_code = children.authority_code
            and submissions.period_id = children.period_id
            and named.child_id = children.child_id
    left join allocated on named.submission_id = allocated.submission_id and named.child_id = allocated.child_id
    left join planned on named.submission_id = planned.submission_id and named.child_id = planned.child_id
    left join profiled on named.submission_id = profiled.submission_id and named.child_id = profiled.child_id
    where children.is_looked_after_at_period_end
),

-- the day by which a plan has to be clear: the review at four months
timed as (
    select
        *,
        {{ add_days('period_end_date', '-days_in_care_at_period_end') }} as care_start_date
    from told
),

fct_child_support as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        true as is_told,
        coalesce(worker_kind_code = 'S', false) as has_social_worker,
        age_band_code in ('1617', '1899') as is_aged_16_or_over,
        pathway_plan_date is not null as has_pathway_plan,
        health_due_date is not null as is_health_due,
        coalesce(health_plan_date <= health_due_date, false) as has_health_in_time,
        education_plan_code is not null as is_education_plan_known,
        coalesce(education_plan_code = '1', false) as has_education_plan,
        permanency_plan_date is not null as has_permanency_plan,
        days_in_care_at_period_end >= 122 as is_four_months_in_care,
        coalesce(permanency_plan_date <= {{ add_days('care_start_date', 122) }}, false) as has_permanency_plan_by_four_months,
        coalesce({{ add_days('placement_order_date', 365) }} <= period_end_date, false) as is_a_year_after_placement_order,
        placement_order_date is not null as has_placement_order,
        adoption_placed_date is null as is_not_placed_with_adopters,
        {%- for column in further.profile %}
        coalesce({{ column }} = '1', false) as has_{{ column | replace('_code', '') }},
        {%- endfor %}
        learning_needs_code is not null as is_learning_needs_known,
        sex_group_code,
        age_band_code,
        coalesce(permanency_plan_code, 'NONE') as permanency_plan_code
    from timed
)

select * from fct_child_support
