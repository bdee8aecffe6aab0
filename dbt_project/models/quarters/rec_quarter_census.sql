-- grain: as int_quarter_census__states; `verdict` says agrees, differs (and in what), or only in one. Restricted.
with

states as (
    select * from {{ ref('int_quarter_census__states') }}
),

rec_quarter_census as (
    select
        authority_code,
        year_id,
        child_id,
        case
            when not is_in_census then 'only_in_quarter'
            when not is_in_quarter then 'only_in_census'
            when is_other_start_date or is_other_legal_status or is_other_placement
                then
                    'differs:'
                    || case when is_other_start_date then '_start' else '' end
                    || case when is_other_legal_status then '_legal_status' else '' end
                    || case when is_other_placement then '_placement' else '' end
            else 'agrees'
        end as verdict
    from states
)

select * from rec_quarter_census
