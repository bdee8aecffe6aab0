-- Unaccompanied now, but known last time as a child who was not. With a flag (XML) the two flags are compared; otherwise a
-- status that now ends before the period was open in the return before.
select 'child' as table_id, c.row_id
from child c join last_child l on l.child_id = c.child_id
where has_uasc_flag() and c.uasc_code = '1' and l.uasc_code = '0'
union all
select 'uasc', u.row_id
from uasc u join last_uasc l on l.child_id = u.child_id
where not has_uasc_flag() and u.uasc_ceased_date < period_start() and l.uasc_ceased_date_raw is null
