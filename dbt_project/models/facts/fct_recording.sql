-- grain: one row per authority, period and beginning, change or end of care of a child whose recording can be judged
with

periods as (
    select * from {{ ref('int_periods__reported') }}
),

events as (
    select * from {{ ref('int_events__reported') }}
),

fct_recording as (
    select
        events.authority_code,
        periods.region_code,
        periods.period_id,
        periods.period_type,
        events.child_id,
        true as is_recorded_event,
        events.days_late = 0 as is_recorded_on_time,
        events.days_late <= 92 as is_recorded_within_a_quarter,
        events.days_to_record,
        events.days_late,
        events.event_kind_code,
        events.case_system_code
    from events
    inner join periods
        on
            events.authority_code = periods.authority_code
            and events.event_date between periods.period_start_date and periods.period_end_date
)

select * from fct_recording
