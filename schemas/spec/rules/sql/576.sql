-- The child was missing at the end of the period before, but no episode now begins on that day.
with carried as (select child_id, missing_start_date from last_missing where missing_end_date_raw is null),
found as (
    select c.child_id from carried c join missing m on m.child_id = c.child_id and m.missing_start_date = c.missing_start_date
)
select 'missing' as table_id, m.row_id from missing m
join carried c on c.child_id = m.child_id
where c.missing_start_date is not null and m.child_id not in (select child_id from found)
