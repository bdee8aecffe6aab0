-- In care on the last day by this census, and not in the last quarterly export of the year.
select 'episode' as table_id, e.row_id
from episode e
where e.episode_start_date <= period_end() and (e.episode_end_date is null or e.episode_end_date > period_end())
    and not is_short_break(e.legal_status_code)
    and not exists (
        select 1 from quarter_episode q
        where q.quarter_end_date = period_end() and q.authority_code = e.own_authority_code and q.child_id = unmarked(e.child_id)
            and (q.episode_end_date is null or q.episode_end_date > q.quarter_end_date)
    )
