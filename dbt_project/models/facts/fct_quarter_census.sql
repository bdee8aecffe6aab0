-- grain: one row per authority, year and child in care on 31 March by the fourth quarter or the census, where both count
with

states as (
    select * from {{ ref('int_quarter_census__states') }}
),

fct_quarter_census as (
    select
        authority_code,
        region_code,
        year_id as period_id,
        'year' as period_type,
        child_id,
        true as is_in_quarter_or_census,
        is_in_quarter and not is_in_census as is_only_in_quarter,
        is_in_census and not is_in_quarter as is_only_in_census,
        is_in_quarter
        and is_in_census
        and (is_other_start_date or is_other_legal_status or is_other_placement) as is_told_otherwise,
        is_in_quarter
        and is_in_census
        and not (is_other_start_date or is_other_legal_status or is_other_placement) as is_told_alike
    from states
)

select * from fct_quarter_census
