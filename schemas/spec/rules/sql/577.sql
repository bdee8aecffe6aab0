-- The child came back (or is still missing) when no longer looked after: the end lies in no episode, or the period of care in
-- which the child went missing has ended while the missing episode has not.
with known as (select distinct child_id from episode where child_id is not null)
select 'missing' as table_id, m.row_id from missing m join known k on k.child_id = m.child_id
where m.missing_start_date is not null and m.missing_end_date is not null
    and not exists (select 1 from episode e where e.child_id = m.child_id and e.episode_start_date <= m.missing_end_date
        and (e.episode_end_date is null or e.episode_end_date >= m.missing_end_date))
union all
select 'missing', m.row_id from missing m
where m.missing_start_date is not null and m.missing_end_date_raw is null
    and exists (select 1 from care_period p where p.child_id = m.child_id and p.care_end_date >= m.missing_start_date)
    and not exists (select 1 from care_period p where p.child_id = m.child_id and p.care_start_date <= m.missing_start_date
        and p.care_end_date is null)
