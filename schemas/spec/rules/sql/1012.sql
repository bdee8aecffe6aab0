-- Rows of the other tables whose child has no episode in the period.
with held as (select distinct child_id from episode)
select 'placed_adoption' as table_id, row_id from placed_adoption where child_id not in (select child_id from held where child_id is not null)
union all select 'missing', row_id from missing where child_id not in (select child_id from held where child_id is not null)
union all select 'review', row_id from review where child_id not in (select child_id from held where child_id is not null)
union all select 'adoption', row_id from adoption where child_id not in (select child_id from held where child_id is not null)
union all select 'previous_permanence', row_id from previous_permanence
where child_id not in (select child_id from held where child_id is not null)
union all select 'health', row_id from health where child_id not in (select child_id from held where child_id is not null)
