-- On the last day this census says another legal status than the last quarterly export of the year does.
select 'episode' as table_id, e.row_id
from episode e join (
    select authority_code, child_id, min(legal_status_code) as held from quarter_episode
    where quarter_end_date = period_end() and episode_start_date <= quarter_end_date
        and (episode_end_date is null or episode_end_date > quarter_end_date)
    group by authority_code, child_id having count(distinct legal_status_code) = 1
) q on q.authority_code = e.own_authority_code and q.child_id = unmarked(e.child_id)
where e.episode_start_date <= period_end() and (e.episode_end_date is null or e.episode_end_date > period_end())
    and e.legal_status_code <> q.held
