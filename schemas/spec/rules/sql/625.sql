-- Children whose own child is recorded as born after the period, or after they left care: the child and the last episode.
-- A child with an open episode has not left: a placement that ended before the birth is no fault.
with last_end as (
    select child_id, case when count(*) = count(episode_end_date) then max(episode_end_date) end as latest
    from episode group by child_id
),
late as (
    select c.child_id, c.row_id, l.latest
    from child c left join last_end l on l.child_id = c.child_id
    where c.mother_child_birth_date > period_end() or c.mother_child_birth_date > l.latest
)
select 'child' as table_id, row_id from late
union all
select 'episode', e.row_id from episode e join late t on t.child_id = e.child_id and e.episode_end_date = t.latest
