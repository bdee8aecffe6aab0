-- Care taken over by another authority, and no other Welsh authority reports the child (by pupil number) from then on. All 22
-- returns must be there. The last day of the period is left out: the child may arrive on the first day of the next.
select 'episode' as table_id, e.row_id
from episode e join child c on c.child_id = e.child_id
where e.end_reason_code = 'E3' and e.episode_end_date < period_end() and c.upn_id is not null
    and not exists (
        select 1 from peer_child p
        where p.upn_id = c.upn_id and p.authority_code <> e.own_authority_code
            and coalesce(p.episode_end_date, period_end()) >= e.episode_end_date
    )
