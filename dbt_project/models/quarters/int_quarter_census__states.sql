-- grain: one row per authority, year and child in care on 31 March by the fourth quarter or the census, where both count
{%- set columns = ['child_id', 'episode_start_date', 'episode_end_date', 'legal_status_code', 'placement_code'] %}
with

submissions as (
    select * from {{ ref('int_submissions__counting') }}
),

codes as (
    select * from {{ ref('int_codes__grouped') }}
),

episodes as (
    {{- union_returns('episode', columns) }}
),

ends_of_year as (
    select
        submission_id,
        authority_code,
        region_code,
        year_id,
        period_end_date,
        period_type = 'quarter' as is_quarter
    from submissions
    where period_type = 'year' or period_id like '%Q4'
),

both_reported as (
    select
        authority_code,
        year_id,
        max(region_code) as region_code
    from ends_of_year
    group by authority_code, year_id
    having bool_or(is_quarter) and bool_or(not is_quarter)
),

open_rows as (
    select
        ends_of_year.authority_code,
        ends_of_year.year_id,
        ends_of_year.is_quarter,
        episodes.child_id,
        episodes.episode_start_date,
        episodes.legal_status_code,
        episodes.placement_code,
        row_number() over (
            partition by ends_of_year.authority_code, ends_of_year.year_id, ends_of_year.is_quarter, episodes.child_id
            order by episodes.episode_start_date desc, episodes.submission_id, episodes.row_number desc
        ) as newness
    from episodes
    inner join ends_of_year on episodes.submission_id = ends_of_year.submission_id
    left join codes on codes.code_list = 'legal_status' and episodes.legal_status_code = codes.code
    where
        episodes.child_id is not null
        and episodes.episode_start_date <= ends_of_year.period_end_date
        and coalesce(episodes.episode_end_date, {{ far_future() }}) > ends_of_year.period_end_date
        and coalesce(codes.group_code, 'UNKNOWN') != 'SHORT_BREAKS'
),

states as (
    select
        both_reported.region_code,
        open_rows.*
    from open_rows
    inner join both_reported
        on open_rows.authority_code = both_reported.authority_code and open_rows.year_id = both_reported.year_id
    where open_rows.newness = 1
),

int_quarter_census__states as (
    select
        authority_code,
        max(region_code) as region_code,
        year_id,
        child_id,
        bool_or(is_quarter) as is_in_quarter,
        bool_or(not is_quarter) as is_in_census,
        {%- for column in ['episode_start_date', 'legal_status_code', 'placement_code'] %}
        max({{ column }}) filter (where is_quarter) is distinct from max({{ column }}) filter (where not is_quarter)
            as is_other_{{ column | replace('episode_', '') | replace('_code', '') }}
        {{- ',' if not loop.last }}
        {%- endfor %}
    from states
    group by authority_code, year_id, child_id
)

select * from int_quarter_census__states
