-- What plausibility is judged by: job, quantity, numerator, denominator (null for a plain number). Short breaks are left out of
-- all of it. A child is looked after on the last day by an episode that began by then and has not ended by then.
with care as (
    select * from episode where episode_start_date is not null and not is_short_break(legal_status_code)
),
stock as (
    select * from (
        select *, row_number() over (partition by child_id order by episode_start_date desc, row_id desc) as place from care
        where episode_start_date <= period_end() and (episode_end_date is null or episode_end_date > period_end())
    ) s where place = 1
),
year as (
    select job, child_id,
        max(case when start_reason_code = 'S' and episode_start_date between period_start() and period_end() then 1 else 0 end)
            as has_started,
        max(case when not is_continuing(end_reason_code) and episode_end_date between period_start() and period_end() then 1
            else 0 end) as has_left,
        max(case when is_adopted(end_reason_code) and episode_end_date between period_start() and period_end() then 1
            else 0 end) as was_adopted,
        sum(case when start_reason_code in ('S', 'P', 'B') then 1 else 0 end) as n_placements
    from care where child_id is not null group by job, child_id
),
aged as (
    select job, child_id, upn_id, ethnicity_code, age_on(birth_date, period_end()) as age from child
)
select job, 'looked_after' as quantity, count(*) as numerator, cast(null as bigint) as denominator from stock group by job
union all select job, 'started', sum(has_started), null from year group by job
union all select job, 'left', sum(has_left), null from year group by job
union all select job, 'left_share', sum(has_left), count(*) from year group by job
union all select job, 'adopted_share', sum(was_adopted), sum(has_left) from year group by job
union all select job, 'three_placements_share', sum(case when n_placements >= 3 then 1 else 0 end), count(*) from year group by job
union all select job, 'care_order_share', sum(case when is_care_order(legal_status_code) then 1 else 0 end), count(*)
from stock group by job
union all select job, 'foster_share', sum(case when is_foster(placement_code) then 1 else 0 end), count(*) from stock group by job
union all select job, 'outside_share', sum(case when placement_authority_code <> own_authority_code then 1 else 0 end),
    count(placement_authority_code)
from stock group by job
union all select job, 'unknown_ethnicity_share',
    sum(case when ethnicity_code is null or ethnicity_code in ('NOBT', 'REFU') then 1 else 0 end), count(*)
from aged group by job
union all select job, 'no_pupil_number_share', sum(case when upn_id is null then 1 else 0 end), count(*)
from aged where age >= 6 group by job
