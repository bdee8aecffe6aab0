-- grain: one row per authority and child id that later reports replace by another: the id by which the child is known now
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

child_records as (
    {{- union_reported('child', ['child_id', 'upn_id', 'birth_date']) }}
),

-- one pupil number under several ids of one authority
shared as (
    select
        submissions.authority_code,
        child_records.upn_id,
        child_records.child_id,
        min(submissions.report_number) as first_report_number,
        max(submissions.report_number) as last_report_number,
        min(child_records.birth_date) as first_birth_date,
        max(child_records.birth_date) as last_birth_date
    from child_records
    inner join submissions on child_records.submission_id = submissions.submission_id
    where not submissions.is_settled and child_records.upn_id is not null and child_records.child_id is not null
    group by submissions.authority_code, child_records.upn_id, child_records.child_id
    qualify count(*) over (partition by submissions.authority_code, child_records.upn_id) > 1
),

followed as (
    select
        *,
        lead(first_report_number) over (
            partition by authority_code, upn_id order by first_report_number nulls last, child_id nulls last
        ) as next_first_report_number
    from shared
),

-- Only ids of which one begins where the other has ended are one child. Two that stand in one report are two children
-- with a number in common (twins, a mistyped number), and so are two with different dates of birth.
told as (
    select
        authority_code,
        upn_id,
        max_by(child_id, first_report_number) as present_child_id
    from followed
    group by authority_code, upn_id
    having
        bool_and(coalesce(last_report_number < next_first_report_number, true))
        and coalesce(min(first_birth_date) = max(last_birth_date), true)
),

int_children__renamed as (
    select
        shared.authority_code,
        shared.child_id,
        min(told.present_child_id) as present_child_id
    from shared
    inner join told on shared.authority_code = told.authority_code and shared.upn_id = told.upn_id
    where shared.child_id != told.present_child_id
    group by shared.authority_code, shared.child_id
    having count(distinct told.present_child_id) = 1
)

select * from int_children__renamed
