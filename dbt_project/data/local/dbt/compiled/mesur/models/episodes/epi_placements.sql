-- grain: one row per placement of a period of care; together they tile it
with

episodes as (
    select * from "warehouse"."main"."epi_episodes"
),

tiled as (
    select
        authority_code,
        child_id,
        is_short_break,
        care_period_number,
        placement_number,
        episode_start_date as placement_start_date,
        coalesce(
            lead(episode_start_date) over (
                partition by authority_code, child_id, is_short_break, care_period_number order by episode_start_date
            ),
            care_period_end_date
        ) as placement_end_date,
        is_temporary_placement,
        placement_group_code,
        foster_type_code,
        placement_code,
        location_code,
        provider_code,
        placement_authority_code,
        placement_urn
    from episodes
    where is_placement_start
),

-- A stay in hospital or with a relief carer is no move, and neither is the return to the same place after it: the
-- lasting placements are looked at by themselves.
compared as (
    select
        *,
        coalesce(
            not is_temporary_placement
            and placement_number - lag(placement_number) over alike > 1
            and placement_code is not distinct from lag(placement_code) over alike
            and location_code is not distinct from lag(location_code) over alike
            and provider_code is not distinct from lag(provider_code) over alike
            and placement_authority_code is not distinct from lag(placement_authority_code) over alike
            and placement_urn is not distinct from lag(placement_urn) over alike,
            false
        ) as is_return
    from tiled
    window alike as (
        partition by authority_code, child_id, is_short_break, care_period_number, is_temporary_placement
        order by placement_start_date
    )
),

epi_placements as (
    select
        *,
        case
            when not is_temporary_placement
                then sum(case when is_return then 0 else 1 end) over (
                    partition by authority_code, child_id, is_short_break, care_period_number, is_temporary_placement
                    order by placement_start_date
                    rows between unbounded preceding and current row
                )
        end as lasting_placement_number
    from compared
)

select * from epi_placements