-- In care on the last day by the last quarterly export of the year, and not by this census. Where the table of children has the
-- child the fault stands there, else it belongs to the whole return.
with quarter as (
    select distinct authority_code, child_id from quarter_episode
    where quarter_end_date = period_end() and not is_short_break(legal_status_code) and episode_start_date <= quarter_end_date
        and (episode_end_date is null or episode_end_date > quarter_end_date)
),
census as (
    select distinct child_id from episode where not is_short_break(legal_status_code) and episode_start_date <= period_end()
        and (episode_end_date is null or episode_end_date > period_end())
),
here as (select distinct job, own_authority_code from child)
select 'child' as table_id, coalesce(c.row_id, whole_return(h.job)) as row_id
from quarter q join here h on h.own_authority_code = q.authority_code
left join child c on c.job = h.job and unmarked(c.child_id) = q.child_id
where not exists (select 1 from census s where s.child_id = concat(h.job, ':', q.child_id))
