{%- set attributes = ['sex_code', 'birth_date', 'ethnicity_code', 'upn_id'] -%}
-- grain: one row per authority and child; each attribute as the latest return that states it (birth_date stays here)
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

codes as (
    select * from {{ ref('int_codes__grouped') }}
),

reported_episodes as (
    select * from {{ ref('int_episodes__reported') }}
),

child_records as (
    {{- union_returns('child', ['child_id'] + attributes) }}
),

unaccompanied_records as (
    {{- union_returns('uasc', ['child_id', 'uasc_ceased_date']) }}
),

ranked_records as (
    select
        submissions.authority_code,
        child_records.*,
        row_number() over (
            partition by submissions.authority_code, child_records.child_id
            order by
                submissions.report_number
                {%- for attribute in attributes %},
                child_records.{{ attribute }} nulls first
                {%- endfor %},
                child_records.row_number
        ) as record_rank
    from child_records
    inner join submissions on child_records.submission_id = submissions.submission_id
    where not submissions.is_settled and child_records.child_id is not null
),

latest_attributes as (
    select
        authority_code,
        child_id
        {%- for attribute in attributes %},
        max_by({{ attribute }}, record_rank) filter (where {{ attribute }} is not null) as {{ attribute }}
        {%- endfor %}
    from ranked_records
    group by authority_code, child_id
),

-- the latest report that names the child as unaccompanied says when that ended
unaccompanied as (
    select
        submissions.authority_code,
        unaccompanied_records.child_id,
        unaccompanied_records.uasc_ceased_date
    from unaccompanied_records
    inner join submissions on unaccompanied_records.submission_id = submissions.submission_id
    where not submissions.is_settled and unaccompanied_records.child_id is not null
    qualify
        row_number() over (
            partition by submissions.authority_code, unaccompanied_records.child_id
            order by submissions.report_number desc, unaccompanied_records.uasc_ceased_date desc nulls last
        ) = 1
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
        {{ birthday('latest_attributes.birth_date', 18) }} as adult_date,
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
