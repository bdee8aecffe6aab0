-- grain: one row per counting submission of a return about children, with its period and its place among the reports
with

submissions as (
    select * from {{ ref('stg_ledger__submissions') }}
),

periods as (
    select * from {{ ref('periods') }}
),

authorities as (
    select * from {{ ref('authorities') }}
),

annual as (
    select distinct
        submissions.authority_code,
        periods.year_id
    from submissions
    inner join periods on submissions.period_id = periods.period_id
    where periods.period_type = 'year' and submissions.return_id in ('{{ returns_carrying("episode") | join("', '") }}')
),

dated as (
    select
        submissions.submission_id,
        submissions.return_id,
        submissions.authority_code,
        authorities.region_code,
        submissions.period_id,
        periods.period_type,
        periods.period_start as period_start_date,
        periods.period_end as period_end_date,
        periods.year_id,
        submissions.system,
        -- a quarter is provisional until the census of its year has come: then the census speaks for it
        periods.period_type = 'quarter' and annual.year_id is not null as is_settled
    from submissions
    inner join periods on submissions.period_id = periods.period_id
    inner join authorities on submissions.authority_code = authorities.authority_code
    left join annual on submissions.authority_code = annual.authority_code and periods.year_id = annual.year_id
    where submissions.return_id in ('{{ returns_carrying("episode") | join("', '") }}')
),

int_submissions__counting as (
    select
        *,
        row_number() over (
            partition by authority_code, is_settled
            order by period_end_date, period_type desc, return_id, submission_id
        ) as report_number
    from dated
)

select * from int_submissions__counting
