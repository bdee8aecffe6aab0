-- grain: one row per authority, child and quarter in which care proceedings about the child ended
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

plans as (
    {{- union_returns('plan', ['child_id', 'proceedings_start_date', 'proceedings_end_date']) }}
),

ended as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        plans.child_id,
        min(plans.proceedings_start_date) as proceedings_start_date,
        max(plans.proceedings_end_date) as proceedings_end_date
    from plans
    inner join submissions on plans.submission_id = submissions.submission_id
    where
        plans.child_id is not null
        and plans.proceedings_end_date between submissions.period_start_date and submissions.period_end_date
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        plans.child_id
),

fct_proceeding as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        true as is_proceeding_ended,
        -- 26 weeks (section 32 of the Children Act 1989 as amended in 2014)
        coalesce({{ days_between('proceedings_start_date', 'proceedings_end_date') }} <= 182, false) as is_within_26_weeks,
        cast({{ days_between('proceedings_start_date', 'proceedings_end_date') }} as integer) as days_in_proceedings
    from ended
)

select * from fct_proceeding
