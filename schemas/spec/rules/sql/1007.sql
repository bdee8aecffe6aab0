-- Care leaver information for a person of 17 or 18 who was still looked after on the birthday in the period.
with birthday as (
    select row_id, child_id, add_years(birth_date, age_on(birth_date, period_end())) as birthday_date
    from care_leaver
    where coalesce(in_touch_code, activity_code, accommodation_code) is not null
        and age_on(birth_date, period_end()) in (17, 18)
)
select distinct 'care_leaver' as table_id, b.row_id
from birthday b join episode e on e.child_id = b.child_id
where e.episode_start_date <= b.birthday_date and (e.episode_end_date is null or e.episode_end_date > b.birthday_date)
