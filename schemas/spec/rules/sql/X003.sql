-- The other side of X002: a child whose care another authority says was taken over, last placed in this authority's area, is
-- not in this return. The fault belongs to the whole return: no row shows the child, and none is named.
with gone as (
    select distinct upn_id, authority_code, placement_authority_code, episode_end_date
    from peer_child where end_reason_code = 'E3' and episode_end_date < period_end()
),
here as (select distinct job, own_authority_code from child)
select 'child' as table_id, whole_return(h.job) as row_id
from gone g join here h on h.own_authority_code = g.placement_authority_code and h.own_authority_code <> g.authority_code
where not exists (
    select 1 from peer_child p
    where p.upn_id = g.upn_id and p.authority_code <> g.authority_code
        and coalesce(p.episode_end_date, period_end()) >= g.episode_end_date
)
