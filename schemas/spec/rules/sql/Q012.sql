-- Begun before the quarter and open into it, and the census of the year before does not have the child in care on its last day.
select 'episode' as table_id, e.row_id
from episode e
where e.episode_start_date < period_start() and (e.episode_end_date is null or e.episode_end_date >= period_start())
    and not is_short_break(e.legal_status_code)
    and not exists (
        select 1 from census_episode c
        where c.authority_code = e.own_authority_code and c.child_id = unmarked(e.child_id)
            and (c.episode_end_date is null or c.episode_end_date >= period_start())
    )
