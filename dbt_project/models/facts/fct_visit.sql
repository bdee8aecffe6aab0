-- grain: one row per authority, child, quarter and statutory visit that fell due in it
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

visit_records as (
    {{- union_returns('visit', ['child_id', 'visit_due_date', 'visit_held_date']) }}
),

due as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        visit_records.child_id,
        visit_records.visit_due_date,
        -- two rows for one visit: it was held when the first of them says so
        min(visit_records.visit_held_date) as visit_held_date
    from visit_records
    inner join submissions on visit_records.submission_id = submissions.submission_id
    where
        visit_records.child_id is not null
        and visit_records.visit_due_date between submissions.period_start_date and submissions.period_end_date
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        visit_records.child_id,
        visit_records.visit_due_date
),

fct_visit as (
    select
        due.authority_code,
        due.region_code,
        due.period_id,
        due.period_type,
        due.child_id,
        true as is_visit_due,
        due.visit_held_date is not null as is_visit_held,
        coalesce(due.visit_held_date <= due.visit_due_date, false) as is_visit_on_time,
        coalesce(children.sex_group_code, 'U') as sex_group_code
    from due
    left join children
        on due.authority_code = children.authority_code and due.child_id = children.child_id
)

select * from fct_visit
