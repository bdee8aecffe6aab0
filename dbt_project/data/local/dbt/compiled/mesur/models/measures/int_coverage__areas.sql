-- grain: one row per fact, period with any report that carries it, and area: how many of its authorities reported
with

submissions as (
    select * from "warehouse"."main"."int_submissions__counting"
),

members as (
    select * from "warehouse"."main"."int_areas__members"
),

facts as (
    select
        fact_id,
        return_id
    from (
        values
        ('fct_adoption', 'lac_census'),
        ('fct_adoption', 'ssda903'),
        ('fct_care_start', 'lac_census'),
        ('fct_care_start', 'quarterly_export'),
        ('fct_care_start', 'ssda903'),
        ('fct_care_end', 'lac_census'),
        ('fct_care_end', 'quarterly_export'),
        ('fct_care_end', 'ssda903'),
        ('fct_child_period', 'lac_census'),
        ('fct_child_period', 'quarterly_export'),
        ('fct_child_period', 'ssda903'),
        ('fct_review', 'lac_census'),
        ('fct_review', 'ssda903'),
        ('fct_care_leaver', 'lac_census'),
        ('fct_care_leaver', 'ssda903')
    ) as carried (fact_id, return_id)
),

reported as (
    select distinct
        facts.fact_id,
        submissions.period_id,
        submissions.period_type,
        submissions.authority_code
    from submissions
    inner join facts on submissions.return_id = facts.return_id
),

fact_periods as (
    select distinct
        fact_id,
        period_id,
        period_type
    from reported
),

counted as (
    select
        fact_periods.fact_id,
        fact_periods.period_id,
        fact_periods.period_type,
        members.area_type,
        members.area_code,
        count(*) as n_authorities,
        count(reported.authority_code) as n_reporting
    from fact_periods
    cross join members
    left join reported
        on
            fact_periods.fact_id = reported.fact_id
            and fact_periods.period_id = reported.period_id
            and members.authority_code = reported.authority_code
    group by
        fact_periods.fact_id,
        fact_periods.period_id,
        fact_periods.period_type,
        members.area_type,
        members.area_code
),

int_coverage__areas as (
    select
        *,
        case
            when n_reporting = 0 then 'missing'
            when n_reporting < n_authorities then 'partial'
            else 'complete'
        end as coverage_status
    from counted
)

select * from int_coverage__areas