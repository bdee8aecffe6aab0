-- grain: one row per authority, child and period with any day in care (the day care ended counts; short breaks flagged)
with

periods as (
    select * from {{ ref('int_periods__reported') }}
),

episodes as (
    select * from {{ ref('epi_episodes') }}
),

placements as (
    select * from {{ ref('epi_placements') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

neighbours as (
    select * from {{ ref('neighbours') }}
),

-- a place is named by the three digits of its authority, boundaries are between GSS codes
hosts as (
    select la3 as place_code, la3, authority_code from {{ ref('authorities') }}
    union all
    select authority_code as place_code, la3, authority_code from {{ ref('authorities') }}
),

-- Looked after on a day: an episode that starts on or before it and is not ended by it, short breaks left out.
episode_periods as (
    select
        periods.authority_code,
        periods.period_id,
        episodes.child_id,
        episodes.episode_start_date,
        episodes.care_period_start_date,
        episodes.end_reason_group_code,
        not episodes.is_short_break as is_care,
        coalesce(episodes.held_until_date, {{ far_future() }}) > periods.period_end_date as is_at_period_end,
        episodes.is_care_period_start and episodes.episode_start_date >= periods.period_start_date as is_start,
        episodes.is_care_period_last
        and coalesce(episodes.held_until_date <= periods.period_end_date, false) as is_end,
        greatest(
            0,
            {{ days_between(
                'greatest(periods.period_start_date, episodes.episode_start_date)',
                'least(coalesce(episodes.held_until_date, ' ~ far_future() ~ '), ' ~ add_days('periods.period_end_date', 1) ~ ')'
            ) }}
        ) as n_days
    from episodes
    inner join periods
        on
            episodes.authority_code = periods.authority_code
            and episodes.episode_start_date <= periods.period_end_date
            and coalesce(episodes.held_until_date, {{ far_future() }}) >= periods.period_start_date
),

child_periods as (
    select
        authority_code,
        period_id,
        child_id,
        bool_or(is_care and is_at_period_end) as is_looked_after_at_period_end,
        -- at any time in the period: the day on which care ended counts here, as the child was in care until then
        bool_or(is_care) as is_looked_after_in_period,
        bool_or(not is_care and is_at_period_end) as is_on_short_break_at_period_end,
        bool_or(is_care and is_start) as has_started,
        bool_or(is_care and is_end) as has_ceased,
        bool_or(is_care and is_end and end_reason_group_code = 'HOME') as has_returned_home,
        cast(coalesce(sum(n_days) filter (where is_care), 0) as integer) as days_looked_after,
        max(care_period_start_date) filter (where is_care and is_at_period_end) as present_care_start_date,
        -- the row that says what the child's care was like: the last one, care before short breaks
        coalesce(max(episode_start_date) filter (where is_care), max(episode_start_date)) as last_start_date
    from episode_periods
    group by authority_code, period_id, child_id
),

-- Placements are counted over the financial year up to the period end, so that a quarter shows the year to date.
care_period_placements as (
    select
        periods.authority_code,
        periods.period_id,
        placements.child_id,
        placements.care_period_number,
        max(placements.lasting_placement_number) - min(placements.lasting_placement_number) + 1 as n_in_year,
        max(placements.lasting_placement_number) - min(placements.lasting_placement_number) filter (
            where coalesce(placements.placement_end_date, {{ far_future() }}) > periods.period_start_date
        ) + 1 as n_in_period,
        -- what SCC/004 and CH/043 leave out: temporary stays, and the return from each
        count(*) as n_with_temporary_in_year
    from placements
    inner join periods
        on
            placements.authority_code = periods.authority_code
            and placements.placement_start_date <= periods.period_end_date
            and coalesce(placements.placement_end_date, {{ far_future() }}) > periods.year_start_date
    where not placements.is_short_break
    group by periods.authority_code, periods.period_id, placements.child_id, placements.care_period_number
),

child_placements as (
    select
        authority_code,
        period_id,
        child_id,
        cast(sum(n_in_year) as integer) as n_in_year,
        cast(coalesce(sum(n_in_period), 0) as integer) as n_in_period,
        cast(sum(n_with_temporary_in_year) as integer) as n_with_temporary_in_year
    from care_period_placements
    group by authority_code, period_id, child_id
),

described as (
    select
        child_periods.*,
        periods.region_code,
        periods.period_type,
        periods.period_end_date,
        episodes.legal_status_code,
        episodes.legal_status_group_code,
        episodes.need_group_code,
        episodes.placement_group_code,
        episodes.location_code,
        episodes.foster_type_code,
        episodes.placement_code,
        episodes.provider_code,
        coalesce(hosts.la3, episodes.placement_authority_code, 'UNK') as hosting_authority_code,
        neighbours.neighbour_code is not null as is_with_neighbour,
        children.sex_group_code,
        children.ethnicity_group_code,
        children.is_unaccompanied
        and coalesce(children.uasc_ceased_date, {{ far_future() }}) > periods.period_end_date as is_unaccompanied_then,
        {{ age_on('children.birth_date', 'periods.period_end_date') }} as age,
        cast(
            {{ days_between('child_periods.present_care_start_date', 'periods.period_end_date') }} as integer
        ) as days_in_care_days,
        coalesce(child_placements.n_in_year, 0) as n_placements_in_year,
        coalesce(child_placements.n_in_period, 0) as n_placements,
        coalesce(child_placements.n_with_temporary_in_year, 0) as n_placements_with_temporary
    from child_periods
    inner join periods
        on child_periods.authority_code = periods.authority_code and child_periods.period_id = periods.period_id
    inner join episodes
        on
            child_periods.authority_code = episodes.authority_code
            and child_periods.child_id = episodes.child_id
            and child_periods.last_start_date = episodes.episode_start_date
    inner join children
        on child_periods.authority_code = children.authority_code and child_periods.child_id = children.child_id
    left join child_placements
        on
            child_periods.authority_code = child_placements.authority_code
            and child_periods.period_id = child_placements.period_id
            and child_periods.child_id = child_placements.child_id
    left join hosts on episodes.placement_authority_code = hosts.place_code
    left join neighbours
        on
            episodes.authority_code = neighbours.authority_code
            and hosts.authority_code = neighbours.neighbour_code
),

fct_child_period as (
    select
        authority_code,
        region_code,
        period_id,
        period_type,
        child_id,
        is_looked_after_at_period_end,
        is_looked_after_in_period,
        is_on_short_break_at_period_end and not is_looked_after_at_period_end as is_short_break_at_period_end,
        has_started,
        has_ceased,
        is_looked_after_at_period_end and coalesce(legal_status_code in ('C1', 'C2'), false) as is_under_care_order,
        is_looked_after_at_period_end and coalesce(legal_status_code = 'C2', false) as is_under_full_care_order,
        is_looked_after_at_period_end and coalesce(legal_status_code = 'C1', false) as is_under_interim_care_order,
        is_looked_after_at_period_end and legal_status_group_code = 'VOLUNTARY' as is_voluntarily_accommodated,
        is_looked_after_at_period_end and placement_group_code = 'FOSTER' as is_in_foster_care,
        is_looked_after_at_period_end and foster_type_code in ('F1', 'F4') as is_in_kinship_foster_care,
        is_looked_after_at_period_end and foster_type_code in ('F3', 'F6') as is_in_agency_foster_care,
        is_looked_after_at_period_end and foster_type_code in ('F1', 'F2', 'F3') as is_in_foster_care_inside_authority,
        is_looked_after_at_period_end and placement_group_code = 'PARENTS' as is_placed_with_parents,
        is_looked_after_at_period_end and placement_group_code = 'RESIDENTIAL' as is_in_residential_care,
        is_looked_after_at_period_end and placement_group_code = 'ADOPTION' as is_placed_for_adoption,
        is_looked_after_at_period_end
        and placement_group_code != 'PARENTS'
        and foster_type_code not in ('F1', 'F4') as is_not_with_family,
        is_looked_after_at_period_end and location_code = '1' as is_placed_inside_authority,
        is_looked_after_at_period_end and location_code = '2' as is_placed_elsewhere_in_wales,
        is_looked_after_at_period_end and location_code = '3' as is_placed_outside_wales,
        is_looked_after_at_period_end
        and location_code = '2'
        and is_with_neighbour as is_placed_in_neighbouring_authority,
        is_looked_after_at_period_end
        and (location_code = '1' or (location_code = '2' and is_with_neighbour)) as is_placed_inside_or_next_door,
        is_looked_after_at_period_end and location_code in ('2', '3') as is_placed_outside_own_authority,
        is_looked_after_at_period_end
        and location_code = '2'
        and not is_with_neighbour as is_placed_in_wales_beyond_neighbours,
        is_looked_after_at_period_end
        and placement_group_code in ('FOSTER', 'RESIDENTIAL') as is_in_regulated_placement,
        is_looked_after_at_period_end and placement_group_code != 'PARENTS' as is_not_placed_with_parents,
        is_looked_after_at_period_end and coalesce(placement_code = 'K1', false) as is_in_secure_unit,
        is_looked_after_at_period_end and coalesce(placement_code = 'S1', false) as is_in_residential_school,
        is_looked_after_at_period_end
        and coalesce(placement_code in ('H1', 'H2', 'K2'), false) as is_in_childrens_home,
        -- the census tells the provider by the kind of foster placement, other returns by a code of its own
        is_looked_after_at_period_end
        and (foster_type_code in ('F3', 'F6') or coalesce(provider_code in ('PR4', 'PR5'), false))
            as is_with_independent_provider,
        is_looked_after_at_period_end and placement_group_code = 'INDEPENDENT' as is_living_independently,
        is_looked_after_at_period_end
        and coalesce(legal_status_code in ('J1', 'J2', 'J3'), false) as is_on_remand_or_sentenced,
        is_looked_after_at_period_end and coalesce(legal_status_code = 'E1', false) as is_under_placement_order,
        coalesce(age < 13, false) as is_aged_under_13,
        coalesce(age >= 16, false) as is_aged_16_or_over,
        coalesce(age < 1, false) as is_aged_under_1,
        coalesce(days_in_care_days >= 730, false) as is_two_years_in_care,
        n_placements_in_year >= 3 as has_three_or_more_placements,
        n_placements_with_temporary >= 3 as has_three_or_more_with_temporary,
        n_placements_in_year >= 2 as has_two_or_more_placements,
        is_looked_after_at_period_end and is_unaccompanied_then as is_unaccompanied,
        has_returned_home,
        n_placements,
        days_looked_after,
        days_in_care_days as days_in_care_at_period_end,
        sex_group_code,
        {{ age_band('age') }} as age_band_code,
        ethnicity_group_code,
        need_group_code,
        legal_status_group_code,
        placement_group_code,
        location_code as placement_location_code,
        foster_type_code,
        hosting_authority_code,
        case when n_placements_in_year >= 3 then '3' when n_placements_in_year = 2 then '2' else '1' end as placements_in_year_code
    from described
)

select * from fct_child_period
