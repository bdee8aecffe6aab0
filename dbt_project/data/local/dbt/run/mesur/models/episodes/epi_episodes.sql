
    

    create  table
      "warehouse"."main"."epi_episodes__dbt_tmp"
  
    
    as (
      -- grain: one row per episode of the repaired history, placed in its period of care, placement and legal status
with

repaired as (
    select * from "warehouse"."main"."int_episodes__repaired"
),

codes as (
    select * from "warehouse"."main"."int_codes__grouped"
),

-- A gap of at most one day joins two episodes: the Welsh wording is "same or next day" (SW-FIN). Care and short
-- breaks are two histories of one child and never join.
joined as (
    select
        *,
        coalesce(
            episode_start_date <= cast(

    (lag(episode_end_date) over history + cast(1 as bigint) * interval 1 day) as date),
            false
        ) as is_continued
    from repaired
    window history as (partition by authority_code, child_id, is_short_break order by episode_start_date)
),

numbered as (
    select
        *,
        sum(case when is_continued then 0 else 1 end) over (
            partition by authority_code, child_id, is_short_break
            order by episode_start_date
            rows between unbounded preceding and current row
        ) as care_period_number
    from joined
),

placed as (
    select
        *,
        coalesce(placement_code in ('T0', 'T1', 'T2', 'T3', 'T4'), false) as is_temporary_placement,
        lead(episode_start_date) over care_period as next_start_date,
        min(episode_start_date) over (
            partition by authority_code, child_id, is_short_break, care_period_number
        ) as care_period_start_date,
        max(coalesce(episode_end_date, cast('9999-12-31' as date))) over (
            partition by authority_code, child_id, is_short_break, care_period_number
        ) as care_period_reach_date,
        -- A placement goes on while the carer does: a change of legal status only (L) or a change with the same
        -- carer (T, U) starts none, a change of carer (P, B) always does (GH-903 rules 143, 431 to 436); any other
        -- row starts one where it says something new about the place.
        case
            when not is_continued then true
            when start_reason_code in ('L', 'T', 'U') then false
            when start_reason_code in ('P', 'B') then true
            else
                placement_code is distinct from lag(placement_code) over care_period
                or placement_location_code is distinct from lag(placement_location_code) over care_period
                or provider_code is distinct from lag(provider_code) over care_period
                or placement_authority_code is distinct from lag(placement_authority_code) over care_period
                or placement_urn is distinct from lag(placement_urn) over care_period
                end as is_placement_start,
        not is_continued
        or legal_status_code is distinct from lag(legal_status_code) over care_period as is_legal_status_start
    from numbered
    window care_period as (
        partition by authority_code, child_id, is_short_break, care_period_number order by episode_start_date
    )
),

epi_episodes as (
    select
        placed.authority_code,
        placed.child_id,
        placed.episode_start_date,
        placed.episode_end_date,
        -- Until when the episode holds: the day the next one of its period of care begins, so that the day of grace
        -- between two joined episodes is a day in care, and placements tile the period.
        coalesce(placed.next_start_date, placed.episode_end_date) as held_until_date,
        placed.repair_tag,
        placed.is_short_break,
        placed.care_period_number,
        placed.care_period_start_date,
        case
            when placed.care_period_reach_date < cast('9999-12-31' as date) then placed.care_period_reach_date
        end as care_period_end_date,
        not placed.is_continued as is_care_period_start,
        placed.next_start_date is null as is_care_period_last,
        placed.is_placement_start,
        placed.is_temporary_placement,
        placed.is_legal_status_start,
        sum(case when placed.is_placement_start then 1 else 0 end) over (
            partition by placed.authority_code, placed.child_id, placed.is_short_break, placed.care_period_number
            order by placed.episode_start_date
            rows between unbounded preceding and current row
        ) as placement_number,
        sum(case when placed.is_legal_status_start then 1 else 0 end) over (
            partition by placed.authority_code, placed.child_id, placed.is_short_break, placed.care_period_number
            order by placed.episode_start_date
            rows between unbounded preceding and current row
        ) as legal_status_number,
        placed.start_reason_code,
        placed.end_reason_code,
        placed.legal_status_code,
        placed.legal_status_group_code,
        placed.need_code,
        placed.placement_code,
        placed.provider_code,
        placed.placement_authority_code,
        placed.placement_location_code,
        placed.placement_urn,
        coalesce(need_codes.group_code, 'UNKNOWN') as need_group_code,
        coalesce(placement_codes.group_code, 'UNKNOWN') as placement_group_code,
        coalesce(end_codes.group_code, 'UNKNOWN') as end_reason_group_code,
        case
            when placed.placement_location_code in ('1', '2', '3', '4') then placed.placement_location_code
            else '4'
        end as location_code,
        case
        when placed.placement_code in ('F1', 'F2', 'F3', 'F4', 'F5', 'F6') then placed.placement_code
        when placed.placement_code in ('U1', 'U2', 'U3') and placed.placement_location_code = '1' then 'F1'
        when placed.placement_code in ('U1', 'U2', 'U3') then 'F4'
        when placed.placement_code in ('U4', 'U5', 'U6') and placed.placement_location_code = '1' and placed.provider_code = 'PR1'
            then 'F2'
        when placed.placement_code in ('U4', 'U5', 'U6') and placed.placement_location_code = '1' then 'F3'
        when placed.placement_code in ('U4', 'U5', 'U6') and placed.provider_code = 'PR1' then 'F5'
        when placed.placement_code in ('U4', 'U5', 'U6') then 'F6'
        else 'NOT_FOSTER'
    end
            as foster_type_code,
        placed.submission_id,
        placed.row_number
    from placed
    left join codes as need_codes
        on need_codes.code_list = 'need' and placed.need_code = need_codes.code
    left join codes as placement_codes
        on placement_codes.code_list = 'placement' and placed.placement_code = placement_codes.code
    left join codes as end_codes
        on end_codes.code_list = 'end_reason' and placed.end_reason_code = end_codes.code
)

select * from epi_episodes
    );
    
  