-- A child whom a quarterly export of the year reports in care at the quarter's end and whom this census does not hold at all.
-- No row shows the child, so the fault belongs to the whole return.
with here as (select distinct job, own_authority_code from child)
select 'child' as table_id, whole_return(h.job) as row_id
from here h join (
    select distinct authority_code, child_id from quarter_episode
    where not is_short_break(legal_status_code) and (episode_end_date is null or episode_end_date > quarter_end_date)
) q on q.authority_code = h.own_authority_code
where not exists (select 1 from child c where c.child_id = concat(h.job, ':', q.child_id))
