-- The decision to place the child is dated before the child first began to be looked after.
with first_start as (
    select child_id, min(episode_start_date) as first_date from episode where start_reason_code = 'S' group by child_id
),
wrong as (
    select p.row_id as decision_row_id, f.child_id, f.first_date
    from placed_adoption p join first_start f on f.child_id = p.child_id where p.placed_date < f.first_date
)
select 'placed_adoption' as table_id, decision_row_id as row_id from wrong
union all
select 'episode', e.row_id from episode e
join wrong w on w.child_id = e.child_id and w.first_date = e.episode_start_date where e.start_reason_code = 'S'
