-- Still missing, although the placement from which the child went has ended.
select distinct 'missing' as table_id, m.row_id
from missing m join episode e on e.child_id = m.child_id
where m.missing_end_date_raw is null
    and e.episode_start_date <= m.missing_start_date and e.episode_end_date >= m.missing_start_date
