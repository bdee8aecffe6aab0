-- Days on which two authorities say that they look after the same child (by pupil number); short breaks apart.
with elsewhere as (
    select distinct authority_code, upn_id, episode_start_date, coalesce(episode_end_date, add_days(period_end(), 1)) as until_date
    from peer_child where not is_short_break(legal_status_code) and episode_start_date is not null
),
own as (
    select e.row_id, e.own_authority_code, c.upn_id, e.episode_start_date,
        coalesce(e.episode_end_date, add_days(period_end(), 1)) as until_date
    from episode e join child c on c.child_id = e.child_id
    where c.upn_id is not null and e.episode_start_date is not null and not is_short_break(e.legal_status_code)
)
select 'episode' as table_id, o.row_id
from own o join elsewhere p on p.upn_id = o.upn_id and p.authority_code <> o.own_authority_code
where o.episode_start_date < p.until_date and p.episode_start_date < o.until_date
