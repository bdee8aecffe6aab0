-- The child was placed with adopters before the newest decision to do so.
with decision as (select child_id, max(placed_date) as decided from placed_adoption group by child_id),
placement as (
    select child_id, max(episode_start_date) as placed from episode where is_adoption_placement(placement_code) group by child_id
),
wrong as (
    select d.child_id, d.decided, p.placed from decision d join placement p on p.child_id = d.child_id where d.decided > p.placed
)
select 'placed_adoption' as table_id, a.row_id from placed_adoption a
join wrong w on w.child_id = a.child_id and w.decided = a.placed_date
union all
select 'episode', e.row_id from episode e
join wrong w on w.child_id = e.child_id and w.placed = e.episode_start_date where is_adoption_placement(e.placement_code)
