-- grain: one row per pair of periods of care of one pupil number in two authorities that meet or overlap
with

periods_of_care as (
    select * from {{ ref('epi_periods_of_care') }}
),

children as (
    select * from {{ ref('ent_children') }}
),

-- pupil numbers that more than one authority names: all others have nobody to be passed on to
shared as (
    select upn_id
    from children
    where upn_id is not null
    group by upn_id
    having count(distinct authority_code) > 1
),

in_care as (
    select
        periods_of_care.authority_code,
        periods_of_care.child_id,
        children.upn_id,
        children.birth_date,
        periods_of_care.care_period_number,
        periods_of_care.care_start_date,
        periods_of_care.care_end_date,
        periods_of_care.end_reason_group_code
    from periods_of_care
    inner join children
        on
            periods_of_care.authority_code = children.authority_code
            and periods_of_care.child_id = children.child_id
    inner join shared on children.upn_id = shared.upn_id
    where not periods_of_care.is_short_break
),

-- Two children with one number by mistake have different dates of birth.
epi_transfers as (
    select
        earlier.authority_code as from_authority_code,
        earlier.child_id as from_child_id,
        earlier.care_period_number as from_care_period_number,
        later.authority_code as to_authority_code,
        later.child_id as to_child_id,
        later.care_period_number as to_care_period_number,
        later.care_start_date as transfer_date,
        coalesce(earlier.end_reason_group_code = 'OTHER_LA', false) as is_declared,
        coalesce(earlier.care_end_date, {{ far_future() }}) > later.care_start_date as is_in_two_at_once
    from in_care as earlier
    inner join in_care as later
        on
            earlier.upn_id = later.upn_id
            and earlier.authority_code != later.authority_code
            and (
                earlier.care_start_date < later.care_start_date
                or (
                    earlier.care_start_date = later.care_start_date
                    and earlier.authority_code < later.authority_code
                )
            )
            -- the same or the next day, as for two episodes of one authority (SW-FIN)
            and coalesce({{ add_days('earlier.care_end_date', 1) }}, {{ far_future() }}) >= later.care_start_date
    where earlier.birth_date is not distinct from later.birth_date
)

select * from epi_transfers
