-- The child went missing on a day on which no episode was running.
with known as (select distinct child_id from episode where child_id is not null)
select 'missing' as table_id, m.row_id from missing m join known k on k.child_id = m.child_id
where m.missing_start_date is not null
    and not exists (select 1 from episode e where e.child_id = m.child_id and e.episode_start_date <= m.missing_start_date
        and (e.episode_end_date is null or e.episode_end_date >= m.missing_start_date))
