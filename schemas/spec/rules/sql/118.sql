-- The decision ended before the period, or before the child began to be looked after: the decision and the first episode.
with first_kept as (
    select child_id, min(episode_start_date) as first_date from episode
    where not is_short_break(legal_status_code) group by child_id
),
wrong as (
    select p.row_id as decision_row_id, f.child_id, f.first_date
    from placed_adoption p join first_kept f on f.child_id = p.child_id
    where p.placed_ceased_date < period_start() or p.placed_ceased_date < f.first_date
)
select 'placed_adoption' as table_id, decision_row_id as row_id from wrong
union all
select 'episode', e.row_id from episode e
join wrong w on w.child_id = e.child_id and w.first_date = e.episode_start_date
where not is_short_break(e.legal_status_code)
