-- Children whose episode was open at the end of the period before and who are not in this return at all: there is no row
-- here to point at, so the fault stands on the child's row in the table of children, where there is one.
select 'child' as table_id, c.row_id
from child c join last_open_episode l on l.child_id = c.child_id
where c.child_id not in (select child_id from episode where child_id is not null)
