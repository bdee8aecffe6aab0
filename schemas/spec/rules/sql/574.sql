-- Of two missing episodes of a child that overlap, the one that ends last; one that is still open is not reported.
select distinct 'missing' as table_id, m.row_id
from missing m join missing o on o.child_id = m.child_id and o.row_id <> m.row_id
where m.missing_end_date is not null
    and o.missing_start_date < m.missing_end_date
    and (o.missing_end_date is null or (o.missing_end_date > m.missing_start_date and o.missing_end_date < m.missing_end_date))
