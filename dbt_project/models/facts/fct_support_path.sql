-- grain: one row per authority, child and quarter with care and support, or on the register, in the 12 months to its end
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

spells as (
    {{- union_returns('care_and_support', [
        'child_id', 'support_start_date', 'support_status_code', 'repeat_referral_code'
    ]) }}
),

periods_of_care as (
    select * from {{ ref('epi_periods_of_care') }}
),

ways as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        submissions.period_end_date,
        spells.child_id,
        min(spells.support_start_date) as first_start_date,
        min(spells.support_start_date) filter (where spells.support_status_code = 'NEED') as need_start_date,
        min(spells.support_start_date) filter (where spells.support_status_code = 'PLAN') as plan_start_date,
        max(case when spells.repeat_referral_code = '1' then 1 else 0 end) = 1 as is_repeat
    from spells
    inner join submissions on spells.submission_id = submissions.submission_id
    where spells.child_id is not null and spells.support_start_date is not null
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        submissions.period_end_date,
        spells.child_id
),

care_starts as (
    select
        ways.authority_code,
        ways.period_id,
        ways.child_id,
        min(periods_of_care.care_start_date) as care_start_date
    from ways
    inner join periods_of_care
        on
            ways.authority_code = periods_of_care.authority_code
            and ways.child_id = periods_of_care.child_id
            and periods_of_care.care_start_date >= ways.first_start_date
            and periods_of_care.care_start_date <= ways.period_end_date
    where not periods_of_care.is_short_break
    group by ways.authority_code, ways.period_id, ways.child_id
),

fct_support_path as (
    select
        ways.authority_code,
        ways.region_code,
        ways.period_id,
        ways.period_type,
        ways.child_id,
        ways.need_start_date is not null as is_in_need,
        ways.plan_start_date is not null as is_on_register,
        coalesce(ways.plan_start_date >= ways.need_start_date, false) as is_in_need_then_on_register,
        care_starts.care_start_date is not null as is_then_looked_after,
        ways.is_repeat as is_referred_again
    from ways
    left join care_starts
        on
            ways.authority_code = care_starts.authority_code
            and ways.period_id = care_starts.period_id
            and ways.child_id = care_starts.child_id
)

select * from fct_support_path
