-- An episode open over 31 March whose legal status differs from that of the census on its last day.
select 'episode' as table_id, e.row_id
from episode e join (
    select authority_code, child_id, min(legal_status_code) as held from census_episode
    where episode_start_date < period_start() and (episode_end_date is null or episode_end_date >= period_start())
    group by authority_code, child_id having count(distinct legal_status_code) = 1
) c on c.authority_code = e.own_authority_code and c.child_id = unmarked(e.child_id)
where e.episode_start_date < period_start() and (e.episode_end_date is null or e.episode_end_date >= period_start())
    and e.legal_status_code <> c.held
