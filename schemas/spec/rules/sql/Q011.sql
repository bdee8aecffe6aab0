-- In care on 31 March by the census, and not in this export of the quarter that begins the day after, neither as looked after
-- nor as having left. No row shows the child, so the fault belongs to the whole return.
with here as (select distinct job, own_authority_code from child)
select 'child' as table_id, whole_return(h.job) as row_id
from here h join census_episode c on c.authority_code = h.own_authority_code
where not is_short_break(c.legal_status_code) and c.episode_start_date < period_start()
    and (c.episode_end_date is null or c.episode_end_date >= period_start())
    and not exists (select 1 from child k where k.child_id = concat(h.job, ':', c.child_id))
