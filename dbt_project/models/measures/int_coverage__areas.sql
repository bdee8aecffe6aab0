-- grain: one row per fact, period with any report that carries it, and area: how many of its authorities reported
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

-- a report that stops early is there and does not hold all of its period
reach as (
    select * from {{ ref('int_reports__reach') }}
),

members as (
    select * from {{ ref('int_areas__members') }}
),

facts as (
    select
        fact_id,
        return_id,
        table_id
    from (
        values
        {%- for fact in measured_facts() %}
        {%- set outer = loop %}
        {%- for return_id in returns_carrying(fact_table_of(fact)) %}
        ('{{ fact }}', '{{ return_id }}', '{{ fact_table_of(fact) }}'){{ ',' if not (loop.last and outer.last) }}
        {%- endfor %}
        {%- endfor %}
    ) as carried (fact_id, return_id, table_id)
),

-- a quarterly export may lack a further table: then nothing was reported, and nothing is a zero
sent as (
    {%- for table in further_tables() %}
    select distinct
        submission_id,
        '{{ table }}' as table_id
    from {{ ref('stg_quarterly_export__' ~ table) }}
    {%- if not loop.last %}
    union all
    {%- endif %}
    {%- endfor %}
),

reported as (
    select
        facts.fact_id,
        submissions.period_id,
        submissions.period_type,
        submissions.authority_code,
        bool_or(reach.is_truncated) as is_truncated
    from submissions
    inner join facts on submissions.return_id = facts.return_id
    inner join reach on submissions.submission_id = reach.submission_id
    left join sent on submissions.submission_id = sent.submission_id and facts.table_id = sent.table_id
    where
        facts.return_id != 'quarterly_export'
        or facts.table_id = 'episode'
        or sent.submission_id is not null
    group by facts.fact_id, submissions.period_id, submissions.period_type, submissions.authority_code
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
        count(reported.authority_code) as n_reporting,
        coalesce(bool_or(reported.is_truncated), false) as is_cut_short
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
            when n_reporting < n_authorities or is_cut_short then 'partial'
            else 'complete'
        end as coverage_status
    from counted
)

select * from int_coverage__areas
