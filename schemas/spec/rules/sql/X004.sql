-- Care taken over by another authority that begins there on another day: both authorities are told, each on its own row.
-- Looked for within four weeks; later than that it is another period of care.
with elsewhere as (
    select distinct authority_code, upn_id, start_reason_code, end_reason_code, episode_start_date, episode_end_date
    from peer_child
),
own as (
    select e.row_id, e.own_authority_code, c.upn_id, e.start_reason_code, e.end_reason_code, e.episode_start_date,
        e.episode_end_date
    from episode e join child c on c.child_id = e.child_id where c.upn_id is not null
)
select 'episode' as table_id, o.row_id
from own o join elsewhere p on p.upn_id = o.upn_id and p.authority_code <> o.own_authority_code
where (o.end_reason_code = 'E3' and p.start_reason_code = 'S'
        and days_between(o.episode_end_date, p.episode_start_date) between continuity_days() + 1 and 28)
    or (o.start_reason_code = 'S' and p.end_reason_code = 'E3'
        and days_between(p.episode_end_date, o.episode_start_date) between continuity_days() + 1 and 28)
