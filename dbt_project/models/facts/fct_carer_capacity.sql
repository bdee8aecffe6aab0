-- grain: one row per authority, quarter and kind of foster carer
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

capacities as (
    {{- union_reported('carer_capacity', ['carer_kind_code', 'n_carers', 'n_places']) }}
),

fct_carer_capacity as (
    select
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        capacities.carer_kind_code,
        coalesce(max(capacities.n_carers) is not null, false) as has_carers,
        coalesce(max(capacities.n_places) is not null, false) as has_places,
        cast(max(capacities.n_carers) as integer) as n_carers,
        cast(max(capacities.n_places) as integer) as n_places
    from capacities
    inner join submissions on capacities.submission_id = submissions.submission_id
    where capacities.carer_kind_code is not null
    group by
        submissions.authority_code,
        submissions.region_code,
        submissions.period_id,
        submissions.period_type,
        capacities.carer_kind_code
)

select * from fct_carer_capacity
